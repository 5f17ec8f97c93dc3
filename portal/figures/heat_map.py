"""Category × city heat maps of a rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal import words
from portal.figures import palette, template


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One cell: a rate in percent (None: no venue there), the counts behind it, and where it leads."""

    pct: float | None
    part: int
    whole: int
    href: str
    is_small: bool = False
    """Too few to say much: the figure stands in brackets."""


def heat_map(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[HeatCell]],
    measure: str,
    row_height: int = 31,
) -> dict[str, Any]:
    """A Plotly figure as plain data: rows from top to bottom as given, each cell with its figure and its address."""
    bounds = palette.rate_bounds([cell.pct for line in cells for cell in line if cell.pct is not None])
    return {
        "data": [_cells(rows, columns, cells, measure, bounds, ink) for ink in (palette.ON_DARK, palette.ON_LIGHT)],
        "layout": template.layout(
            margin={"l": 8, "r": 8, "t": 30, "b": 8},
            height=64 + row_height * len(rows),
            xaxis={"side": "top", "fixedrange": True, "showgrid": False, "ticks": ""},
            yaxis={"autorange": "reversed", "fixedrange": True, "showgrid": False, "automargin": True, "ticks": ""},
        ),
    }


def _text(cell: HeatCell) -> str:
    if cell.pct is None:
        return ""
    return f"({cell.pct:.1f})" if cell.is_small else f"{cell.pct:.1f}"


def _cells(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Sequence[Sequence[HeatCell]],
    measure: str,
    bounds: tuple[float, float],
    ink: str,
) -> dict[str, Any]:
    """The cells that carry letters of this colour: Plotly's own choice of it cannot be read on the ramp's middle."""
    n = len(palette.RAMP)
    carry = [[palette.ink(cell.pct, bounds) == ink for cell in line] for line in cells]
    shown = [
        [cell.pct if is_here else None for cell, is_here in zip(*line, strict=True)]
        for line in zip(cells, carry, strict=True)
    ]
    return {
        "type": "heatmap",
        "z": shown,
        "x": list(columns),
        "y": list(rows),
        "text": [
            [_text(cell) if is_here else "" for cell, is_here in zip(*line, strict=True)]
            for line in zip(cells, carry, strict=True)
        ],
        "texttemplate": "%{text}",
        "textfont": {"size": 12, "color": ink},
        "customdata": [
            [[cell.href, f"{words.count(cell.part)}/{words.count(cell.whole)}"] for cell in line] for line in cells
        ],
        "hovertemplate": f"%{{y}} · %{{x}}<br>{measure} %{{text}}% (%{{customdata[1]}})<extra></extra>",
        "colorscale": [[edge / n, step] for i, step in enumerate(palette.RAMP) for edge in (i, i + 1)],
        "zmin": bounds[0],
        "zmax": bounds[1],
        "xgap": 2,
        "ygap": 2,
        "showscale": False,
        "hoverongaps": False,
    }
