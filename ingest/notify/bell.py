"""The database's bell for the telling worker: it rings when somebody is to be told something."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.engine import URL

from db.commands.delivery_planning import SOON, WORKERS_BELL

log = logging.getLogger("anwang.notify")

AGAIN_SECONDS = 2.0


class Bell:
    """Listens for as long as the process lives, and comes back when the database does.

    `rang` is told whether it is urgent.
    """

    def __init__(self, url: URL, rang: Callable[[bool], object]) -> None:
        self._url = url
        self._rang = rang

    async def listen(self) -> None:
        """Never returns."""
        while True:
            try:
                await self._until_lost()
            except psycopg2.Error as error:
                log.warning("the bell lost the database: %s", (str(error).strip().splitlines() or [""])[0])
            await asyncio.sleep(AGAIN_SECONDS)

    async def _until_lost(self) -> None:
        connection = await asyncio.to_thread(self._connected)
        loop, ready, wire = asyncio.get_running_loop(), asyncio.Event(), connection.fileno()
        loop.add_reader(wire, ready.set)
        try:
            self._rang(True)  # what rang before was not heard
            while True:
                await ready.wait()
                ready.clear()
                connection.poll()
                if connection.notifies:
                    is_urgent = any(note.payload != SOON for note in connection.notifies)
                    connection.notifies.clear()
                    self._rang(is_urgent)
        finally:
            loop.remove_reader(wire)
            connection.close()

    def _connected(self) -> Any:
        connection = psycopg2.connect(
            host=self._url.host,
            port=self._url.port,
            user=self._url.username,
            password=self._url.password,
            dbname=self._url.database,
            connect_timeout=5,
            application_name="anwang notify bell",
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        )
        connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute(f"listen {WORKERS_BELL}")
        return connection
