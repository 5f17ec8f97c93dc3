"""Every ten minutes what venues, alarms and hazards count as today is settled; after midnight, yesterday for good."""

import logging
from datetime import UTC, datetime

from celery import Celery

from db import addresses, task_names
from db.commands import settling, turns
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.measures")


def register(app: Celery) -> None:
    app.task(settle, name=task_names.SETTLE)


def settle() -> None:
    """Settle up to now; what an interruption left over is made up for turn by turn."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang measures")
    now = datetime.now(UTC)
    try:
        with record.scoped(EVERYTHING) as session:
            settled = settling.settle(session, now)
            if settled is not None:
                turns.ended(session, task_names.SETTLE, now)
        if settled is not None and settled.is_behind:
            log.info("%s days settled, more are left for the next turn", settled.days)
    finally:
        record.close()
