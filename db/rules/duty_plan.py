"""When the clock asks the watch: at moments that nobody can foresee, yet as often as was set.

Nothing is planned ahead, so nothing can be read ahead: each turn a die is thrown for each venue. The longer nobody
asked, the likelier; the time between two checks is spread evenly from a quarter of the mean to one and three quarters.
"""

from datetime import timedelta

WEEK = timedelta(days=7)
MINUTES_TO_ANSWER = 10


def soonest(per_week: float) -> timedelta:
    """No sooner than so long after the last check."""
    return WEEK / per_week / 4


def latest(per_week: float) -> timedelta:
    """About no later than so long after the last check."""
    return WEEK / per_week * 7 / 4


def crowd(per_week: float) -> timedelta:
    """Venues that are overdue, or were never asked, are asked over this long and not all at once."""
    return WEEK / per_week / 8


def chance(since_last: timedelta | None, per_week: float, turn: timedelta) -> float:
    """That this turn asks; `since_last` is None where nobody ever asked."""
    if per_week <= 0 or (since_last is not None and since_last < soonest(per_week)):
        return 0.0
    left = timedelta() if since_last is None else latest(per_week) - since_last
    return min(1.0, turn / max(left, crowd(per_week)))
