"""Each night a synthetic alarm at every venue proves the chain of those who would be told."""

import logging
from datetime import UTC, datetime

from celery import Celery

from db import addresses, task_names
from db.commands import rehearsals
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.ladders")


def register(app: Celery) -> None:
    app.task(rehearse, name=task_names.REHEARSE)


def rehearse() -> None:
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang rehearsal")
    try:
        with record.scoped(EVERYTHING) as session:
            done = rehearsals.rehearse_all(session, datetime.now(UTC))
        if done is not None:
            log.info("rehearsed at %s venues: %s holes at %s of them", done.venues, done.holes, done.venues_with_holes)
    finally:
        record.close()
