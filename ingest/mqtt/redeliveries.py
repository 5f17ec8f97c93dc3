"""Telling a message that the broker brings again from a device that says the same again.

A message without a time of its own is recorded at the moment of receipt, so its second delivery would look like news.
"""

from collections.abc import Sequence

from ingest.mqtt.connection import Delivery


class Redeliveries:
    """Remembers the last delivery under each of the broker's 65,535 numbers, as session and hash.

    That long, since a broker that was killed may bring again what it last wrote down thousands of messages ago.
    """

    def __init__(self) -> None:
        self._seen: dict[int, tuple[int, int]] = {}

    def first_time(self, batch: Sequence[Delivery]) -> list[Delivery]:
        """Those of the batch that have not been here; they are remembered from now on."""
        fresh = []
        for delivery in batch:
            known = delivery.session, hash((delivery.received.peer, delivery.received.payload))
            if delivery.is_again and self._seen.get(delivery.number) == known:
                continue
            fresh.append(delivery)
            if delivery.number:
                self._seen[delivery.number] = known
        return fresh
