"""A brake on guessing from one address, whichever accounts it tries; kept by each process for itself."""

import time
from collections import OrderedDict
from collections.abc import Callable

TRIES = 30
WINDOW_SECONDS = 300.0
ADDRESSES = 10_000


class Throttle:
    """Counts failures by address over the last minutes. Offices share an address, so the limit is generous."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()

    def is_closed(self, address: str) -> bool:
        """True where this address has failed too often lately."""
        return len(self._recent(address)) >= TRIES

    def failed(self, address: str) -> None:
        self._failures[address] = [*self._recent(address), self._clock()]
        self._failures.move_to_end(address)
        while len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)

    def _recent(self, address: str) -> list[float]:
        since = self._clock() - WINDOW_SECONDS
        return [at for at in self._failures.get(address, ()) if at > since]
