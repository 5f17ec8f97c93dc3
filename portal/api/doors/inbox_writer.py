"""Bodies on their way into the inbox: a thread of its own commits all that waits, and only then is anybody answered.

What comes while a commit is on its way goes with the next one: under load a commit carries hundreds.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from db.commands import inbox
from db.commands.inbox import COOL_DOWN, Pushed
from db.rules.access_scope import NOTHING
from db.session import Record

log = logging.getLogger("anwang.doors")

MOST_WAITING = 2000
MOST_TOGETHER = 500
MOST_TOGETHER_BYTES = 8 << 20
ANSWER_SECONDS = 3.0
"""Who waits longer is told that the body is not stored, and pushes it again."""
BEAT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A body and the request that waits for it."""

    pushed: Pushed
    done: asyncio.Future[bool]
    loop: asyncio.AbstractEventLoop


class InboxWriter:
    """One per process. `tell` is called after each commit, so that decoding starts at once."""

    def __init__(self, record: Record, tell: Callable[[], None]) -> None:
        self.record = record
        self.tell = tell
        self._waiting: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._failing_since: datetime | None = None
        self._accepted = self._refused = 0
        self._is_in_use = False
        self._beaten_at = float("-inf")
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What waits is still written where the database takes it."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(5)

    async def keep(self, pushed: Pushed) -> bool:
        """True once the body is on record; False where it is not, and must come again."""
        loop = asyncio.get_running_loop()
        entry = _Waiting(pushed, loop.create_future(), loop)
        with self._changed:
            if self._stopping or len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(entry)
            self._changed.notify()
        try:
            return await asyncio.wait_for(entry.done, ANSWER_SECONDS)
        except TimeoutError:
            return False

    def count_refused(self) -> None:
        """Somebody without the right to push."""
        self._refused += 1

    def _run(self) -> None:
        while True:
            together = self._take()
            if together:
                self._write(together)
            elif self._stopping:
                return
            self._beat_when_due()

    def _take(self) -> list[_Waiting]:
        together: list[_Waiting] = []
        with self._changed:
            if not self._waiting and not self._stopping:
                self._changed.wait(BEAT_SECONDS)
            size = 0
            while self._waiting and len(together) < MOST_TOGETHER and size < MOST_TOGETHER_BYTES:
                together.append(self._waiting.popleft())
                size += len(together[-1].pushed.body)
        return together

    def _write(self, together: Sequence[_Waiting]) -> None:
        now = datetime.now(UTC)
        try:
            with self.record.scoped(NOTHING) as session:
                inbox.keep(session, [entry.pushed for entry in together])
                if self._failing_since is not None:
                    inbox.note_gap(session, self._failing_since, now + COOL_DOWN, "pushes were not stored", now)
        except Exception as error:
            self._failing_since = self._failing_since or now
            log.error("not stored: %s", str(error).strip().splitlines()[0])
            self._answer(together, is_stored=False)
            return
        self._failing_since = None
        self._accepted += len(together)
        self._answer(together, is_stored=True)
        self.tell()

    def _answer(self, together: Sequence[_Waiting], *, is_stored: bool) -> None:
        """All requests of a loop in one call: it is woken once."""

        def wake(entries: Sequence[_Waiting]) -> None:
            for entry in entries:
                if not entry.done.done():
                    entry.done.set_result(is_stored)

        for loop in {entry.loop for entry in together}:
            if not loop.is_closed():
                loop.call_soon_threadsafe(wake, [entry for entry in together if entry.loop is loop])

    def _beat_when_due(self) -> None:
        """A sign of life every few seconds, from the first push ever on; apart from the bodies' own transactions."""
        if time.monotonic() - self._beaten_at < BEAT_SECONDS:
            return
        self._beaten_at = time.monotonic()
        accepted, refused = self._accepted, self._refused
        try:
            with self.record.scoped(NOTHING) as session:
                self._is_in_use = self._is_in_use or accepted > 0 or inbox.is_in_use(session)
                if not self._is_in_use:
                    return
                away = inbox.beat(session, datetime.now(UTC), accepted, refused)
        except SQLAlchemyError as error:
            log.warning("no sign of life: %s", str(error).strip().splitlines()[0])
            return
        self._accepted -= accepted
        self._refused -= refused
        if away is not None:
            log.warning("the receivers were away for %s: platforms will be asked again", away)
