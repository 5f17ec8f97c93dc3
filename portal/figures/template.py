"""The one look of Plotly's charts, from the tokens. theme.css turns its greys with light and dark."""

from typing import Any

from portal.figures import tokens

SANS = "Noto Sans SC Variable, Noto Sans SC, sans-serif"
CLEAR = "rgba(0,0,0,0)"
SIZE = 12.5


def layout(**own: Any) -> dict[str, Any]:
    """A figure's layout: the house's look, and what this figure says of its own."""
    light = tokens.variant(tokens.LIGHT)
    return {
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "showlegend": False,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "colorway": [light["--chart-line"], light["--chart-2"], light["--chart-3"]],
        "font": {"family": SANS, "size": SIZE, "color": light["--ink-3"]},
        **own,
    }


def axis(**own: Any) -> dict[str, Any]:
    """An axis with quiet lines."""
    return {"gridcolor": tokens.variant(tokens.LIGHT)["--chart-grid"], "zeroline": False, "automargin": True, **own}


def line_colour() -> str:
    """The colour of the one line of a chart: it reads on light and dark alike."""
    return tokens.variant(tokens.LIGHT)["--chart-line"]


def band_colour() -> str:
    """The same as a pale area."""
    value = line_colour().lstrip("#")
    red, green, blue = (int(value[i : i + 2], 16) for i in (0, 2, 4))
    return f"rgba({red}, {green}, {blue}, 0.22)"
