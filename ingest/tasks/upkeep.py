"""Keeping the record in order: partitions, retention, ended sessions, the audit chain."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from celery import Celery
from sqlalchemy import text
from sqlalchemy.orm import Session

from db import addresses, task_names
from db.commands import audit, sessions
from db.rules.access_scope import EVERYTHING
from db.rules.session_life import SessionTerms
from db.session import Record
from db.settings import Settings, load

log = logging.getLogger("anwang.upkeep")

HERE = ZoneInfo("Asia/Shanghai")
BEHIND, AHEAD = timedelta(days=2), timedelta(days=7)
UNBOUND_KEPT = timedelta(days=180)
"""They name people and telephone numbers."""
LONGEST_READING = timedelta(minutes=5)
"""A reader's own time limit is a minute, which it may lift; nobody may lift this one."""
KEPT_BY_DAY = ("signals", "raw_batches")


def ensure_partitions(session: Session, today: date) -> int:
    """Partitions for the days around today; answers how many were made."""
    days = {"first": today - BEHIND, "last": today + AHEAD}
    make = text("select ensure_day_partitions(:parent, :first, :last)")
    return sum(int(session.scalar(make, {"parent": parent, **days}) or 0) for parent in KEPT_BY_DAY)


def drop_old_raw(session: Session, today: date, retention_days: int) -> int:
    """Drop the days that are older than the retention; answers how many."""
    oldest_kept = today - timedelta(days=retention_days)
    drop = text("select drop_day_partitions('raw_batches', :day)")
    return int(session.scalar(drop, {"day": oldest_kept}) or 0)


def drop_old_dead_letters(session: Session, today: date, retention_days: int) -> int:
    """The same for refused messages; answers how many letters."""
    oldest_kept = today - timedelta(days=retention_days)
    return int(session.scalar(text("select drop_dead_letters(:day)"), {"day": oldest_kept}) or 0)


def drop_old_inbox(session: Session, today: date, retention_days: int) -> int:
    """The same for pushed bodies that were decoded, and for installations that nobody bound for half a year."""
    session.execute(
        text("delete from installations where device_id is null and last_at < :day"),
        {"day": today - UNBOUND_KEPT},
    )
    oldest_kept = today - timedelta(days=retention_days)
    return int(session.scalar(text("select drop_inbox(:day)"), {"day": oldest_kept}) or 0)


def end_long_readings(session: Session, longest: timedelta = LONGEST_READING) -> int:
    """End what analysts' logins have had running for longer; answers how many."""
    return int(session.scalar(text("select end_long_readings(:longest)"), {"longest": longest}) or 0)


def check_audit_log(session: Session) -> int | None:
    """Number of the first entry that does not follow from the one before it; None for a whole chain.

    A break is written into the log itself: what is appended from here on is chained to the finding.
    """
    broken_at: int | None = session.scalar(text("select audit_log_broken_at()"))
    if broken_at is not None:
        log.error("the audit log is broken at entry %s", broken_at)
        audit.write(
            session,
            actor_id=None,
            actor_name="upkeep",
            act="audit log found broken",
            subject=f"audit_log/{broken_at}",
            detail={"broken_at": broken_at},
        )
    return broken_at


def session_terms(settings: Settings) -> SessionTerms:
    return SessionTerms(
        idle=timedelta(minutes=settings.session_idle_minutes),
        absolute=timedelta(hours=settings.session_absolute_hours),
        wall=timedelta(days=settings.wall_session_days),
    )


def register(app: Celery) -> None:
    """Make these acts known to a worker under their names, each in a transaction of its own."""
    in_scope = {
        task_names.ENSURE_PARTITIONS: lambda session, _settings: ensure_partitions(session, _today()),
        task_names.DROP_OLD_RAW: lambda session, settings: drop_old_raw(session, _today(), settings.raw_retention_days),
        task_names.DROP_OLD_DEAD_LETTERS: lambda session, settings: drop_old_dead_letters(
            session, _today(), settings.dead_letter_retention_days
        ),
        task_names.DROP_OLD_INBOX: lambda session, settings: drop_old_inbox(
            session, _today(), settings.inbox_retention_days
        ),
        task_names.END_LONG_READINGS: lambda session, _settings: end_long_readings(session),
        task_names.CHECK_AUDIT_LOG: lambda session, _settings: check_audit_log(session),
    }
    for name, act in in_scope.items():
        app.task(_on_record(name, act), name=name)
    app.task(_end_sessions, name=task_names.END_SESSIONS)


def _on_record(name: str, act: Callable[[Session, Settings], int | None]) -> Callable[[], None]:
    def run() -> None:
        settings = load()
        record = _record(settings)
        try:
            with record.scoped(EVERYTHING) as session:
                log.info("%s: %s", name, act(session, settings))
        finally:
            record.close()

    return run


def _end_sessions() -> None:
    settings = load()
    record = _record(settings)
    try:
        with record.door() as session:
            ended = sessions.delete_ended(session, session_terms(settings), datetime.now(UTC))
            log.info("%s: %s", task_names.END_SESSIONS, ended)
    finally:
        record.close()


def _record(settings: Settings) -> Record:
    return Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang worker")


def _today() -> date:
    return datetime.now(HERE).date()
