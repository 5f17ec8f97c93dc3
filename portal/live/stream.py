"""Readers of the live stream: what they are told, how long they may stay.

Alarms are read once and handed to every reader whose scope covers them. A dead feed never looks calm: each pulse says
how old the feeds' last signs of life are, and all are stale while the bell or the database is away.
"""

import asyncio
import json
import logging
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
from fastapi import APIRouter, Request
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response, StreamingResponse

from db.commands import alarm_stamps
from db.queries import alarms, feeds
from db.queries.feeds import FeedRow
from db.rules.access_scope import EVERYTHING, Scope
from db.session import Record
from db.settings import Settings
from portal.assets import build
from portal.authentication import Doorman, Guest
from portal.live.bell import Bell, Ring
from portal.live.past import RESYNC, Event, Past, encoded

log = logging.getLogger("anwang.live")

PULSE_SECONDS = 5.0
PULSED_AT_ONCE = 50
PULSES_SPREAD_SECONDS = 4.0
"""Thousands of readers have their pulse lot after lot, so that no alarm and no page waits behind all of them."""
TOLD_AT_ONCE = 50
"""Readers of an alarm between two looks at what else has come."""
PEOPLE_GATHERED_SECONDS = 1.0
"""Somebody told several things together is asked to look once, on each of their pages."""
QUEUE_LIMIT = 256
NOTICE = encoded("notice", "{}")
"""There are new messages for this person."""
ENDED = encoded("ended", "{}")
"""The session is over: the page should ask for a login."""


class Reader:
    """One open stream. One that cannot keep up is let go; it comes back and is told what it missed."""

    def __init__(self, guest: Guest) -> None:
        self.token_hash = guest.session.token_hash
        self.scope: Scope = guest.reach.scope
        self.person_id = guest.session.person_id
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_LIMIT)
        self._is_over = asyncio.Event()

    def tell(self, message: bytes) -> None:
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            self.let_go()

    def let_go(self, last_words: bytes = b"") -> None:
        """End the stream after `last_words`; what still waits is dropped."""
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(last_words)
        self._is_over.set()

    async def messages(self) -> AsyncIterator[bytes]:
        """Everything that waits, in one piece."""
        while not (self._is_over.is_set() and self._queue.empty()):
            parts = [await self._queue.get()]
            while not self._queue.empty():
                parts.append(self._queue.get_nowait())
            yield b"".join(parts)


class Live:
    """The process's readers, its bell and its pulse."""

    def __init__(self, record: Record, doorman: Doorman, settings: Settings) -> None:
        self._record, self._doorman, self._settings = record, doorman, settings
        self._readers: set[Reader] = set()
        self._past = Past()
        self._bell = Bell(record.engine.url, self._announce, self._begin, self._gather_people)
        self._feeds: list[FeedRow] = []
        self._has_database = True
        self._is_closing = False
        self._threads = anyio.CapacityLimiter(2)
        self._stamps = anyio.CapacityLimiter(1)
        self._stamping: set[asyncio.Task[None]] = set()
        self._told_people: set[int] = set()
        self.router = APIRouter(include_in_schema=False)
        self.router.add_api_route("/live", self.stream, methods=["GET"])
        self.router.add_api_route("/live", _no_stream, methods=["HEAD"])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The bell is heard and the pulse beats within this block."""
        _before_shutdown(self.close)
        tasks = [asyncio.create_task(self._bell.listen()), asyncio.create_task(self._beat())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task

    def close(self) -> None:
        """Let every reader go; they come back to whichever process is there."""
        self._is_closing = True
        for reader in list(self._readers):
            reader.let_go()

    async def stream(self, request: Request) -> StreamingResponse:
        """Events `alarm`, `notice`, `pulse`, `resync` and `ended`; `Last-Event-ID` brings back the last minutes."""
        reader = Reader(request.scope["anwang_guest"])
        missed = self._past.since(request.headers.get("last-event-id"), reader.scope)
        self._readers.add(reader)
        return StreamingResponse(
            self._told(reader, missed),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _told(self, reader: Reader, missed: list[bytes]) -> AsyncIterator[bytes]:
        try:
            if self._is_closing:
                reader.let_go()
            yield b"retry: 2000\n\n" + self._pulse() + b"".join(missed)
            async for messages in reader.messages():
                yield messages
        finally:
            self._readers.discard(reader)

    def _begin(self) -> None:
        """The bell is connected; what rang before was not heard."""
        self._past.begin()
        for reader in list(self._readers):
            reader.tell(RESYNC)

    async def _announce(self, rings: list[Ring]) -> None:
        """Read each alarm once and hand it to those who may see it."""
        what = {ring.alarm_id: ring.what for ring in reversed(rings)}
        for card in await anyio.to_thread.run_sync(self._cards, list(what), limiter=self._threads):
            number = self._past.next_number()
            data = json.dumps({"what": what[card.id], "alarm": asdict(card)}, default=_plain, ensure_ascii=False)
            event = Event(number, encoded("alarm", data, number), card.county, card.venue_id)
            self._past.keep(event)
            readers = [each for each in self._readers if each.scope.covers(event.county, event.venue_id)]
            for first in range(0, len(readers), TOLD_AT_ONCE):
                for reader in readers[first : first + TOLD_AT_ONCE]:
                    reader.tell(event.message)
                await asyncio.sleep(0)  # pages that were asked for meanwhile have their turn

        stamping = asyncio.create_task(self._stamp(list(what)))
        self._stamping.add(stamping)
        stamping.add_done_callback(self._stamping.discard)

    async def _stamp(self, ids: list[int]) -> None:
        """Note that these were sent to every page; a stamp that cannot be written is missed, not waited for."""
        with suppress(SQLAlchemyError):
            await anyio.to_thread.run_sync(self._stamped, ids, datetime.now(UTC), limiter=self._stamps)

    def _stamped(self, ids: list[int], at: datetime) -> None:
        with self._record.scoped(EVERYTHING) as session:
            alarm_stamps.streamed(session, ids, at)

    def _gather_people(self, people: set[int]) -> None:
        """Somebody has been told something: their pages ask for it, once for all that comes within a second."""
        if not self._told_people:
            asyncio.get_running_loop().call_later(PEOPLE_GATHERED_SECONDS, self._tell_people)
        self._told_people |= people

    def _tell_people(self) -> None:
        people, self._told_people = self._told_people, set()
        for reader in list(self._readers):
            if reader.person_id in people:
                reader.tell(NOTICE)

    def _cards(self, ids: list[int]) -> list[alarms.AlarmCard]:
        with self._record.scoped(EVERYTHING) as session:
            return alarms.cards(session, ids)

    async def _beat(self) -> None:
        while True:
            readers = list(self._readers)
            try:
                self._feeds, guests = await anyio.to_thread.run_sync(self._look, readers, limiter=self._threads)
                self._has_database = True
                self._see_to_sessions(readers, guests)
            except SQLAlchemyError:
                self._has_database = False
            except Exception:
                log.exception("the live stream's pulse")
            readers = list(self._readers)
            lots = range(0, max(1, len(readers)), PULSED_AT_ONCE)
            for first in lots:
                pulse = self._pulse()
                for reader in readers[first : first + PULSED_AT_ONCE]:
                    reader.tell(pulse)
                await asyncio.sleep(PULSES_SPREAD_SECONDS / len(lots))
            await asyncio.sleep(PULSE_SECONDS - PULSES_SPREAD_SECONDS)

    def _look(self, readers: list[Reader]) -> tuple[list[FeedRow], dict[bytes, Guest]]:
        guests = self._doorman.guests({reader.token_hash for reader in readers})
        with self._record.scoped(EVERYTHING) as session:
            return feeds.all_feeds(session), guests

    def _see_to_sessions(self, readers: list[Reader], guests: dict[bytes, Guest]) -> None:
        """Sessions end while their streams are open; scopes change under them."""
        for reader in readers:
            guest = guests.get(reader.token_hash)
            if guest is None:
                reader.let_go(ENDED)
            else:
                reader.scope = guest.reach.scope

    def _pulse(self) -> bytes:
        now, limit = datetime.now(UTC), timedelta(seconds=self._settings.stale_after_seconds)
        is_heard = self._bell.is_listening and self._has_database
        told: list[dict[str, Any]] = [
            {
                "name": feed.name,
                "alive_at": feed.alive_at,
                "stale": not is_heard or now - feed.alive_at > limit,
            }
            for feed in self._feeds
        ]
        return encoded("pulse", json.dumps({"at": now, "build": build(), "feeds": told}, default=_plain))


async def _no_stream() -> Response:
    return Response(media_type="text/event-stream")


def _before_shutdown(close: Any) -> None:
    """Readers would keep a stopping server waiting: let them go as soon as it is told to stop."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        server = signal.getsignal(number)

        def stop(got: int, frame: Any, server: Any = server) -> None:
            loop.call_soon_threadsafe(close)
            if callable(server):
                server(got, frame)

        signal.signal(number, stop)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
