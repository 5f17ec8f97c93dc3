"""Cells that carry a measure."""

from dash import html
from dash.development.base_component import Component

from portal import words


def bar(value: float | None, colour: str) -> Component:
    """A percentage as a bar with its figure."""
    return html.Div(
        [
            html.Div(html.I(style={"width": f"{value or 0:.1f}%", "background": colour}), className="bar-track"),
            html.Span(words.pct(value), className="number"),
        ],
        className="bar",
    )
