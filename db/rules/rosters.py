"""Who watches when, as a pattern that people write in one line."""

import re
from dataclasses import dataclass
from datetime import date, time

from db.rules.alarm_lifecycle import Refusal

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
LONGEST_CYCLE = 60
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
_PHONE = re.compile(r"[0-9+ -]{5,20}")
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Shift:
    """One line of a roster, as it was typed: a person, their days, their hours."""

    person_name: str
    phone: str | None
    starts_on: date
    ends_on: date | None
    weekdays: tuple[int, ...]
    """1 Monday … 7 Sunday."""
    cycle_days: int | None
    """Every so many days from `starts_on`; None: each of the weekdays."""
    from_time: time
    until_time: time
    """Not after `from_time`: on the next day."""


def clock(typed: str) -> time | None:
    """08:00, 8:00; 24:00 is midnight. None for what is no time of day."""
    written = typed.strip()
    if written in ("24:00", "24：00"):
        return time(0)
    found = _CLOCK.fullmatch(written)
    return time(int(found[1]), int(found[2])) if found else None


def refused(shift: Shift) -> Refusal | None:
    """Why this line cannot stand, or None."""
    if not 0 < len(shift.person_name.strip()) <= LONGEST_NAME:
        return Refusal("Say who watches, in at most 40 characters.")
    if shift.phone and not _PHONE.fullmatch(shift.phone):
        return Refusal("This is no telephone number.")
    if shift.ends_on is not None and shift.ends_on < shift.starts_on:
        return Refusal("The last day is before the first.")
    if not shift.weekdays or not set(shift.weekdays) <= set(EVERY_DAY):
        return Refusal("Choose at least one day of the week.")
    if shift.cycle_days is not None and not 1 <= shift.cycle_days <= LONGEST_CYCLE:
        return Refusal("A shift comes every 1 to 60 days.")
    return None
