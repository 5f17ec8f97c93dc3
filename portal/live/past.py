"""The last minutes of the stream, for readers who come back, and numbers that every process understands."""

import os
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from db.rules.access_scope import Scope

REMEMBERED = 1000
REMEMBERED_SECONDS = 300
OVERLAP_SECONDS = 3
"""Told again to a reader who comes from another process, or anew with a page that was read a moment ago."""
PER_SECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is sent, and the row that it is about."""

    number: int
    message: bytes
    county: int
    venue_id: int


def encoded(name: str, data: str, number: int | None = None) -> bytes:
    """An event in the words of server-sent events."""
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {data}\n\n".encode()


RESYNC = encoded("resync", "{}")


class Past:
    """A ring of events. Numbers are microseconds since 1970 with the process in their last digits.

    A reader may come back to another process, which has heard the same rings at almost the same time.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._events: deque[Event] = deque()
        self._last = 0
        self._whole_since = self._now()

    def _now(self) -> int:
        return int(self._clock() * PER_SECOND) // 1000 * 1000 + os.getpid() % 1000

    def next_number(self) -> int:
        self._last = max(self._now(), self._last + 1000)
        return self._last

    def keep(self, event: Event) -> None:
        self._events.append(event)
        oldest = self._now() - REMEMBERED_SECONDS * PER_SECOND
        while len(self._events) > REMEMBERED or self._events[0].number < oldest:
            self._whole_since = self._events.popleft().number

    def begin(self) -> None:
        """From now on the past is whole; what was missed before cannot be told."""
        self._events.clear()
        self._whole_since = self._now()

    def since(self, last_id: str | None, scope: Scope) -> list[bytes]:
        """What a reader has not seen; a resync where it was away too long to tell."""
        if last_id is None or not (last_id.isascii() and last_id.isdigit() and len(last_id) < 20):
            return self._after(self._now() - OVERLAP_SECONDS * PER_SECOND, scope)
        last = int(last_id)
        if last < self._whole_since:
            return [RESYNC]
        is_ours = any(event.number == last for event in self._events)
        return self._after(last if is_ours else last - OVERLAP_SECONDS * PER_SECOND, scope)

    def _after(self, number: int, scope: Scope) -> list[bytes]:
        return [e.message for e in self._events if e.number > number and scope.covers(e.county, e.venue_id)]
