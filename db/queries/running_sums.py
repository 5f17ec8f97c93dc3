"""Which rows of the running sums add up to a count as of a day."""

from datetime import date, timedelta

_ZERO = date(2000, 1, 1)
_LENGTHS = 15
"""Both as in migration 0031's `spans_of`."""


def rows_until(table: str, day: date) -> list[str]:
    """Conditions in SQL: each is a block of rows, and together they count what changed up to the end of the day.

    standing_steps: a binary indexed tree (migration 0031), at most fifteen blocks, seven on average.
    coverage_steps: the years before, this year's months, this month's tens, fives and days.
    """
    return _BLOCKS[table](day)


def _spans_until(day: date) -> list[str]:
    days = min(max((day - _ZERO).days + 1, 0), (1 << _LENGTHS) - 1)
    return [
        f"span = {1 << k} and day = {_sql(_ZERO, days >> (k + 1) << (k + 1))}"
        for k in reversed(range(_LENGTHS))
        if days >> k & 1
    ] or ["false"]


def _calendar_until(day: date) -> list[str]:
    ends = {
        "year": day.replace(month=1, day=1),
        "month": day.replace(day=1),
        "ten": day.replace(day=1 + 10 * min(2, (day.day - 1) // 10)),
        "five": day.replace(day=1 + 5 * min(5, (day.day - 1) // 5)),
        "day": day + timedelta(days=1),
    }
    begins = [date.min, *ends.values()]
    return [
        f"grain = '{grain}' and day >= {_sql(begin)} and day < {_sql(end)}"
        for begin, (grain, end) in zip(begins, ends.items(), strict=False)
        if begin < end
    ]


def _sql(day: date, plus: int = 0) -> str:
    return f"date '{(day + timedelta(days=plus)).isoformat()}'"


_BLOCKS = {"standing_steps": _spans_until, "coverage_steps": _calendar_until}
