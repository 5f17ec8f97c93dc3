"""The design's values as assets/tokens.css holds them, for drawings that are made on the server."""

import re
from functools import cache
from pathlib import Path

SHEET = Path(__file__).resolve().parents[2] / "assets" / "tokens.css"
LIGHT, DARK, WALL = "light", "dark", "wall"
_BLOCK = re.compile(r"([^{}]+)\{([^{}]*)\}")
_VALUE = re.compile(r"(--[\w-]+):\s*([^;]+);")
_VARIANTS = {':root[data-scheme="dark"]': DARK, ":root:root .bare-wall": WALL}
STEPS = 8


@cache
def blocks() -> tuple[tuple[str, dict[str, str]], ...]:
    """Selector and values of every block of the sheet, in order."""
    sheet = re.sub(r"/\*.*?\*/", "", SHEET.read_text(encoding="utf-8"), flags=re.DOTALL)
    return tuple((selector.strip(), dict(_VALUE.findall(body))) for selector, body in _BLOCK.findall(sheet))


@cache
def variant(name: str) -> dict[str, str]:
    """Every token of light, dark or wall; what a variant does not say is as in light."""
    values: dict[str, str] = {}
    for selector, block in blocks():
        if selector == ":root" or _VARIANTS.get(selector) == name:
            values |= block
    return values


def ramp() -> tuple[str, ...]:
    """The palette of rates, low to high."""
    return tuple(variant(LIGHT)[f"--ramp-{step}"] for step in range(1, STEPS + 1))
