"""A trial examined by the decoder of its protocol."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from db.rules.conformance import Protocol
from ingest.conformance import gb26875, mqtt, pushes
from ingest.conformance.report import Chunk, Report
from ingest.nbiot.profiles import Profile


def examine_given(protocol: Protocol, given: bytes, now: datetime, products: Mapping[str, Profile]) -> Report:
    """Bytes that were pasted or uploaded."""
    if protocol is Protocol.GB26875:
        return gb26875.examine([Chunk(gb26875.bytes_of(given))], now)
    if protocol is Protocol.MQTT:
        return mqtt.examine(mqtt.chunks_of(given, now), now)
    return pushes.examine(protocol, pushes.chunks_of(given, now), now, products)


def examine_live(protocol: Protocol, chunks: Sequence[Chunk], now: datetime, products: Mapping[str, Profile]) -> Report:
    """What came through a door, message by message."""
    if protocol is Protocol.GB26875:
        return gb26875.examine(chunks, now)
    if protocol is Protocol.MQTT:
        return mqtt.examine(chunks, now)
    return pushes.examine(protocol, chunks, now, products)
