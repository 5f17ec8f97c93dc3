"""The doors that messages come through, each with its decoding: what is kept can be decoded again."""

from collections.abc import Callable, Sequence

from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt import payload

Decode = Callable[[Received], Sequence[DeviceMessage | Refused]]


def _mqtt(received: Received) -> Sequence[DeviceMessage | Refused]:
    return [payload.decode(received.peer, received.payload, received.received_at)]


DECODERS: dict[str, Decode] = {"mqtt": _mqtt}
"""By channel, as `Received` names it."""
