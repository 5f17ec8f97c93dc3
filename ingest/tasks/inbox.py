"""Celery's part in the inbox: taken when somebody says that a body has come, and by the clock in any case."""

import logging
from datetime import UTC, datetime
from functools import lru_cache

from celery import Celery

from db import addresses, task_names
from db.session import Record
from db.settings import load
from ingest import inbox

log = logging.getLogger("anwang.inbox")


@lru_cache
def record_of_worker() -> Record:
    """One a process: bodies come often."""
    return Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang inbox")


def register(app: Celery) -> None:
    app.task(take, name=task_names.TAKE_INBOX)


def take() -> None:
    """Take everything that waits."""
    done = inbox.take_all(record_of_worker(), load(), datetime.now(UTC))
    if done.bodies or done.waiting:
        log.info("%s", done)
