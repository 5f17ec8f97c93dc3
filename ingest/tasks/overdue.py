"""Deadlines of hazards and work orders that have passed, told by the clock."""

from datetime import UTC, datetime

from celery import Celery

from db import addresses, task_names
from db.commands import overdue
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load


def register(app: Celery) -> None:
    app.task(tell, name=task_names.TELL_OVERDUE)


def tell() -> None:
    """In transactions of some hundred, so that nobody's act waits for long."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang overdue")
    told = overdue.AT_ONCE
    try:
        while told >= overdue.AT_ONCE:
            with record.scoped(EVERYTHING) as session:
                told = overdue.tell_overdue(session, datetime.now(UTC))
    finally:
        record.close()
