"""Early each day everybody's planned patrol rounds are drawn, so that a round nobody walked is on record too."""

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from celery import Celery

from db import addresses, task_names
from db.commands import patrol
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

log = logging.getLogger("anwang.patrol")


def register(app: Celery) -> None:
    app.task(send_out, name=task_names.DRAW_PATROLS)


def send_out() -> None:
    """Draw today's rounds."""
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang patrol")
    now = datetime.now(UTC)
    try:
        with record.scoped(EVERYTHING) as session:
            drawn = patrol.send_out(session, now.astimezone(ZoneInfo("Asia/Shanghai")).date(), now)
        if drawn:
            log.info("%s patrol rounds were drawn", drawn)
    finally:
        record.close()
