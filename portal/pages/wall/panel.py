"""A card of the wall: it says as of when it is, and whether it follows the live feeds."""

from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component


def wall_panel(
    title: str, *content: Any, as_of: datetime, aside: str = "", kind: str = "", live: bool = False
) -> Component:
    """A card; `live` ones are stale as soon as a feed is, all of them once their own moment is too long ago."""
    return html.Section(
        [html.Div([html.H2(title), html.Span(aside, className="aside")], className="panel-head"), *content],
        className=f"panel {kind}".strip(),
        **{"data-as-of": as_of.isoformat(), "data-live": "1" if live else ""},
    )


def wall_row(name: str, value: str, measured_against: str, good: bool | None = None) -> Component:
    tone = "" if good is None else "in-time" if good else "behind"
    return html.Div(
        [html.Span(name), html.B(value, className=tone), html.Span(measured_against, className="quiet")],
        className="wall-row",
    )
