"""Refused messages for which the dead letters have no room: they stay with the broker, up to a bound."""

import time
from collections.abc import Iterable

from ingest.messages import Received
from ingest.mqtt.connection import Delivery

MOST_HELD = 5000
"""Far fewer than a broker leaves open: alarms must get through while somebody pours rubbish."""
RETRY_SECONDS = 5.0
_Key = tuple[int, str, bytes]


class Held:
    """Deliveries that wait for room. What is held dies with the gateway, and then the broker brings it again."""

    def __init__(self) -> None:
        self._waiting: dict[_Key, Delivery] = {}
        self._due_at = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def hold(self, batch: Iterable[Delivery], held: Iterable[Received]) -> list[Delivery]:
        """Keep these of the batch, in whatever copy the broker brought last; answers what can be acknowledged."""
        unrecorded = {id(received) for received in held}
        to_acknowledge = []
        for delivery in batch:
            key = delivery.number, delivery.received.peer, delivery.received.payload
            if id(delivery.received) in unrecorded or key in self._waiting:
                self._waiting[key] = delivery
            else:
                to_acknowledge.append(delivery)
        if unrecorded:
            self._due_at = time.monotonic() + RETRY_SECONDS
        return to_acknowledge

    def overflow(self) -> list[Delivery]:
        """The oldest beyond the bound, which are given up."""
        beyond = list(self._waiting)[: max(0, len(self._waiting) - MOST_HELD)]
        return [self._waiting.pop(key) for key in beyond]

    def due(self) -> list[Delivery]:
        """All of them, to be tried again; none before it is time."""
        if not self._waiting or time.monotonic() < self._due_at:
            return []
        waiting = list(self._waiting.values())
        self._waiting.clear()
        return waiting
