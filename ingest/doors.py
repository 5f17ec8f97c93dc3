"""The doors that messages come through, each with its decoding: what is kept can be decoded again."""

from collections.abc import Callable, Sequence

from db.rules.doors import PlatformDoor
from ingest import platforms
from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt import payload

Decode = Callable[[Received], Sequence[DeviceMessage | Refused]]


def _mqtt(received: Received) -> Sequence[DeviceMessage | Refused]:
    return [payload.decode(received.peer, received.payload, received.received_at)]


def _pushed(received: Received) -> Sequence[DeviceMessage | Refused]:
    products = platforms.products_of_installation()
    return platforms.decode(received.channel, received.payload, received.received_at, products).said


DECODERS: dict[str, Decode] = {"mqtt": _mqtt, **{door.value: _pushed for door in PlatformDoor}}
"""By channel, as `Received` names it."""
