"""As what a venue, an alarm or a hazard counts at the end of a day. `db.commands.settling` decides the same in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from db.rules.alarm_kinds import Verdict
from db.rules.duty_evidence import IN_TIME
from db.rules.measures import (
    ALARM_WINDOW_DAYS,
    CLOSED_WITHIN_HOURS,
    EVIDENCE_DAYS,
    HAZARD_WINDOW_DAYS,
    PROVEN_SHARE_PCT,
)

HERE = ZoneInfo("Asia/Shanghai")


class Source(StrEnum):
    """From where standings are settled."""

    DEVICES = "devices"
    DUTY = "duty"
    ALARMS = "alarms"
    HAZARDS = "hazards"


class Standing(StrEnum):
    """The names are those of the columns that count them."""

    PROVEN = "proven"
    VERIFIED = "verified"
    ALARMS_ON_TIME = "alarms_on_time"
    ALARMS_OVERDUE = "alarms_overdue"
    ALARMS_UNHANDLED = "alarms_unhandled"
    ALARMS_LEFT_OUT = "alarms_left_out"
    HAZARDS_CLOSED = "hazards_closed"
    HAZARDS_OPEN = "hazards_open"


OF_SOURCE: dict[Source, tuple[Standing, ...]] = {
    Source.DEVICES: (Standing.PROVEN,),
    Source.DUTY: (Standing.VERIFIED,),
    Source.ALARMS: (
        Standing.ALARMS_ON_TIME,
        Standing.ALARMS_OVERDUE,
        Standing.ALARMS_UNHANDLED,
        Standing.ALARMS_LEFT_OUT,
    ),
    Source.HAZARDS: (Standing.HAZARDS_CLOSED, Standing.HAZARDS_OPEN),
}


@dataclass(frozen=True, slots=True)
class AlarmLife:
    """What of an alarm decides as what it counts."""

    level: int
    recorded_at: datetime
    acknowledged_at: datetime | None = None
    verified_at: datetime | None = None
    verdict: Verdict | None = None
    closed_at: datetime | None = None
    in_window: bool = False


def of_alarm(alarm: AlarmLife, day: date) -> Standing | None:
    """At the end of the day; None outside the days on which it counts."""
    first = _day(alarm.recorded_at)
    if not first <= day < first + timedelta(days=ALARM_WINDOW_DAYS):
        return None
    is_test = (
        alarm.verdict is Verdict.TEST_OR_DRILL and alarm.verified_at is not None and _day(alarm.verified_at) <= day
    )
    if alarm.in_window or is_test:
        return Standing.ALARMS_LEFT_OUT
    if alarm.closed_at is None or _day(alarm.closed_at) > day:
        return Standing.ALARMS_UNHANDLED
    in_time = (
        alarm.acknowledged_at is not None
        and alarm.acknowledged_at - alarm.recorded_at <= IN_TIME[alarm.level]
        and alarm.closed_at - alarm.recorded_at <= timedelta(hours=CLOSED_WITHIN_HOURS)
    )
    return Standing.ALARMS_ON_TIME if in_time else Standing.ALARMS_OVERDUE


def of_hazard(found_at: datetime, closed_at: datetime | None, day: date) -> Standing | None:
    """At the end of the day; None outside the days on which it counts."""
    first = _day(found_at)
    if not first <= day < first + timedelta(days=HAZARD_WINDOW_DAYS):
        return None
    is_closed = closed_at is not None and _day(closed_at) <= day
    return Standing.HAZARDS_CLOSED if is_closed else Standing.HAZARDS_OPEN


def is_verified(evidence: Sequence[tuple[datetime, bool]], day: date) -> bool:
    """Moments at which the watch proved itself (True) or left a check unanswered (False), of a venue with duty."""
    since = day - timedelta(days=EVIDENCE_DAYS - 1)
    seen = [(at, is_proof) for at, is_proof in evidence if since <= _day(at) <= day]
    return bool(seen) and max(seen)[1]


def is_proven(proven: int, devices: int) -> bool:
    """Of an accessed venue's devices in use, cameras left aside."""
    return devices > 0 and 100 * proven >= PROVEN_SHARE_PCT * devices


def _day(at: datetime) -> date:
    return at.astimezone(HERE).date()
