"""The deadlines that every alarm is scored against, hop by hop (GB/T 45839-2025; GB 50440 for the confirmed fire)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.alarm_kinds import AlarmKind


class Hop(StrEnum):
    """One stretch of an alarm's way, between two of its stamps."""

    TO_DOOR = "to_door"
    TO_CENTRE = "to_centre"
    TO_STREAM = "to_stream"
    TO_SCREEN = "to_screen"
    PUSHED = "pushed"
    TO_PHONE = "to_phone"
    FAULT_SHOWN = "fault_shown"
    LOSS_SHOWN = "loss_shown"
    ACKNOWLEDGED = "acknowledged"


class Stamp(StrEnum):
    """When something happened to an alarm; the names are those of its columns."""

    BEGUN = "begun_at"
    RECEIVED = "received_at"
    RECORDED = "recorded_at"
    STREAMED = "streamed_at"
    SHOWN = "shown_at"
    PUSHED = "pushed_at"
    PHONE_SENT = "phone_sent_at"
    PHONE = "phone_at"
    ACKNOWLEDGED = "acknowledged_at"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A limit on a hop; None where the hop is measured and no standard limits it. Empty `kinds` means all."""

    hop: Hop
    since: Stamp
    until: Stamp
    limit: timedelta | None
    clause: str
    kinds: tuple[AlarmKind, ...] = ()
    worst_level: int = 4
    """Scored for alarms of this level or a worse one."""
    is_owed: bool = False
    """A stamp that never came counts as missed once the limit has passed; otherwise it was not measured."""


FAULTS = (AlarmKind.DEVICE_FAULT, AlarmKind.CAMERA_UNFIT)
SILENCES = (AlarmKind.DEVICE_SILENT, AlarmKind.ACCESS_LOST)
STANDARD = "GB/T 45839-2025"

DEADLINES: tuple[Deadline, ...] = (
    Deadline(Hop.TO_DOOR, Stamp.BEGUN, Stamp.RECEIVED, None, ""),
    Deadline(Hop.TO_CENTRE, Stamp.BEGUN, Stamp.RECORDED, timedelta(seconds=10), STANDARD),
    Deadline(Hop.TO_STREAM, Stamp.RECORDED, Stamp.STREAMED, None, ""),
    Deadline(Hop.TO_SCREEN, Stamp.RECORDED, Stamp.SHOWN, None, ""),
    Deadline(Hop.PUSHED, Stamp.RECORDED, Stamp.PUSHED, timedelta(seconds=15), STANDARD, worst_level=2, is_owed=True),
    Deadline(Hop.TO_PHONE, Stamp.PHONE_SENT, Stamp.PHONE, timedelta(seconds=5), STANDARD),
    Deadline(
        Hop.FAULT_SHOWN, Stamp.BEGUN, Stamp.STREAMED, timedelta(seconds=100), STANDARD, kinds=FAULTS, is_owed=True
    ),
    Deadline(Hop.LOSS_SHOWN, Stamp.BEGUN, Stamp.STREAMED, timedelta(hours=24), STANDARD, kinds=SILENCES, is_owed=True),
    Deadline(Hop.ACKNOWLEDGED, Stamp.RECORDED, Stamp.ACKNOWLEDGED, None, ""),
)
BY_HOP = {row.hop: row for row in DEADLINES}

CLOCK_SLACK = timedelta(seconds=1)
"""A device's clock further ahead of ours than this measures nothing: the alarm is counted aside, not as on time."""

CAPACITY_ALARMS = 20
CAPACITY_WITHIN = timedelta(seconds=60)
"""A centre takes at least 20 separate alarms in 60 s (GB/T 45839-2025), each within the limit of its hop."""


class Score(StrEnum):
    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not_measured"
    CLOCK_AHEAD = "clock_ahead"
    NOT_SUBJECT = "not_subject"
    """The deadline is none of this alarm's."""


def score(row: Deadline, kind: str, level: int, since: datetime | None, until: datetime | None, now: datetime) -> Score:
    """How one alarm fared on one hop; a hop without a limit is met wherever it was measured."""
    if (row.kinds and kind not in row.kinds) or level > row.worst_level:
        return Score.NOT_SUBJECT
    if since is None:
        return Score.NOT_MEASURED
    if until is None:
        is_over = row.limit is not None and now - since > row.limit
        return Score.MISSED if row.is_owed and is_over else Score.NOT_MEASURED
    took = until - since
    if took < -CLOCK_SLACK:
        return Score.CLOCK_AHEAD
    return Score.MET if row.limit is None or took <= row.limit else Score.MISSED
