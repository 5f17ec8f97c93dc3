"""The database's bell: one LISTEN connection a process, on the event loop, rung by every raised or changed alarm."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import anyio
import psycopg2
import psycopg2.extensions
from sqlalchemy.engine import URL

log = logging.getLogger("anwang.live")

CHANNEL = "anwang_live"
MESSAGES = "anwang_messages"
"""Rung for the people who have been told something."""
GATHER_SECONDS = 0.03
"""Rings this close together are told together."""
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0
QUIET_SECONDS = 20.0
"""After this long without a ring the connection is asked whether it still lives."""


@dataclass(frozen=True, slots=True)
class Ring:
    """One alarm that was raised, or changed."""

    alarm_id: int
    what: str


class Bell:
    """Listens for as long as the process lives, and comes back when the database does."""

    def __init__(
        self,
        url: URL,
        on_rings: Callable[[list[Ring]], Awaitable[None]],
        on_listening: Callable[[], None],
        on_messages: Callable[[set[int]], None] = lambda _people: None,
    ) -> None:
        self._url = url
        self._on_rings = on_rings
        self._on_messages = on_messages
        self._on_listening = on_listening
        self._threads = anyio.CapacityLimiter(1)
        self.is_listening = False

    async def listen(self) -> None:
        """Never returns; wrong or lost connections are tried again with growing waits."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await self._until_lost()
            except Exception as error:
                lines = str(error).strip().splitlines() or [type(error).__name__]
                log.warning("the live stream lost the database: %s", lines[0])
            wait = FIRST_WAIT_SECONDS if self.is_listening else min(wait * 2, LONGEST_WAIT_SECONDS)
            self.is_listening = False
            await asyncio.sleep(wait)

    async def _until_lost(self) -> None:
        connection = await anyio.to_thread.run_sync(self._connected, limiter=self._threads)
        loop, rang, wire = asyncio.get_running_loop(), asyncio.Event(), connection.fileno()
        try:
            loop.add_reader(wire, rang.set)
            self.is_listening = True
            self._on_listening()
            while True:
                try:
                    await asyncio.wait_for(rang.wait(), QUIET_SECONDS)
                except TimeoutError:
                    await anyio.to_thread.run_sync(_ask, connection, limiter=self._threads)
                await asyncio.sleep(GATHER_SECONDS)
                rang.clear()
                connection.poll()
                told = [(note.channel, json.loads(note.payload)) for note in connection.notifies]
                connection.notifies.clear()
                rings = [_ring(note) for channel, note in told if channel == CHANNEL]
                people = {int(one) for channel, note in told if channel == MESSAGES for one in note["people"]}
                if people:
                    self._on_messages(people)
                if rings:
                    await self._on_rings(rings)
        finally:
            # A lost connection knows its number no more, but the loop does, and the next one may get the same.
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
            application_name="anwang live",
            keepalives_idle=15,
            keepalives_interval=5,
            keepalives_count=3,
        )
        connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute(f"listen {CHANNEL}; listen {MESSAGES}")
        return connection


def _ask(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _ring(note: dict[str, Any]) -> Ring:
    return Ring(int(note["alarm"]), str(note["what"]))
