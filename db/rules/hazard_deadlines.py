"""By when whoever is next must act on a hazard. Overdue is computed from it, never stored."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from db.rules.alarm_lifecycle import Refusal
from db.rules.hazard_kinds import TERMS, Grade
from db.rules.hazard_lifecycle import BEING_RECTIFIED, HazardState

HERE = ZoneInfo("Asia/Shanghai")
SAME_WITHIN = timedelta(days=90)
"""The same hazard at the same spot within this long of its closing is the old one."""
REMIND_AGAIN_AFTER = timedelta(days=7)
"""A major hazard that stays overdue is told of again and again."""


def end_of(day: date) -> datetime:
    """The moment at which a day that was named as a deadline is over, in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), HERE)


def last_day(due_at: datetime) -> date:
    """The day that a deadline names: the last one on which the act is in time."""
    return (due_at - timedelta(microseconds=1)).astimezone(HERE).date()


def default_due_on(grade: Grade, today: date) -> date:
    return today + TERMS[grade].rectify


def check_due_on(grade: Grade, due_on: date, today: date) -> Refusal | None:
    """A deadline lies ahead, and not beyond what the grade gives."""
    if due_on < today:
        return Refusal("The deadline has passed already; name a later day.")
    if due_on > today + TERMS[grade].longest:
        return Refusal("The deadline is later than this grade allows.")
    return None


def act_by(
    state: HazardState, grade: Grade, at: datetime, due_at: datetime | None, look_back_on: date | None
) -> datetime | None:
    """By when the next step is due, the last one taken at `at`; None where nobody owes anything."""
    terms = TERMS[grade]
    if state is HazardState.FOUND:
        return at + terms.assign
    if state in BEING_RECTIFIED:
        return due_at
    if state is HazardState.SUBMITTED:
        return at + terms.accept
    if state is HazardState.ACCEPTED:
        return at + terms.close
    return end_of(look_back_on) if look_back_on is not None else None


def look_back_on(grade: Grade, closed_on: date) -> date | None:
    """The day by which a closed hazard of this grade is inspected again."""
    span = TERMS[grade].look_back
    return None if span is None else closed_on + span


def must_be_told(act_by: datetime | None, reminded_at: datetime | None, grade: Grade, now: datetime) -> bool:
    """True where a deadline has passed untold; of a major hazard again every week."""
    if act_by is None or act_by >= now:
        return False
    if reminded_at is None or reminded_at < act_by:
        return True
    return grade is Grade.MAJOR and now - reminded_at >= REMIND_AGAIN_AFTER
