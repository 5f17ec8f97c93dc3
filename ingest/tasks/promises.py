"""Each minute those who promised to be done by now are reminded."""

import logging
from datetime import UTC, datetime

from celery import Celery

from db import addresses, task_names
from db.commands import promises
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.promises")


def register(app: Celery) -> None:
    app.task(remind, name=task_names.REMIND_OF_PROMISES)


def remind() -> None:
    """Tell the owners of promises that have passed."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang promises")
    try:
        with record.scoped(EVERYTHING) as session:
            told = promises.remind(session, datetime.now(UTC))
        if told:
            log.info("%s owners reminded of their promises", told)
    finally:
        record.close()
