"""Figures that many people ask for at once, worked out once and kept for some seconds.

Kept apart by scope: nobody is handed what another may see. Figures, what is behind them, and history are kept so; the
alarms that people work on never are.
"""

import contextvars
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Value = TypeVar("Value")

log = logging.getLogger("anwang.portal")

MOST = 2_000
_AHEAD = ThreadPoolExecutor(2, thread_name_prefix="ahead")


class Remembered:
    """A small store with an age limit; one at a time works a missing entry out, the others wait for it.

    With `at_most`, a value older than `seconds` but not than `at_most` is answered at once, and a new one is worked out
    meanwhile as the same asker: of a page that is looked at all the time, nobody waits. What works it out then opens a
    transaction of its own, since the request's is over.
    """

    def __init__(self, seconds: float, at_most: float | None = None) -> None:
        self.seconds = seconds
        self.at_most = seconds if at_most is None else at_most
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}
        self._ahead: set[Hashable] = set()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value under `key`, made where there is none or it is too old."""
        with self._lock:
            found = self._found(key, self.at_most)
            is_to_renew = found is not None and self._found(key, self.seconds) is None and key not in self._ahead
            if is_to_renew:
                self._ahead.add(key)
        if is_to_renew:
            _AHEAD.submit(contextvars.copy_context().run, self._make_ahead, key, make)
        if found is not None:
            return found[1]
        return self._made(key, make)

    def _made(self, key: Hashable, make: Callable[[], Value]) -> Value:
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            try:
                with self._lock:
                    found = self._found(key, self.seconds)
                if found is not None:
                    return found[1]
                value = make()
                with self._lock:
                    self._kept[key] = (time.monotonic(), value)
                    if len(self._kept) > MOST:
                        self._kept.popitem(last=False)
                return value
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _make_ahead(self, key: Hashable, make: Callable[[], object]) -> None:
        try:
            self._made(key, make)
        except Exception as error:  # whoever asks when the old value is too old is told
            log.warning("figures were not renewed: %s", (str(error).strip().splitlines() or [type(error).__name__])[0])
        finally:
            with self._lock:
                self._ahead.discard(key)

    def _found(self, key: Hashable, seconds: float) -> tuple[float, Any] | None:
        found = self._kept.get(key)
        return found if found is not None and time.monotonic() - found[0] < seconds else None
