"""The map: from the province down to a controlled area, with the figures of the selected area beside it."""

from typing import Any

import flask
from dash import Dash, dcc, html
from dash.development.base_component import Component

from db.settings import Settings
from portal.base_map import base_map
from portal.components.layout import icon
from portal.locale import _
from portal.pages.map import callbacks, ids, stations
from portal.pages.map.canvas import MapCanvas


def layout(**query: str) -> Component:
    """The page as its address asks for it; its parts follow the address bar."""
    view, crumbs, controls, legend, months, side = callbacks.show_asked(query)
    return html.Div(
        [
            dcc.Store(id=ids.AGAIN),
            html.Div(
                [
                    html.Div(
                        [
                            html.Nav(crumbs, id=ids.CRUMBS, className="breadcrumb"),
                            html.Div(controls, id=ids.CONTROLS, className="controls"),
                        ],
                        className="map-bar",
                    ),
                    html.Div(
                        [
                            MapCanvas(ids.CANVAS, view, _("Map")),
                            _tools(),
                            html.Div(months, id=ids.MONTHS, className="months"),
                            html.Div(_credit(), className="map-credit"),
                        ],
                        className="map-frame",
                    ),
                    html.Div(legend, id=ids.LEGEND, className="legend"),
                ],
                className="map-main",
            ),
            html.Aside(side, id=ids.SIDE, className="side"),
        ],
        className="map-page",
    )


def _tools() -> Component:
    """Buttons that assets/pages/map.js answers to; what it says is here, in the reader's language."""

    def button(name: str, title: str) -> Component:
        return html.Button(
            icon(name), className=f"tool tool-{name}", title=title, **{"aria-label": title, "aria-pressed": "false"}
        )

    return html.Div(
        [
            button("lasso", _("Choose venues by drawing a line around them (L)")),
            button("radius", _("Choose venues within a radius (R)")),
            button("print", _("Print as PNG or PDF at 300 dpi (P)")),
        ],
        id=ids.TOOLS,
        className="map-tools",
        **{f"data-{name}": words for name, words in _words().items()},
    )


def _words() -> dict[str, str]:
    return {
        "lasso": _("Draw around the venues; let go to choose them. Esc gives up."),
        "radius": _("Press at the middle and drag out to the radius. Esc gives up."),
        "print-title": _("Print the map"),
        "print-busy": _("Drawing at 300 dpi…"),
        "print-failed": _("The map could not be drawn. Try the smaller paper."),
        "print-as-of": _("As of {day}"),
        "print-made": _("Printed {moment} by {who}"),
        "close": _("Close"),
        "title": _("Title"),
        "floor": _("Floor {n}"),
        "devices": _("{n} devices"),
        "unwell": _("{n} silent or faulty"),
        "nothing": _("There is nothing to choose there."),
        "venues": _("{n} venues"),
    }


def _credit() -> list[Any]:
    """Whose map it is and by which number it was reviewed, as the law on maps asks."""
    settings: Settings = flask.current_app.config["ANWANG"]
    under = base_map(settings)
    number = settings.map_review_number
    return [
        html.Span(under["credit"], className="credit") if under and under["credit"] else None,
        html.Span(
            _("Review number {number}").format(number=number) if number else _("No review number: not for publication"),
            className="review-number",
        ),
    ]


def register_callbacks(app: Dash) -> None:
    callbacks.register(app)
    stations.register(app)
