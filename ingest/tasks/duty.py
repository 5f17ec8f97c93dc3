"""By the clock: windows that are over, checks that nobody answered, and checks at moments that nobody foresees."""

import logging
from datetime import UTC, datetime, timedelta

from celery import Celery

from db import addresses, task_names
from db.commands import duty_checks, duty_plan, watermarks
from db.demo.watch import stand_in
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.duty")

TURN = timedelta(minutes=1)


def register(app: Celery) -> None:
    app.task(watch, name=task_names.WATCH_DUTY)
    app.task(ask, name=task_names.ASK_THE_WATCH)


def watch() -> None:
    """What has run out: alarms outlive their window, checks their minutes."""
    record = _record()
    try:
        with record.scoped(EVERYTHING) as session:
            live = watermarks.settle(session, datetime.now(UTC))
        with record.scoped(EVERYTHING) as session:
            ended = duty_checks.expire(session, datetime.now(UTC))
        if live or ended:
            log.info("%s alarms outlived their window, %s checks ended without an answer", len(live), ended)
    finally:
        record.close()


def ask() -> None:
    """Throw the die once for every venue."""
    settings = load()
    record = _record()
    try:
        with record.scoped(EVERYTHING) as session:
            stand_in(session, datetime.now(UTC))
            asked = duty_plan.throw(session, settings.duty_checks_per_week, TURN, datetime.now(UTC))
        if asked:
            log.info("%s watches were asked", len(asked))
    finally:
        record.close()


def _record() -> Record:
    return Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang duty")
