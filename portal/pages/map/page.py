"""The map: from the province down to a venue, with the figures of the selected area beside it."""

from dash import Dash, dcc, html
from dash.development.base_component import Component

from portal.locale import _
from portal.pages.map import callbacks, ids


def layout(**_query: str) -> Component:
    """The frame of the page; its parts follow the address bar."""
    return html.Div(
        [
            dcc.Store(id=ids.VIEW),
            dcc.Store(id=ids.DRAWN),
            html.Div(
                [
                    html.Div(
                        [
                            html.Nav(id=ids.CRUMBS, className="breadcrumb"),
                            html.Div(id=ids.CONTROLS, className="controls"),
                        ],
                        className="map-bar",
                    ),
                    html.Div(
                        html.Div(id=ids.CANVAS, className="map-canvas", role="application", **{"aria-label": _("Map")}),
                        className="map-frame",
                    ),
                    html.Div(id=ids.LEGEND, className="legend"),
                ],
                className="map-main",
            ),
            html.Aside(html.Div(className="skeleton tall"), id=ids.SIDE, className="side"),
        ],
        className="map-page",
    )


def register_callbacks(app: Dash) -> None:
    callbacks.register(app)
