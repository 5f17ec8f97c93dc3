"""Readings of a device over a span of time: as they came, by five minutes, or by the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.reading_spans import Grain, Span, longest_step

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read at a moment, or over the bucket that begins then; of a single reading all three are the same."""

    at: datetime
    lowest: float
    highest: float
    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class Readings:
    """A span's readings, oldest first."""

    grain: Grain
    rows: tuple[Reading, ...]

    @property
    def longest_step(self) -> timedelta:
        """Neighbours further apart than this are not to be joined."""
        return longest_step(self.grain, _usual_step(self.rows))


_EACH = text(
    """
    select observed_at, value, value, value, 1 from signals
    where device_id = :device and signal = :signal and observed_at >= :since and observed_at < :until
        and value is not null
    order by 1
    """
)
_FIVE_MINUTES = text(
    """
    select since, min(lowest), max(highest), sum(total) / sum(n), sum(n)::int from readings_5min
    where device_id = :device and signal = :signal and since >= :since and since < :until
    group by 1 order by 1
    """
)
_DAILY = text(
    """
    select day::timestamp at time zone 'Asia/Shanghai', min(lowest), max(highest), sum(total) / sum(n), sum(n)::int
    from readings_daily where device_id = :device and signal = :signal and day >= :first and day < :last
    group by day order by day
    """
)
_SIGNALS = text(
    """
    select signal, max(day) from readings_daily where device_id = :device group by 1 order by 1
    """
)
_SAID_LATELY = text("select signal from device_latest where device_id = :device and value is not null")


def of_device(session: Session, device_id: int, signal: str, span: Span) -> Readings:
    """What is within the reader's scope; the first day of a span by days counts whole."""
    grain = span.grain(signal)
    asked = {"device": device_id, "signal": signal, "since": span.since, "until": span.until}
    if grain is Grain.EACH:
        rows = session.execute(_EACH, asked)
    elif grain is Grain.FIVE_MINUTES:
        rows = session.execute(_FIVE_MINUTES, asked)
    else:
        first, last = (at.astimezone(HERE).date() for at in (span.since, span.until))
        rows = session.execute(_DAILY, asked | {"first": first, "last": last + timedelta(days=1)})
    return Readings(grain, tuple(Reading(*row) for row in rows))


def signals_of(session: Session, device_id: int) -> list[str]:
    """What the device has ever given a value for, in the dictionary's order of names; battery and radio last."""
    known = {str(row.signal) for row in session.execute(_SIGNALS, {"device": device_id})}
    known |= set(session.scalars(_SAID_LATELY, {"device": device_id}))
    return sorted(known, key=lambda signal: (signal in ("battery", "radio"), signal))


def _usual_step(rows: Sequence[Reading]) -> timedelta | None:
    steps = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(rows)]
    return timedelta(seconds=median(steps)) if steps else None
