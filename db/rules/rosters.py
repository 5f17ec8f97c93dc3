"""Who watches when, as a pattern that people write in one line."""

import re
from dataclasses import dataclass
from datetime import date, time
from typing import Literal
from zoneinfo import ZoneInfo

from db.rules.alarm_lifecycle import Refusal

HERE = ZoneInfo("Asia/Shanghai")
EVERY_DAY: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
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


_DAYS = re.compile(r"(?:周|星期)?([1-7一二三四五六日天])(?:\s*[-–~至到]\s*(?:周|星期)?([1-7一二三四五六日天]))?")
_CYCLE = re.compile(r"每(\d{1,2})天|every (\d{1,2}) days?")
_HOURS = re.compile(r"(\S+?)\s*[-–~至到]\s*(\S+)")
_NUMBERS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}


@dataclass(frozen=True, slots=True)
class Lines:
    """Many lines at once, as they were pasted: what could be read, and what of which line could not."""

    shifts: tuple[Shift, ...]
    wrong: tuple[tuple[int, str], ...]


def read_lines(pasted: str, starts_on: date) -> Lines:
    """One shift a line: name, hours, and as wanted telephone and days, with commas or tabs between.

    张三, 08:00-16:00, 13800000000, 1-5 · 李四, 16:00-8:00, 每4天
    """
    shifts, wrong = [], []
    for number, line in enumerate(pasted.splitlines(), 1):
        if not line.strip():
            continue
        shift = _read(line, starts_on)
        if shift is None:
            wrong.append((number, line.strip()))
        else:
            shifts.append(shift)
    return Lines(tuple(shifts), tuple(wrong))


def _read(line: str, starts_on: date) -> Shift | None:
    name, *parts = [part.strip() for part in re.split(r"[,，\t;；]+", line.strip())]
    hours: tuple[time, time] | None = None
    weekdays, cycle, phone = EVERY_DAY, None, None
    for part in filter(None, parts):
        found = _HOURS.fullmatch(part)
        since, until = (clock(found[1]), clock(found[2])) if found else (None, None)
        days, every = _DAYS.fullmatch(part), _CYCLE.fullmatch(part)
        if since is not None and until is not None and hours is None:
            hours = since, until
        elif days:
            weekdays = _weekdays(days)
        elif every:
            cycle = int(every[1] or every[2])
        elif _PHONE.fullmatch(part) and phone is None:
            phone = part
        elif part not in ("每天", "every day"):
            return None
    if hours is None or not weekdays:
        return None
    shift = Shift(name, phone, starts_on, None, weekdays, cycle, *hours)
    return None if refused(shift) else shift


def _weekdays(days: re.Match[str]) -> tuple[int, ...]:
    """Friday to Monday goes over the weekend."""
    first, last = (_NUMBERS.get(each) or int(each) for each in (days[1], days[2] or days[1]))
    return tuple(sorted((first + n - 1) % 7 + 1 for n in range((last - first) % 7 + 1)))


@dataclass(frozen=True, slots=True)
class WrittenShift:
    """A row of a roster's spreadsheet, as it was written."""

    person: str = ""
    phone: str = ""
    since: str = ""
    until: str = ""
    days: str = ""
    starts_on: str = ""
    ends_on: str = ""


def read_shift(written: WrittenShift, today: date) -> Shift | tuple[str, ...]:
    """The shift that a row means, or every reason why it cannot be taken; without a first day it begins today."""
    reasons = []
    if not 0 < len(written.person.strip()) <= LONGEST_NAME:
        reasons.append("请填写值守人姓名（不超过 40 字）")
    if written.phone and not _PHONE.fullmatch(written.phone):
        reasons.append(f"“{written.phone}”不是电话号码")
    since, until = clock(written.since), clock(written.until)
    if since is None or until is None:
        reasons.append("上岗、离岗时间须写作 08:00、20:00")
    weekdays, cycle = _pattern(written.days)
    if not weekdays:
        reasons.append(f"“{written.days}”不是排班；请写每天、周一至周五、周六或每4天")
    first, last = _day(written.starts_on, today), _day(written.ends_on, None)
    if first is False or last is False:
        reasons.append("日期须写作 2026-03-01")
    elif first and last and last < first:
        reasons.append("结束日期早于开始日期")
    if reasons or since is None or until is None or not first or last is False:
        return tuple(reasons)
    return Shift(written.person.strip(), written.phone or None, first, last, weekdays, cycle, since, until)


def _pattern(days: str) -> tuple[tuple[int, ...], int | None]:
    """Weekdays and cycle; no weekdays where it cannot be read. Days may stand side by side: 周一、周三、周五."""
    said = days.strip()
    every = _CYCLE.fullmatch(said)
    if every:
        cycle = int(every[1] or every[2])
        return (EVERY_DAY, cycle) if 1 <= cycle <= LONGEST_CYCLE else ((), None)
    if said in ("", "每天", "每日", "every day"):
        return EVERY_DAY, None
    found = [_DAYS.fullmatch(part.strip()) for part in re.split(r"[、,，]+", said)]
    if not all(found):
        return (), None
    return tuple(sorted({day for each in found if each for day in _weekdays(each)})), None


def _day(typed: str, usual: date | None) -> date | Literal[False] | None:
    if not typed:
        return usual
    try:
        return date.fromisoformat(re.sub(r"[/.年月]", "-", typed.rstrip("日"))[:10])
    except ValueError:
        found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", typed)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else False
    except ValueError:
        return False
