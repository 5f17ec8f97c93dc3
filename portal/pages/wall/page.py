"""The wall: for leaders, seen from six metres, nobody touching it."""

import logging
from datetime import UTC, datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from db.errors import AnwangError
from db.queries import venues as venue_queries
from db.settings import load
from portal import asking, regions, words
from portal.components.layout import badge
from portal.components.still import still
from portal.figures import palette
from portal.locale import _
from portal.pages.wall import left, right, scenes
from portal.pages.wall.figures import SpotPicture, read

log = logging.getLogger("anwang.portal")

REFRESH_SECONDS = 20


def layout(**_query: str) -> Component:
    """Head, map, sides and ticker with the first figures; `wall.js` moves them."""
    data, at_left, at_right, mosaic = _first()
    return html.Div(
        [
            dcc.Interval(id="wall-beat", interval=REFRESH_SECONDS * 1000),
            dcc.Store(id="wall-data", data=data),
            dcc.Store(id="wall-played"),
            dcc.Store(id="wall-again"),
            _head(),
            html.Div(at_left, id="wall-left", className="wall-side wall-left"),
            html.Div(
                [
                    html.Div(id="wall-canvas", className="map-canvas"),
                    html.Div(id="wall-caption", className="wall-caption"),
                    html.Div(id="wall-progress", className="wall-progress"),
                    html.Div(id="wall-strip", className="wall-strip", role="alert"),
                    html.Div(id="wall-takeover", className="takeover", role="alert"),
                    _legend(),
                    html.Div(_review_number(), className="wall-review"),
                ],
                className="wall-map",
            ),
            html.Div(at_right, id="wall-right", className="wall-side wall-right"),
            html.Div(
                [
                    html.Div(id="wall-ticker", className="wall-ticker"),
                    html.Div(mosaic, id="wall-mosaic", className="mosaic"),
                ],
                className="wall-foot",
            ),
            html.Div(id="wall-lost", className="wall-lost", role="alert"),
        ],
        className="wall",
    )


def _first() -> tuple[Any, ...]:
    """What it begins with. A wall whose figures cannot be read now must be there to ask for them at its next beat."""
    try:
        return _shown()
    except AnwangError:
        raise
    except Exception:
        log.exception("A wall begins without its figures")
        return None, None, None, None


def _shown() -> tuple[Any, ...]:
    """What the wall shows now: data of the map and its scenes, both sides, pictures."""
    figures = read(datetime.now(UTC))
    return scenes.wall_data(figures), *map(still, (left.left(figures), right.right(figures), _mosaic(figures.pictures)))


def _head() -> Component:
    home = regions.tree().one(asking.current().home)
    with asking.reading() as session:
        is_demo = venue_queries.any_demo(session)
    return html.Header(
        [
            html.Span(
                _("{place} · Smart fire safety of schools · One net").format(place=regions.name(home)),
                className="wall-title",
            ),
            badge(_("Demonstration data, no real venue"), "demo") if is_demo else None,
            html.Span(
                [html.Span(_("Data as of")), html.B("–", id="wall-as-of"), html.I()],
                id="wall-fresh",
                className="wall-fresh",
            ),
            html.Span("--:--:--", id="wall-clock", className="wall-clock"),
            html.Span("", id="wall-date", className="wall-date"),
        ],
        className="wall-head",
    )


def _legend() -> Component:
    return html.Div(
        [
            html.Span("", id="wall-ramp-name"),
            html.Span("", id="wall-ramp-low"),
            html.Span([html.I(style={"background": step}) for step in palette.RAMP], className="ramp"),
            html.Span("", id="wall-ramp-high"),
        ],
        className="wall-legend",
    )


def _review_number() -> str:
    number = load().map_review_number
    return _("Map review number {number}").format(number=number) if number else ""


def _mosaic(pictures: tuple[SpotPicture, ...]) -> list[Component]:
    """Pictures from where alarms are open, each with the moment at which it was taken; nothing where there are none."""
    return [
        html.Figure(
            [
                html.Img(src=picture.frame.masked, alt=""),
                html.Figcaption(
                    [
                        html.Span(f"{regions.named(picture.camera.county_name)} · {picture.camera.venue_name}"),
                        html.Time(words.clock(picture.frame.taken_at)),
                    ]
                ),
            ],
            **{"data-as-of": picture.frame.taken_at.isoformat()},
        )
        for picture in pictures
    ]


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output("wall-data", "data"),
        Output("wall-left", "children"),
        Output("wall-right", "children"),
        Output("wall-mosaic", "children"),
        Input("wall-beat", "n_intervals"),
        Input("wall-again", "data"),
        prevent_initial_call=True,  # the page comes with its figures
    )
    def refresh(_beats: int | None, _again: Any) -> tuple[Any, ...]:
        return _shown()

    app.clientside_callback(
        ClientsideFunction("wall", "play"), Output("wall-played", "data"), Input("wall-data", "data")
    )
