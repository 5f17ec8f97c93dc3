"""The doors that messages come through, each with its decoding: what is kept can be decoded again."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from db.rules.doors import PlatformDoor
from ingest import platforms
from ingest.gb26875 import decoding
from ingest.gb26875 import meaning as gb26875
from ingest.gb26875.addresses import Addresses
from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt import payload

Decode = Callable[[Received], Sequence[DeviceMessage | Refused]]


def _mqtt(received: Received) -> Sequence[DeviceMessage | Refused]:
    return [payload.decode(received.peer, received.payload, received.received_at)]


def _pushed(received: Received) -> Sequence[DeviceMessage | Refused]:
    products = platforms.products_of_installation()
    return platforms.decode(received.channel, received.payload, received.received_at, products).said


DECODERS: dict[str, Decode] = {"mqtt": _mqtt, **{door.value: _pushed for door in PlatformDoor}}
"""By channel, as `Received` names it, where the bytes alone say everything."""
DOORS = (*DECODERS, gb26875.DOOR)


class Decoding:
    """Decodes what any door kept. A frame of GB/T 26875.3 is read by the books, which are looked up once."""

    def __init__(self) -> None:
        self._panels = Addresses()

    def __call__(self, session: Session, received: Received) -> Sequence[DeviceMessage | Refused]:
        if received.channel == gb26875.DOOR:
            if not self._panels.are_known:
                self._panels.refresh(session)
            return decoding.again(received, self._panels)
        decode = DECODERS.get(received.channel)
        return decode(received) if decode else [Refused(f"There is no door {received.channel} any more.")]
