"""A venue's hours: teaching, dormitory nights, exam days, holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")


class Period(StrEnum):
    TEACHING = "teaching"
    DORMITORY_NIGHT = "dormitory_night"
    EXAM = "exam"
    HOLIDAY = "holiday"
    OUTSIDE_TEACHING = "outside_teaching"
    """Whatever is neither teaching nor an exam: it stands in no timetable."""


@dataclass(frozen=True, slots=True)
class Hours:
    """One row of a timetable; `until` at or before `since` ends on the next day."""

    period: Period
    weekdays: frozenset[int]
    """Monday is 1."""
    since: time
    until: time
    first_on: date | None = None
    last_on: date | None = None


def periods_at(timetable: Iterable[Hours], now: datetime) -> frozenset[Period]:
    """What it is now at the venue; in a holiday nobody is taught or examined."""
    here = now.astimezone(HERE)
    found = {hours.period for hours in timetable if _is_within(hours, here)}
    if Period.HOLIDAY in found:
        found -= {Period.TEACHING, Period.EXAM}
    if not found & {Period.TEACHING, Period.EXAM}:
        found.add(Period.OUTSIDE_TEACHING)
    return frozenset(found)


def is_due(wanted: frozenset[Period], periods: frozenset[Period]) -> bool:
    """True where a rule of these periods is judged now; no period wanted: always."""
    return not wanted or bool(wanted & periods)


def _is_within(hours: Hours, here: datetime) -> bool:
    if hours.since < hours.until:
        return hours.since <= here.time() < hours.until and _is_day(hours, here.date())
    began_today = here.time() >= hours.since and _is_day(hours, here.date())
    return began_today or (here.time() < hours.until and _is_day(hours, here.date() - timedelta(days=1)))


def _is_day(hours: Hours, day: date) -> bool:
    """The day on which the hours begin."""
    return (
        day.isoweekday() in hours.weekdays
        and (hours.first_on is None or hours.first_on <= day)
        and (hours.last_on is None or day <= hours.last_on)
    )
