"""Alarms by hour, as stacked bars of plain HTML."""

from collections.abc import Sequence
from datetime import datetime

from dash import html
from dash.development.base_component import Component

from portal.words import HERE, level_class

LEVELS = (4, 3, 2, 1)


def hour_bars(hours: Sequence[tuple[datetime, Sequence[int]]]) -> list[Component]:
    """Bars for (start of hour, counts by level 1 to 4), oldest first."""
    tallest = max((sum(counts) for _start, counts in hours), default=0) or 1
    bars = [
        html.Div(
            [
                html.I(className=level_class(level), style={"height": f"{counts[level - 1] / tallest * 100:.1f}%"})
                for level in LEVELS
                if counts[level - 1]
            ],
            title=f"{start.astimezone(HERE):%H:00} · {sum(counts)}",
        )
        for start, counts in hours
    ]
    marks = [start.astimezone(HERE).strftime("%H:00") for start, _counts in hours[:: max(1, len(hours) // 6)]]
    return [html.Div(bars, className="hours"), html.Div([html.Span(mark) for mark in marks], className="hour-words")]
