"""Regions in the order of a rate, honest about small numbers: an interval beside it, and no place for the few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from db.rules.coverage import percent

_Z = 1.959963984540054
"""For 95 of 100."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of a whole."""

    numerator: int
    denominator: int

    @property
    def pct(self) -> float | None:
        return percent(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one region stands; `place` None where it is too small to be ranked. Changes are None where unknown."""

    key: int
    place: int | None
    pct: float | None
    moved: float | None
    """Points since the earlier day, of the rates as published."""
    climbed: int | None


def wilson(numerator: int, denominator: int) -> tuple[float, float] | None:
    """The 95 % interval of a rate, in percent (Wilson's score interval); None where there is nothing to measure."""
    if denominator <= 0:
        return None
    share, n = numerator / denominator, float(denominator)
    middle = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return round(100 * max(0.0, middle - half), 1), round(100 * min(1.0, middle + half), 1)


def places(
    keys: Sequence[int], now: Mapping[int, Rate], before: Mapping[int, Rate], minimum: int, *, is_better_high: bool
) -> list[Place]:
    """The best first; equal published rates share a place; those below the minimum come last, without one."""
    ranked, earlier = _ranked(now, minimum, is_better_high), _ranked(before, minimum, is_better_high)
    listed = []
    for key in keys:
        if key not in now or now[key].pct is None:
            continue
        pct, old = now[key].pct, before[key].pct if key in before else None
        moved = None if pct is None or old is None else round(pct - old, 1)
        climbed = earlier[key] - ranked[key] if key in ranked and key in earlier else None
        listed.append(Place(key, ranked.get(key), pct, moved, climbed))
    sign = -1 if is_better_high else 1
    return sorted(listed, key=lambda each: (each.place is None, each.place or 0, sign * (each.pct or 0), each.key))


def _ranked(rates: Mapping[int, Rate], minimum: int, is_better_high: bool) -> dict[int, int]:
    sign = 1 if is_better_high else -1
    known = {
        key: sign * rate.pct for key, rate in rates.items() if rate.pct is not None and rate.denominator >= minimum
    }
    return {key: 1 + sum(other > value for other in known.values()) for key, value in known.items()}
