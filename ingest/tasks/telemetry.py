"""The life of a reading, by the clock: rolled up, archived, dropped."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from celery import Celery
from sqlalchemy import text
from sqlalchemy.orm import Session

from db import addresses, task_names
from db.commands import readings
from db.errors import WrongState
from db.rules.access_scope import EVERYTHING
from db.rules.standing_work import oldest_kept
from db.session import Record
from db.settings import Settings, load
from ingest import archive

log = logging.getLogger("anwang.telemetry")

HERE = ZoneInfo("Asia/Shanghai")
ROLLING_SECONDS = 240
"""A backlog is counted turn by turn, each in a transaction of its own; the next beat goes on with the rest."""
BEHIND, AHEAD = timedelta(days=62), timedelta(days=62)
_ENSURE = text("select ensure_month_partitions(:parent, :first, :last)")
_DROP = text("select drop_month_partitions(:parent, :day)")


def roll_up(record: Record, now: Callable[[], datetime], seconds: float = ROLLING_SECONDS) -> int:
    """Count everything that is on record, or as much as fits into the time; answers the signals."""
    began, signals = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        with record.scoped(EVERYTHING) as session:
            done = readings.roll_up(session, now())
        if done is None:
            break
        signals += done.signals
        if not done.is_more:
            break
    return signals


def keep_months(session: Session, settings: Settings, today: date) -> tuple[int, int]:
    """Partitions of roll-ups made ahead, and those dropped that are past their retention."""
    kept = {
        "readings_5min": settings.readings_5min_retention_days,
        "readings_daily": settings.readings_daily_retention_days,
    }
    made = dropped = 0
    for parent, days in kept.items():
        span = {"first": today - BEHIND, "last": today + AHEAD}
        made += int(session.scalar(_ENSURE, {"parent": parent, **span}) or 0)
        dropped += int(session.scalar(_DROP, {"parent": parent, "day": today - timedelta(days=days)}) or 0)
    return made, dropped


def retire(record: Record, settings: Settings, now: datetime) -> dict[date, int]:
    """Old days of signals out of the record, as the settings ask; answers the rows that left, by day."""
    if settings.signals_after_retention == "keep":
        return {}
    to_file = settings.signals_after_retention == "archive"
    first = oldest_kept(now, settings.signal_retention_days)
    return archive.retire(record, settings.archive_folder, first, now, to_file=to_file)


def register(app: Celery) -> None:
    app.task(_roll_up, name=task_names.ROLL_UP)
    app.task(_keep_months, name=task_names.KEEP_MONTHS)
    app.task(_retire, name=task_names.RETIRE_SIGNALS)


def _roll_up() -> None:
    def act(record: Record, _settings: Settings) -> object:
        return roll_up(record, lambda: datetime.now(UTC))

    _on_record(task_names.ROLL_UP, act)


def _keep_months() -> None:
    def act(record: Record, settings: Settings) -> object:
        with record.scoped(EVERYTHING) as session:
            return keep_months(session, settings, datetime.now(HERE).date())

    _on_record(task_names.KEEP_MONTHS, act)


def _retire() -> None:
    _on_record(task_names.RETIRE_SIGNALS, lambda record, settings: retire(record, settings, datetime.now(UTC)))


def _on_record(name: str, act: Callable[[Record, Settings], object]) -> None:
    settings = load()
    record = Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang telemetry")
    try:
        done = act(record, settings)
        if done:
            log.info("%s: %s", name, done)
    except WrongState as refusal:
        log.error("%s: %s", name, refusal)
    finally:
        record.close()
