"""Telling a message that the broker brings again from a device that says the same again.

A message without a time of its own is recorded at the moment of receipt, so its second delivery would look like news.
"""

from collections import OrderedDict
from collections.abc import Sequence

from ingest.mqtt.connection import MOST_WAITING, Delivery

REMEMBERED = MOST_WAITING + 4000
"""Well below the 65,535 numbers after which a broker begins anew."""


class Redeliveries:
    """Remembers the last deliveries by the broker's number for them."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, Delivery] = OrderedDict()

    def first_time(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Those of the batch that have not been here; they are remembered from now on."""
        fresh = []
        for delivery in batch:
            if self._was_here(delivery):
                continue
            fresh.append(delivery)
            if delivery.number:
                self._seen[delivery.number] = delivery
                self._seen.move_to_end(delivery.number)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return fresh

    def _was_here(self, delivery: Delivery) -> bool:
        before = self._seen.get(delivery.number) if delivery.is_again else None
        return (
            before is not None
            and before.session == delivery.session
            and (before.received.peer, before.received.payload) == (delivery.received.peer, delivery.received.payload)
        )
