"""The one sequential palette in which every rate is drawn, dark (low) to light (high)."""

from portal.figures import tokens

RAMP = tokens.ramp()
"""Eight even steps of lightness, readable to all kinds of colour vision: blue to yellow-green."""

NOTHING = tokens.variant(tokens.LIGHT)["--ramp-none"]
"""Where there is no venue to measure."""
ON_DARK = tokens.variant(tokens.LIGHT)["--ramp-on-dark"]
ON_LIGHT = tokens.variant(tokens.LIGHT)["--ramp-on-light"]
DARK_STEPS = 4
"""So many steps from the low end carry light letters."""


def rate_bounds(values: list[float]) -> tuple[float, float]:
    """The scale for a set of percentages: whole tens around them, at least 20 points wide."""
    if not values:
        return 0.0, 100.0
    lowest, highest = min(values) // 10 * 10, -(-max(values) // 10) * 10
    if highest - lowest < 20:
        lowest, highest = max(0.0, highest - 20), min(100.0, max(highest, lowest + 20))
    return float(lowest), float(highest)


def colour(value: float | None, bounds: tuple[float, float] = (0.0, 100.0)) -> str:
    """The step of the ramp for a percentage."""
    if value is None:
        return NOTHING
    lowest, highest = bounds
    share = (value - lowest) / (highest - lowest) if highest > lowest else 1.0
    return RAMP[min(len(RAMP) - 1, max(0, int(share * len(RAMP))))]


def ink(value: float | None, bounds: tuple[float, float] = (0.0, 100.0)) -> str:
    """Black or white, whichever reads better on `colour(value)`."""
    if value is None:
        return ON_LIGHT
    return ON_DARK if RAMP.index(colour(value, bounds)) < DARK_STEPS else ON_LIGHT
