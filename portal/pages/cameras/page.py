"""Cameras: a mosaic of stills that becomes live where somebody looks, and one camera large."""

from typing import Any
from urllib.parse import urlencode

from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component

from db.queries import camera_views
from db.queries.camera_views import CameraRow, Choice
from db.rules.play_address import Purpose
from db.rules.role_acts import DRAW_ZONES
from portal import asking, regions, words
from portal.address import address_parts, number_of
from portal.camera_words import fitness
from portal.components.camera_player import for_the_script, large_tile, masked_note, unmask
from portal.components.layout import badge, note
from portal.locale import _

BODY = "cameras-body"
SEARCH = "cameras-search"
SIZES = (4, 9, 16)
PATH = "/cameras"


def layout(**query: str) -> Component:
    """`camera` shows one; else `n` tiles from `page` on, of the venues that `q`, `venue` or `region` name."""
    return html.Div(
        [
            html.Div(
                [
                    html.H1(_("Cameras")),
                    dcc.Input(
                        id=SEARCH,
                        type="search",
                        value=query.get("q", ""),
                        debounce=0.4,
                        maxLength=60,
                        placeholder=_("Venue or camera number"),
                    ),
                ],
                className="page-head cameras-head",
            ),
            html.Div(_body(query), id=BODY),
        ],
        className="cameras",
        **for_the_script(asking.current().csrf_token),
    )


def register_callbacks(app: Dash) -> None:
    @app.callback(
        Output(BODY, "children"), Input("address", "search"), State("address", "pathname"), prevent_initial_call=True
    )
    def show(search: str | None, path: str) -> list[Component]:
        return _body(address_parts(search)) if path == PATH else []

    app.clientside_callback(
        """(words, search) => {
            const parts = new URLSearchParams(search || ""); if ((parts.get("q") || "") === (words || "")) {
                return window.dash_clientside.no_update; }
            parts.delete("camera"); parts.delete("page"); parts.set("q", words || "");
            return "?" + parts.toString(); }""",
        Output("address", "search", allow_duplicate=True),
        Input(SEARCH, "value"),
        State("address", "search"),
        prevent_initial_call=True,
    )


def _body(query: dict[str, str]) -> list[Component]:
    chosen = number_of(query.get("camera"))
    if chosen is not None:
        with asking.reading() as session:
            return _one(camera_views.one(session, chosen), query)
    asked = number_of(query.get("n"))
    size = asked if asked in SIZES else SIZES[1]
    page = max(1, number_of(query.get("page")) or 1)
    choice = Choice(number_of(query.get("region")) or 360_000, number_of(query.get("venue")), query.get("q", ""))
    with asking.reading() as session:
        total, rows = camera_views.some(session, choice, size, (page - 1) * size)
    if not rows:
        return [note(_("No camera with pictures here. Sources of pictures are entered with `anwang vision connect`."))]
    return [
        _bar(query, total, size, page),
        html.Div([_tile(row, query) for row in rows], className=f"camera-mosaic camera-mosaic-{size}"),
        html.P(
            [
                _("Tiles are stills every two seconds; click one to see it live. Looking is logged."),
                " ",
                masked_note(asking.current().role),
            ],
            className="quiet",
        ),
    ]


def _bar(query: dict[str, str], total: int, size: int, page: int) -> Component:
    last = max(1, -(-total // size))
    sizes = [
        dcc.Link(str(n), href=_href(query, n=n, page=None), className="chip here" if n == size else "chip")
        for n in SIZES
    ]
    turns = [
        dcc.Link("‹", href=_href(query, page=page - 1), className="chip", title=_("Previous")) if page > 1 else None,
        html.Span(f"{page} / {last}", className="quiet"),
        dcc.Link("›", href=_href(query, page=page + 1), className="chip", title=_("Next")) if page < last else None,
    ]
    return html.Div(
        [html.Span(_("{n} cameras").format(n=words.count(total)), className="quiet"), *sizes, *turns],
        className="chips cameras-bar",
    )


def _tile(row: CameraRow, query: dict[str, str]) -> Component:
    name = " · ".join(part for part in (row.venue_name, row.area_name) if part)
    return html.Figure(
        [
            html.Div(className="camera-picture"),
            html.Figcaption(
                [
                    html.Span(name, className="camera-name", title=name),
                    html.Span("", className="camera-state", role="status"),
                    dcc.Link("⤢", href=_href(query, camera=row.id), title=_("Large"), className="camera-large"),
                ]
            ),
        ],
        className="camera-tile",
        key=f"camera-{row.id}",
        tabIndex=0,
        **{"data-camera": str(row.id), "data-purpose": Purpose.STILL.value, "aria-label": name},
    )


def _one(row: CameraRow, query: dict[str, str]) -> list[Component]:
    role = asking.current().role
    note_of_mask = masked_note(role)
    area = row.area_name or _("no area")
    facts = [
        html.H2([dcc.Link(row.venue_name, href=f"/venues/{row.venue_id}"), f" · {area}"]),
        html.P([regions.named(row.county_name), " · ", row.code], className="quiet"),
        badge(fitness(row.fitness), "" if row.fitness in (None, "fit", "unknown") else "alarmed"),
        dcc.Link(_("Zones and rules"), href=f"{PATH}/{row.id}/zones", className="button")
        if role in DRAW_ZONES
        else None,
        unmask(role),
        html.P(note_of_mask, className="quiet") if note_of_mask else None,
    ]
    return [
        dcc.Link(_("‹ All cameras"), href=_href(query, camera=None), className="chip"),
        html.Div([large_tile(row.id), html.Div(facts, className="camera-facts")], className="camera-one"),
    ]


def _href(query: dict[str, str], **changes: Any) -> str:
    parts = {name: value for name, value in query.items() if name in ("n", "page", "q", "venue", "region")}
    parts |= {name: str(value) for name, value in changes.items() if value is not None}
    for name, value in changes.items():
        if value is None:
            parts.pop(name, None)
    return f"{PATH}?{urlencode(parts)}" if parts else PATH
