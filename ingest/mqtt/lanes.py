"""Batches recorded side by side, and settled one after the other in the order in which they came.

One lane packs its rows while the other waits for the database. The order matters at the end alone: the second copy
of a message must not be acknowledged before the first is on record.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Lanes(Generic[T]):
    """As many batches at once as there are lanes; given from one thread."""

    def __init__(self, lanes: int) -> None:
        self._lanes = lanes
        self._pool = ThreadPoolExecutor(lanes, thread_name_prefix="lane")
        self._running: deque[Future[bool]] = deque()
        self._has_given_up = False

    def give(self, record: Callable[[], T | None], settle: Callable[[T], None]) -> None:
        """Wait for a lane, then `record` in it; `settle` follows once everything given before is settled.

        A `record` that answers None has given up: neither it nor what was given after it is settled. What either
        raises, the next call raises.
        """
        while len(self._running) >= self._lanes:
            self._end_first()
        if self._has_given_up:
            return
        before = self._running[-1] if self._running else None
        self._running.append(self._pool.submit(_run, record, settle, before))

    def finish(self) -> None:
        """Wait for all that was given."""
        try:
            while self._running:
                self._end_first()
        finally:
            self._pool.shutdown()

    def _end_first(self) -> None:
        if not self._running.popleft().result():
            self._has_given_up = True


def _run(record: Callable[[], T | None], settle: Callable[[T], None], before: "Future[bool] | None") -> bool:
    done = record()
    is_next = before is None or before.result()
    if done is None or not is_next:
        return False
    settle(done)
    return True
