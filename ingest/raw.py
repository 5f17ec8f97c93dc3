"""The bytes of accepted messages, kept for as long as the retention says: packed and compressed, a batch a row.

A packed message is its moment of receipt (microseconds since 1970, 8 bytes), the lengths of its peer (2 bytes) and
payload (4 bytes), all big-endian, then both. The batch is compressed by zlib.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.messages import Received

_HEAD = struct.Struct(">qHI")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FAST = 1
MOST_PEER_BYTES = 65_535

_KEEP = text(
    "insert into raw_batches (first_received_at, last_received_at, channel, messages, body)"
    " values (:first, :last, :channel, :messages, :body)"
)
_BATCHES = text(
    "select id, channel, body from raw_batches where last_received_at >= :since and first_received_at < :until"
    " and (cast(:channel as text) is null or channel = :channel) order by last_received_at, id"
)


def pack(messages: Sequence[Received]) -> bytes:
    """The body of a batch."""
    parts: list[bytes] = []
    for message in messages:
        peer = message.peer.encode(errors="surrogateescape")[:MOST_PEER_BYTES]
        moment = (message.received_at - _EPOCH) // _MICROSECOND
        parts += (_HEAD.pack(moment, len(peer), len(message.payload)), peer, message.payload)
    return zlib.compress(b"".join(parts), _FAST)


def unpack(channel: str, body: bytes) -> Iterator[Received]:
    """The messages of a batch, in the order of their receipt."""
    content = memoryview(zlib.decompress(body))
    at = 0
    while at < len(content):
        moment, peer_bytes, payload_bytes = _HEAD.unpack_from(content, at)
        at += _HEAD.size
        peer = bytes(content[at : at + peer_bytes]).decode(errors="surrogateescape")
        at += peer_bytes
        yield Received(channel, peer, bytes(content[at : at + payload_bytes]), _EPOCH + moment * _MICROSECOND)
        at += payload_bytes


def keep(session: Session, messages: Sequence[Received]) -> None:
    """Write them down, a row a channel."""
    for channel in dict.fromkeys(message.channel for message in messages):
        of_channel = [message for message in messages if message.channel == channel]
        moments = [message.received_at for message in of_channel]
        session.execute(
            _KEEP,
            {
                "first": min(moments),
                "last": max(moments),
                "channel": channel,
                "messages": len(of_channel),
                "body": pack(of_channel),
            },
        )


def kept(session: Session, since: datetime, until: datetime, channel: str | None = None) -> Iterator[Received]:
    """Messages received in [since, until), oldest batch first, a batch in memory at a time."""
    window = {"since": since, "until": until, "channel": channel}
    for row in session.execute(_BATCHES.execution_options(yield_per=20), window):
        for message in unpack(row.channel, row.body):
            if since <= message.received_at < until:
                yield message
