"""Readings around a moment as a small SVG: each quantity over its own range, the moment as a dashed line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.figures.spark import address_of

WIDTH, HEIGHT, PAD = 380, 130, 10
OWN = ("#e8710a", "#2f74d0", "#8a4fd0")
NEIGHBOURS = "#8d9aaf"


@dataclass(frozen=True, slots=True)
class Line:
    """One device's readings of one quantity, oldest first."""

    name: str
    is_own: bool
    moments: tuple[datetime, ...]
    values: tuple[float, ...]
    quantity: str


def colours(lines: Sequence[Line]) -> list[str]:
    """The alarm's own device in strong colours, its neighbours in grey."""
    own = iter(OWN)
    return [next(own, OWN[-1]) if line.is_own else NEIGHBOURS for line in lines]


def around(lines: Sequence[Line], moment: datetime, span: timedelta) -> str:
    """The picture as a data address; "" where nothing was read. Lines of one quantity share its range."""
    if not any(line.values for line in lines):
        return ""
    ranges = _ranges(lines)
    drawn = [
        _line(line, colour, moment, span, *ranges[line.quantity])
        for line, colour in sorted(zip(lines, colours(lines), strict=True), key=lambda pair: pair[0].is_own)
    ]
    middle = WIDTH / 2
    return address_of(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<line x1="0" x2="{WIDTH}" y1="{HEIGHT - PAD}" y2="{HEIGHT - PAD}" stroke="#8d9aaf" stroke-opacity=".4"/>'
        f'<line x1="{middle}" x2="{middle}" y1="2" y2="{HEIGHT - 2}" stroke="#d92d35" stroke-dasharray="4 3"/>'
        f"{''.join(drawn)}</svg>"
    )


def _ranges(lines: Sequence[Line]) -> dict[str, tuple[float, float]]:
    known: dict[str, list[float]] = {}
    for line in lines:
        known.setdefault(line.quantity, []).extend(line.values)
    return {quantity: (min(values), max(values)) for quantity, values in known.items()}


def _line(line: Line, colour: str, moment: datetime, span: timedelta, low: float, high: float) -> str:
    def place(at: datetime, value: float) -> tuple[float, float]:
        x = (at - moment) / span * (WIDTH / 2) + WIDTH / 2
        share = (value - low) / (high - low) if high > low else 0.5
        return x, HEIGHT - PAD - share * (HEIGHT - 2 * PAD)

    points = [place(at, value) for at, value in zip(line.moments, line.values, strict=True)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    width = 2.2 if line.is_own else 1.2
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{width}" fill="{colour}"/>' for x, y in points[:60])
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>{dots}'
