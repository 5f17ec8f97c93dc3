"""What the alarm's life itself does next if nobody moves; its ladder stands in `db.queries.ladders`."""

from dataclasses import dataclass
from datetime import datetime

from db.queries.alarms import AlarmDetail


@dataclass(frozen=True, slots=True)
class NextStep:
    """At this time this will happen by itself; `who` is told."""

    at: datetime
    what: str
    """promise_due."""
    who: str


def next_steps(alarm: AlarmDetail, now: datetime) -> list[NextStep]:
    """In order of time; none for a closed alarm. Its owner is reminded of a promise as it passes."""
    row = alarm.row
    if row.closed_at is not None or row.promised_for is None or row.promised_for <= now:
        return []
    return [NextStep(row.promised_for, "promise_due", row.owner_name or "")]
