"""Celery's part in the inbox: taken when somebody says that a body has come, and by the clock in any case."""

import logging
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from celery import Celery

from db import addresses, task_names
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings, load
from ingest import gaps, inbox
from ingest.nbiot.history import CtwingHistory

log = logging.getLogger("anwang.inbox")

ASKING_SECONDS = 45


@lru_cache
def record_of_worker() -> Record:
    """One a process: bodies come often."""
    return Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang inbox")


def register(app: Celery) -> None:
    app.task(take, name=task_names.TAKE_INBOX)
    app.task(close_gaps, name=task_names.CLOSE_GAPS)


def take() -> None:
    """Take everything that waits."""
    done = inbox.take_all(record_of_worker(), load(), datetime.now(UTC))
    if done.bodies or done.waiting:
        log.info("%s", done)


def close_gaps() -> None:
    """Notice that a platform is quiet, and ask about what may have been lost; for most of a minute at a time."""
    settings, now = load(), datetime.now(UTC)
    histories = histories_of(settings)
    record = Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang gaps")
    try:
        with record.scoped(EVERYTHING) as session:
            for history in histories:
                gaps.notice_quiet(session, history.door, now, timedelta(seconds=settings.platform_quiet_seconds))
        by_door = {history.door.value: history for history in histories}
        found = gaps.close_gaps(record, by_door, lambda: datetime.now(UTC), now + timedelta(seconds=ASKING_SECONDS))
        if found:
            log.info("%s messages asked for again", found)
    finally:
        for history in histories:
            history.close()
        record.close()


def histories_of(settings: Settings) -> list[CtwingHistory]:
    """The platforms that this installation may ask."""
    if not settings.ctwing_app_key:
        return []
    secrets = settings.ctwing_app_key, settings.ctwing_app_secret
    return [CtwingHistory(settings.ctwing_api_url, *secrets, now_ms=lambda: int(time.time() * 1000))]
