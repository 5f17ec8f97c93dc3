"""Who holds which platform's lane: one worker each, by a lock that dies with its connection."""

import logging
import select
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from db.errors import CannotStart
from db.key_file import FIRE_PLATFORMS
from db.queries import outbox as outbox_queries
from db.queries.outbox import PlatformRow
from db.rules.access_scope import EVERYTHING
from db.rules.outbox import Transport
from db.session import Record
from ingest.outbox.adapter import Adapter
from ingest.outbox.gb26875 import Gb26875Adapter
from ingest.outbox.http import HttpAdapter
from ingest.outbox.lane import Lane

log = logging.getLogger("anwang.outbox")

CHANNEL = "anwang_outbox"
LOCK_CLASS = 50440
LOOK_SECONDS = 1.0
AGAIN_SECONDS = 1.0
STOP_SECONDS = 12.0


class Worker:
    """Listens, and keeps a lane for every platform whose lock it holds."""

    def __init__(self, record: Record, url: URL, var_dir: Path) -> None:
        self._record, self._url, self._var_dir = record, url, var_dir
        self._stopping = threading.Event()
        self._lanes: dict[int, Lane] = {}

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Until `stop`; a lost database is looked for again."""
        while not self._stopping.is_set():
            try:
                self._until_lost()
            except (psycopg2.Error, SQLAlchemyError, OSError, ValueError) as error:
                lines = str(error).strip().splitlines() or [type(error).__name__]
                log.warning("the outbox lost the database: %s", lines[0])
            except Exception:
                log.exception("the outbox stumbled")
            self._let_go()
            self._stopping.wait(AGAIN_SECONDS)

    def _until_lost(self) -> None:
        connection = self._connected()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"listen {CHANNEL}")
            while not self._stopping.is_set():
                self._hold(connection)
                if select.select([connection], [], [], LOOK_SECONDS)[0]:
                    connection.poll()
                    if connection.notifies:
                        connection.notifies.clear()
                        for lane in self._lanes.values():
                            lane.ring()
        finally:
            self._let_go()
            connection.close()

    def _hold(self, connection: Any) -> None:
        """A lane for every platform that nobody else holds; this also asks whether the connection still lives."""
        with self._record.scoped(EVERYTHING) as session:
            wanted = {platform.id: platform for platform in outbox_queries.platforms(session)}
        with connection.cursor() as cursor:
            cursor.execute("select 1")
            for number, platform in wanted.items():
                lane = self._lanes.get(number)
                if lane is not None and lane.is_alive:
                    continue
                cursor.execute("select pg_try_advisory_lock(%s, %s)", (LOCK_CLASS, number))
                if cursor.fetchone()[0]:
                    self._lanes[number] = Lane(self._record, number, platform.name, self._adapter(number))
                    self._lanes[number].start()
        for number in self._lanes.keys() - wanted.keys():
            self._lanes.pop(number).ask_to_stop()

    def _let_go(self) -> None:
        """Stop sending before the locks are anybody else's, as far as that is in our hands."""
        lanes = list(self._lanes.values())
        self._lanes.clear()
        for lane in lanes:
            lane.ask_to_stop()
        for lane in lanes:
            lane.join(STOP_SECONDS)

    def _adapter(self, number: int) -> Callable[[], Adapter]:
        """Made anew for each message: an address or a key that was mended counts at once."""

        def make() -> Adapter:
            with self._record.scoped(EVERYTHING) as session:
                platform = next(row for row in outbox_queries.platforms(session) if row.id == number)
            return adapter_for(platform, self._var_dir)

        return make

    def _connected(self) -> Any:
        connection = psycopg2.connect(
            host=self._url.host,
            port=self._url.port,
            user=self._url.username,
            password=self._url.password,
            dbname=self._url.database,
            connect_timeout=5,
            application_name="anwang outbox bell",
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        )
        connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        return connection


def adapter_for(platform: PlatformRow, var_dir: Path) -> Adapter:
    """The platform's way in; `CannotStart` where something is missing for it."""
    if platform.transport is Transport.GB26875:
        return Gb26875Adapter(platform.address, platform.centre_address or 0, platform.source_address or 0)
    key = FIRE_PLATFORMS.key_of(var_dir, platform.id)
    if key is None:
        raise CannotStart(f"no key for it in {FIRE_PLATFORMS.name} on this machine")
    return HttpAdapter(platform.address, key)
