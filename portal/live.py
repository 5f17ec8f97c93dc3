"""The live stream: alarms as the record raises them, to each reader only what their scope covers.

One connection per process LISTENs; alarms are read once and handed to every reader. A dead feed never looks calm:
each pulse says how old the feeds' last signs of life are.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg2
import psycopg2.extensions
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from db.queries import alarms, feeds
from db.rules.access_scope import EVERYTHING, Scope
from db.session import Record
from db.settings import Settings
from portal import asking
from portal.authentication import Doorman

log = logging.getLogger("anwang.live")

GATHER_SECONDS = 0.03
PULSE_SECONDS = 5.0
REMEMBERED = 500
QUEUE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Event:
    """One event with its number in this process, and the row that it is about."""

    number: int
    name: str
    data: str
    county: int
    venue_id: int

    def encoded(self) -> bytes:
        return f"id: {self.number}\nevent: {self.name}\ndata: {self.data}\n\n".encode()


@dataclass(slots=True, eq=False)
class Reader:
    """One open stream. `overrun` is set when it cannot keep up; it then reconnects and starts afresh."""

    scope: Scope
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE_LIMIT))
    overrun: bool = False

    def tell(self, message: bytes) -> None:
        try:
            self.queue.put_nowait(message)
        except asyncio.QueueFull:
            self.overrun = True


class Live:
    """The process's one listener and its readers."""

    def __init__(self, record: Record, doorman: Doorman, settings: Settings) -> None:
        self.record, self.doorman, self.settings = record, doorman, settings
        self.readers: set[Reader] = set()
        self.past: deque[Event] = deque(maxlen=REMEMBERED)
        self.number = int(datetime.now(UTC).timestamp() * 1000)
        self.is_listening = False
        self.last_pulse = b""
        self.router = APIRouter()
        self.router.add_api_route("/live", self.stream, methods=["GET"], include_in_schema=False)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._pulse())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    async def stream(self, request: Request) -> StreamingResponse:
        reader = Reader(asking.current().scope)
        missed = self._missed(request.headers.get("last-event-id"), reader.scope)
        self.readers.add(reader)
        return StreamingResponse(
            self._events(reader, missed, request.scope["anwang_token"], asking.current().address),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def _missed(self, last_id: str | None, scope: Scope) -> list[bytes]:
        """What the reader has not seen since `last_id`; a resync where that is too long ago to tell."""
        if last_id is None or not last_id.isdigit():
            return []
        last = int(last_id)
        if not self.past or self.past[0].number > last + 1:
            return [b"event: resync\ndata: {}\n\n"]
        return [e.encoded() for e in self.past if e.number > last and scope.covers(e.county, e.venue_id)]

    async def _events(self, reader: Reader, missed: list[bytes], token: str, address: str) -> AsyncIterator[bytes]:
        try:
            yield b"retry: 2000\n\n" + self.last_pulse + b"".join(missed)
            while not reader.overrun:
                try:
                    yield await asyncio.wait_for(reader.queue.get(), PULSE_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
                if not await self._is_welcome(token, address, reader):
                    return
        finally:
            self.readers.discard(reader)

    async def _is_welcome(self, token: str, address: str, reader: Reader) -> bool:
        try:
            asker = await run_in_threadpool(self.doorman.asker, token, address)
        except Exception:
            return True
        if asker is None:
            return False
        reader.scope = asker.scope
        return True

    async def _listen(self) -> None:
        """Keep one LISTEN connection alive; between losing it and having it again, readers are told to resync."""
        wait = 0.2
        while True:
            try:
                await self._hear_until_lost()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.warning("the live feed lost the database: %s", str(error).strip().splitlines()[0])
            self.is_listening = False
            await asyncio.sleep(wait)
            wait = min(wait * 2, 5.0)

    async def _hear_until_lost(self) -> None:
        url = self.record.engine.url
        connection = await run_in_threadpool(
            psycopg2.connect,
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            dbname=url.database,
            connect_timeout=5,
            application_name="anwang live",
        )
        loop, rang = asyncio.get_running_loop(), asyncio.Event()
        try:
            connection.set_isolation_level(psycopg2.extensions.ISOLATION_LEVEL_AUTOCOMMIT)
            connection.cursor().execute("listen anwang_live")
            loop.add_reader(connection.fileno(), rang.set)
            self.is_listening = True
            self._tell_all(b"event: resync\ndata: {}\n\n")
            while True:
                await rang.wait()
                await asyncio.sleep(GATHER_SECONDS)
                rang.clear()
                connection.poll()
                heard = [json.loads(note.payload) for note in connection.notifies]
                connection.notifies.clear()
                if heard:
                    await self._announce(heard)
        finally:
            with suppress(Exception):
                loop.remove_reader(connection.fileno())
            connection.close()

    async def _announce(self, heard: list[dict[str, object]]) -> None:
        """Read each alarm once and hand it to those who may see it."""
        what = {int(str(note["alarm"])): str(note["what"]) for note in reversed(heard)}
        cards = await run_in_threadpool(self._cards, list(what))
        for card in cards:
            self.number += 1
            data = json.dumps({"what": what[card.id], "alarm": asdict(card)}, default=_plain, ensure_ascii=False)
            event = Event(self.number, "alarm", data, card.county, card.venue_id)
            self.past.append(event)
            message = event.encoded()
            for reader in self.readers:
                if reader.scope.covers(event.county, event.venue_id):
                    reader.tell(message)

    def _cards(self, ids: list[int]) -> list[alarms.AlarmCard]:
        with self.record.scoped(EVERYTHING) as session:
            return alarms.cards(session, ids)

    async def _pulse(self) -> None:
        while True:
            self.last_pulse = await self._pulse_message()
            self._tell_all(self.last_pulse)
            await asyncio.sleep(PULSE_SECONDS)

    async def _pulse_message(self) -> bytes:
        now = datetime.now(UTC)
        limit = timedelta(seconds=self.settings.stale_after_seconds)
        try:
            known = await run_in_threadpool(self._feeds)
        except Exception:
            known = []
        told = [
            {"name": f.name, "alive_at": f.alive_at, "stale": not self.is_listening or now - f.alive_at > limit}
            for f in known
        ]
        return f"event: pulse\ndata: {json.dumps({'at': now, 'feeds': told}, default=_plain)}\n\n".encode()

    def _feeds(self) -> list[feeds.FeedRow]:
        with self.record.scoped(EVERYTHING) as session:
            return feeds.all_feeds(session)

    def _tell_all(self, message: bytes) -> None:
        for reader in self.readers:
            reader.tell(message)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
