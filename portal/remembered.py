"""Figures that many people ask for at once, worked out once and kept for some seconds.

Kept apart by scope: nobody is handed what another may see. Only history is kept so, never alarms.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Value = TypeVar("Value")

MOST = 2_000


class Remembered:
    """A small store with an age limit; one at a time works a missing entry out, the others wait for it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under `key`, made where there is none or it is too old."""
        with self._lock:
            found = self._fresh(key)
            if found is not None:
                return found[1]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                found = self._fresh(key)
            if found is not None:
                return found[1]
            try:
                value = make()
                with self._lock:
                    self._kept[key] = (time.monotonic(), value)
                    if len(self._kept) > MOST:
                        self._kept.popitem(last=False)
                return value
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _fresh(self, key: Hashable) -> tuple[float, Any] | None:
        found = self._kept.get(key)
        return found if found is not None and time.monotonic() - found[0] < self.seconds else None
