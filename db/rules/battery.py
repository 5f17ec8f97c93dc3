"""When a battery will be empty: a straight line through its days that a few odd ones do not bend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from statistics import median

EMPTY_PCT = 5.0
"""Below it a radio no longer reaches its station."""
FEWEST_DAYS = 14
MOST_DAYS = 120
LEAST_FALL_PCT = 1.0
LONGEST = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class BatteryEnd:
    """The day on which it will be empty, and what it loses."""

    on: date
    pct_a_month: float


def battery_end(days: Sequence[tuple[date, float]], today: date) -> BatteryEnd | None:
    """By the median of the slopes between all pairs of days (Theil and Sen); days with their mean in percent.

    None where there are too few days, where it hardly falls, or where the end is too far to say: honest silence.
    """
    last = sorted(days)[-MOST_DAYS:]
    if len(last) < FEWEST_DAYS:
        return None
    numbered = [((day - last[0][0]).days, pct) for day, pct in last]
    slope = median((b - a) / (m - n) for (n, a), (m, b) in combinations(numbered, 2))
    if -slope * numbered[-1][0] < LEAST_FALL_PCT:
        return None
    level = median(pct - slope * n for n, pct in numbered)
    ends_after = timedelta(days=int((EMPTY_PCT - level) / slope))
    on = max(last[0][0] + ends_after, today)
    return BatteryEnd(on, -slope * 30) if on - today < LONGEST else None
