"""Each minute every device is judged anew: what its "online" is worth."""

import logging
from datetime import UTC, datetime

from celery import Celery

from db import addresses, task_names
from db.commands import device_states, turns
from db.demo.breath import breathe
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.online")


def register(app: Celery) -> None:
    app.task(judge, name=task_names.JUDGE_DEVICES)
    app.task(forget, name=task_names.FORGET_DEVICE_STATES)


def judge() -> None:
    """Move every device's state."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang online")
    try:
        with record.scoped(EVERYTHING) as session:
            breathe(session, datetime.now(UTC))
            moved = device_states.move(session, datetime.now(UTC))
            if moved is not None:
                turns.ended(session, task_names.JUDGE_DEVICES, datetime.now(UTC))
        if moved is not None and moved.changes:
            log.info("%s devices changed their state, silence rang at %s venues", moved.changes, moved.rung)
    finally:
        record.close()


def forget() -> None:
    """Drop the history of states past its time."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang online")
    try:
        with record.scoped(EVERYTHING) as session:
            device_states.forget(session, datetime.now(UTC))
    finally:
        record.close()
