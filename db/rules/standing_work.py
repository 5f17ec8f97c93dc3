"""Work that goes on by itself: how far behind it is, and when that means that it has stalled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

HERE = ZoneInfo("Asia/Shanghai")
RESTORED_KEPT = timedelta(days=30)
"""Days of signals that were brought back from a file stay on record for so long."""


class Work(StrEnum):
    """What the workers do unasked."""

    ROLL_UPS = "roll-ups"
    JUDGING = "judging of devices"
    INBOX = "inbox of platforms"
    ARCHIVE = "archive of signals"


STALLED_AFTER = {
    Work.ROLL_UPS: timedelta(minutes=20),
    Work.JUDGING: timedelta(minutes=5),
    Work.INBOX: timedelta(minutes=2),
    Work.ARCHIVE: timedelta(hours=30),
}
"""Each is done every five minutes, every minute, every ten seconds, every night."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the record knows of it."""

    counted_at: datetime | None
    """When the roll-ups last held everything that was on record."""
    judged_at: datetime | None
    waiting_since: datetime | None
    """Receipt of the oldest pushed body that is not decoded; None where none waits."""
    overdue_day: date | None
    """The oldest day of signals that is past its retention and on record still."""
    archive_failure: str | None


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind one kind of work is; zero where nothing waits."""

    work: Work
    behind: timedelta
    why: str | None = None

    @property
    def has_stalled(self) -> bool:
        return self.behind > STALLED_AFTER[self.work]


def lags(facts: Facts, retention_days: int, now: datetime) -> tuple[Lag, ...]:
    """One for each kind of work. What was never done before the record said when it began is not behind."""
    return (
        Lag(Work.ROLL_UPS, _since(facts.counted_at, now)),
        Lag(Work.JUDGING, _since(facts.judged_at, now)),
        Lag(Work.INBOX, _since(facts.waiting_since, now)),
        Lag(Work.ARCHIVE, _since(_due(facts.overdue_day, retention_days), now), facts.archive_failure),
    )


def oldest_kept(now: datetime, retention_days: int) -> date:
    """The first day that is not past its retention."""
    return now.astimezone(HERE).date() - timedelta(days=retention_days)


def _due(day: date | None, retention_days: int) -> datetime | None:
    """The midnight at which a day was past its retention."""
    if day is None:
        return None
    first = day + timedelta(days=retention_days + 1)
    return datetime(first.year, first.month, first.day, tzinfo=HERE)


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment is not None else timedelta()
