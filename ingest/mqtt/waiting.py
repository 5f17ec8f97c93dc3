"""Deliveries between the connection's thread and the gateway's, bounded by their number."""

import threading
from collections import deque
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Blocks of deliveries, first in, first out; urgent ones before all others."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._blocks: deque[Sequence[T]] = deque()
        self._urgent: deque[Sequence[T]] = deque()
        self._count = 0
        self._changed = threading.Condition()

    def __len__(self) -> int:
        return self._count

    def put(self, block: Sequence[T], timeout: float) -> bool:
        """False where there was no room for so long; a block larger than all room is taken once nothing waits."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(len(block)), timeout):
                return False
            self._blocks.append(block)
            self._count += len(block)
            self._changed.notify_all()
            return True

    def put_urgent(self, block: Sequence[T]) -> None:
        """At once, whatever waits."""
        with self._changed:
            self._urgent.append(block)
            self._count += len(block)
            self._changed.notify_all()

    def get(self, timeout: float) -> Sequence[T]:
        """The next block; an empty one where nothing came for so long."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._urgent or self._blocks, timeout):
                return ()
            block = (self._urgent or self._blocks).popleft()
            self._count -= len(block)
            self._changed.notify_all()
            return block

    def _has_room(self, more: int) -> bool:
        return not self._blocks or self._count + more <= self._most
