"""The climber: woken by every alarm that is raised or changed, and by its own clock."""

import logging
import select
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from db.commands import ladders, letters
from db.commands.ladders import Climbed
from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest.escalation import paper

log = logging.getLogger("anwang.escalation")

CHANNEL = "anwang_live"
TICK_SECONDS = 1.0
GATHER_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 5.0


class Climber:
    """Runs until told to stop; any number may run beside one another, and each may die at any moment."""

    def __init__(self, record: Record, url: URL, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._record = record
        self._url = url
        self._clock = clock
        self._stopping = threading.Event()
        self.listens = threading.Event()
        """Set while alarms wake it; its own clock ticks in any case."""

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Comes back with growing waits when the database has been away."""
        wait = TICK_SECONDS
        while not self._stopping.is_set():
            try:
                wire = self._listening()
                try:
                    wait = TICK_SECONDS
                    self.listens.set()
                    self._until_lost(wire)
                finally:
                    self.listens.clear()
                    wire.close()
            except (psycopg2.Error, SQLAlchemyError) as error:
                log.warning("escalation lost the database: %s", str(error).strip().splitlines()[0])
                self._stopping.wait(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)

    def _until_lost(self, wire: Any) -> None:
        while not self._stopping.is_set():
            self.turn()
            if select.select([wire], [], [], TICK_SECONDS)[0]:
                self._stopping.wait(GATHER_SECONDS)
                wire.poll()
                wire.notifies.clear()

    def turn(self) -> Climbed:
        """Everything that is due now, in transactions of a few hundred alarms; then the letters that wait."""
        alarms = told = written = 0
        is_more = True
        while is_more and not self._stopping.is_set():
            with self._record.scoped(EVERYTHING) as session:
                climbed = ladders.climb_due(session, self._clock())
            alarms, told, written = alarms + climbed.alarms, told + climbed.notices, written + climbed.letters
            is_more = climbed.is_more
        if alarms:
            log.info("climbed for %s alarms: %s notices, %s letters", alarms, told, written)
        while not self._stopping.is_set() and draw_one(self._record, self._clock()):
            pass
        return Climbed(alarms, told, written)

    def _listening(self) -> Any:
        wire = psycopg2.connect(
            host=self._url.host,
            port=self._url.port,
            user=self._url.username,
            password=self._url.password,
            dbname=self._url.database,
            connect_timeout=5,
            application_name="anwang escalation bell",
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        )
        wire.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        with wire.cursor() as cursor:
            cursor.execute(f"listen {CHANNEL}")
        return wire


def draw_one(record: Record, now: datetime) -> bool:
    """Draw the oldest letter without a picture; False where there is none."""
    with record.scoped(EVERYTHING) as session:
        letter = letters.take_undrawn(session)
        if letter is None:
            return False
        letters.draw(session, letter.id, paper.letter(letter.facts, letter.made_at), now)
    return True
