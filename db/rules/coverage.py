"""Access and duty as rates, rounded the way the bulletins round."""

from decimal import ROUND_HALF_UP, Decimal


def percent(part: int, whole: int, decimals: int = 1) -> float | None:
    """`part / whole` in percent, half up; None where there is nothing to measure."""
    if whole == 0:
        return None
    quantum = Decimal(1).scaleb(-decimals)
    return float((Decimal(100 * part) / Decimal(whole)).quantize(quantum, ROUND_HALF_UP))
