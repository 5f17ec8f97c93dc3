"""How finely a span of readings is shown: every reading for a day, five minutes for a month, days beyond."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

DAILY_ONLY = frozenset({"battery", "radio"})
"""They change slowly and are rolled up by the day alone."""


class Grain(StrEnum):
    EACH = "each"
    FIVE_MINUTES = "five_minutes"
    DAY = "day"


class Range(StrEnum):
    """The spans that a chart offers."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


LENGTHS = {
    Range.DAY: timedelta(days=1),
    Range.WEEK: timedelta(days=7),
    Range.MONTH: timedelta(days=31),
    Range.YEAR: timedelta(days=366),
}
STEPS = {Grain.FIVE_MINUTES: timedelta(minutes=5), Grain.DAY: timedelta(days=1)}
LEAST_GAP = timedelta(hours=2)
"""A battery-powered detector speaks every hour or two: less than that is no gap."""


@dataclass(frozen=True, slots=True)
class Span:
    """Moments in [since, until)."""

    since: datetime
    until: datetime

    def grain(self, signal: str) -> Grain:
        if signal in DAILY_ONLY:
            return Grain.DAY
        length = self.until - self.since
        if length <= LENGTHS[Range.DAY]:
            return Grain.EACH
        return Grain.FIVE_MINUTES if length <= LENGTHS[Range.MONTH] else Grain.DAY


def longest_step(grain: Grain, usual_step: timedelta | None) -> timedelta:
    """Two neighbours further apart than this have a gap between them: three times the device's usual step.

    `usual_step` is the median distance of neighbours in the span, None for fewer than two readings.
    """
    if grain is Grain.DAY:
        return timedelta(days=1)
    return max(LEAST_GAP, 3 * (usual_step or timedelta()))
