"""Days as lines, hours across: what was declared, what is verified, where nobody stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dash import html
from dash.development.base_component import Component

from portal.words import HERE

DAY = timedelta(days=1)
HOURS = (0, 6, 12, 18, 24)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time drawn in the way of `kind`, with words for whoever points at it."""

    kind: str
    since: datetime
    until: datetime
    words: str
    strength: float = 1.0
    """How dark it is drawn, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment."""

    kind: str
    at: datetime
    words: str


def day_bands(days: Sequence[date], names: Sequence[str], pieces: Sequence[Piece], marks: Sequence[Mark]) -> Component:
    """One line a day with its name, in the order given; pieces are drawn in their order."""
    lines = [
        html.Div(
            [
                html.Span(name, className="day-name"),
                html.Div(
                    [*_pieces(day, pieces), *_marks(day, marks)],
                    className="day-line",
                ),
            ],
            className="day",
        )
        for day, name in zip(days, names, strict=True)
    ]
    axis = html.Div(
        [html.Span(f"{hour}:00", style={"left": f"{hour / 24 * 100:.3f}%"}) for hour in HOURS], className="day-hours"
    )
    return html.Div([*lines, html.Div([html.Span(className="day-name"), axis], className="day")], className="day-bands")


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=HERE)


def _pieces(day: date, pieces: Sequence[Piece]) -> list[Component]:
    start = _start(day)
    drawn = []
    for piece in pieces:
        since, until = max(piece.since, start), min(piece.until, start + DAY)
        if since < until:
            left, width = (since - start) / DAY * 100, (until - since) / DAY * 100
            style = {"left": f"{left:.3f}%", "width": f"{width:.3f}%"}
            if piece.strength < 1:
                style["opacity"] = f"{piece.strength:.2f}"
            drawn.append(html.I(className=f"piece {piece.kind}", style=style, title=piece.words))
    return drawn


def _marks(day: date, marks: Sequence[Mark]) -> list[Component]:
    start = _start(day)
    return [
        html.B(
            className=f"band-mark {mark.kind}",
            style={"left": f"{(mark.at - start) / DAY * 100:.3f}%"},
            title=mark.words,
        )
        for mark in marks
        if start <= mark.at < start + DAY
    ]
