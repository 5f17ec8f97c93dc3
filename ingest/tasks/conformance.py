"""The bench's turn: logins that come and go, trials that have something to examine."""

import logging
from datetime import UTC, datetime, timedelta

from celery import Celery

from db import addresses, task_names
from db.commands import bench, device_credentials
from db.errors import AnwangError
from db.rules.access_scope import EVERYTHING
from db.rules.conformance import Protocol
from db.services.mosquitto import PrivateMosquitto
from db.session import Record
from db.settings import Settings, load
from ingest.conformance.examine import examine_given, examine_live
from ingest.conformance.report import Chunk
from ingest.nbiot.profiles import profiles_of

log = logging.getLogger("anwang.bench")

KEPT = timedelta(days=90)
MOST_IN_A_TURN = 50


def register(app: Celery) -> None:
    app.task(turn, name=task_names.BENCH_TURN)
    app.task(forget, name=task_names.FORGET_TRIALS)


def turn() -> None:
    """Let throw-away logins in and out, and examine what waits."""
    settings = load()
    record = _record(settings)
    try:
        _tell_broker(record, settings)
        for _trial in range(MOST_IN_A_TURN):
            if not examine_one(record, settings, datetime.now(UTC)):
                return
    finally:
        record.close()


def examine_one(record: Record, settings: Settings, now: datetime) -> bool:
    """One trial, in a transaction of its own; False where none has anything new."""
    with record.scoped(EVERYTHING) as session:
        due = bench.take_due(session, now)
        if due is None:
            return False
        trial, frames = due
        protocol, products = Protocol(trial.protocol), profiles_of(settings.nbiot_products)
        try:
            if trial.given is not None:
                report = examine_given(protocol, bytes(trial.given), now, products)
            else:
                chunks = [Chunk(bytes(row.payload), row.received_at, row.peer, row.is_ours) for row in frames]
                report = examine_live(protocol, chunks, now, products)
            bench.note_found(session, trial, report.as_json(), report.dialect, now)
        except Exception:  # a fault of ours, which must not hold up the others
            log.exception("trial %s could not be examined", trial.id)
            bench.note_found(session, trial, None, None, now)
    return True


def forget() -> None:
    """Drop trials past their time."""
    record = _record(load())
    try:
        with record.scoped(EVERYTHING) as session:
            log.info("%s trials forgotten", bench.forget(session, datetime.now(UTC) - KEPT))
    finally:
        record.close()


def _tell_broker(record: Record, settings: Settings) -> None:
    """A broker of somebody else's has logins of its own."""
    if settings.mqtt_url:
        return
    with record.scoped(EVERYTHING) as session:
        lines = device_credentials.password_lines(session)
    try:
        PrivateMosquitto(settings).let_in(lines)
    except (OSError, AnwangError) as error:
        log.warning("the broker was not told: %s", error)


def _record(settings: Settings) -> Record:
    return Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang bench")
