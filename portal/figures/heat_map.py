"""Category × city heat maps of a rate."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal import words
from portal.figures import palette


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
    lowest, highest = palette.rate_bounds([cell.pct for line in cells for cell in line if cell.pct is not None])
    return {
        "data": [
            {
                "type": "heatmap",
                "z": [[cell.pct for cell in line] for line in cells],
                "x": list(columns),
                "y": list(rows),
                "text": [[_text(cell) for cell in line] for line in cells],
                "texttemplate": "%{text}",
                "textfont": {"size": 12},
                "customdata": [
                    [[cell.href, f"{words.count(cell.part)}/{words.count(cell.whole)}"] for cell in line]
                    for line in cells
                ],
                "hovertemplate": f"%{{y}} · %{{x}}<br>{measure} %{{text}}% (%{{customdata[1]}})<extra></extra>",
                "colorscale": [[i / (len(palette.RAMP) - 1), step] for i, step in enumerate(palette.RAMP)],
                "zmin": lowest,
                "zmax": highest,
                "xgap": 2,
                "ygap": 2,
                "showscale": False,
                "hoverongaps": False,
            }
        ],
        "layout": {
            "margin": {"l": 8, "r": 8, "t": 30, "b": 8},
            "height": 64 + row_height * len(rows),
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "Noto Sans SC Variable, Noto Sans SC, sans-serif", "size": 12.5, "color": "#7a869a"},
            "xaxis": {"side": "top", "fixedrange": True, "showgrid": False, "ticks": ""},
            "yaxis": {"autorange": "reversed", "fixedrange": True, "showgrid": False, "automargin": True, "ticks": ""},
        },
    }


def _text(cell: HeatCell) -> str:
    if cell.pct is None:
        return ""
    return f"({cell.pct:.1f})" if cell.is_small else f"{cell.pct:.1f}"
