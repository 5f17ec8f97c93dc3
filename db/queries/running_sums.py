"""Which rows of the running sums add up to a count as of a day."""

from datetime import date

_ZERO = date(2000, 1, 1)
_LENGTHS = 15


def rows_until(table: str, day: date) -> list[str]:
    """Conditions in SQL: each is a block of rows, and together they count what changed up to the end of the day.

    Standings: a binary indexed tree (migration 0031), at most fifteen blocks, five in three years on average.
    Coverage: the years before, the months of this year, the days of this month.
    """
    return _spans_until(day) if table == "standing_steps" else _calendar_until(day)


def _spans_until(day: date) -> list[str]:
    days = min(max((day - _ZERO).days + 1, 0), (1 << _LENGTHS) - 1)
    return [
        f"span = {1 << k} and day = {_sql(_ZERO, days >> (k + 1) << (k + 1))}"
        for k in reversed(range(_LENGTHS))
        if days >> k & 1
    ]


def _calendar_until(day: date) -> list[str]:
    year, month = _sql(day.replace(month=1, day=1)), _sql(day.replace(day=1))
    return [
        f"grain = 'year' and day < {year}",
        f"grain = 'month' and day >= {year} and day < {month}",
        f"grain = 'day' and day >= {month} and day <= {_sql(day)}",
    ]


def _sql(day: date, plus: int = 0) -> str:
    return f"date '{date.fromordinal(day.toordinal() + plus).isoformat()}'"
