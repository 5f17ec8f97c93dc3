"""paho's client, reading by the block: at thousands of messages a second three system calls for each are too many.

Connecting, keeping alive, subscribing and reconnecting are paho's. A block of complete PUBLISH packets is taken apart
here (MQTT 3.1.1, section 3.3); whatever else comes, or comes in pieces, is left to paho.
"""

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode

BLOCK_BYTES = 64 * 1024
PATIENCE_SECONDS = 20.0
_PUBLISH = 0x30
_QOS_1 = 0x02
_RETAIN = 0x01
_DUP = 0x08
_TYPE_AND_QOS_2 = 0xF4
_PUBACK = b"\x40\x02"


class Published(NamedTuple):
    """One PUBLISH packet; `number` is 0 at QoS 0."""

    topic: bytes
    payload: bytes
    number: int
    is_again: bool
    is_retained: bool


class BlockSocket:
    """A socket read in blocks, which two threads may write to. Bytes that wait show in `pending`, as with TLS."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain
        self._block = b""
        self._at = 0
        self._writing = threading.Lock()
        # One TLS connection is not for two threads at the same moment, not even one that reads and one that writes.
        is_tls = isinstance(plain, ssl.SSLSocket)
        self._turn: AbstractContextManager[Any] = threading.Lock() if is_tls else nullcontext()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def pending(self) -> int:
        waiting = len(self._block) - self._at
        if not hasattr(self._plain, "pending"):
            return waiting
        with self._turn:
            return waiting + int(self._plain.pending())

    def recv(self, most: int) -> bytes:
        if self._at == len(self._block):
            self._fill()
        taken = self._block[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def send(self, data: bytes) -> int:
        """All of it: half a packet of one thread must not stand before one of the other's."""
        self.send_all(data)
        return len(data)

    def send_all(self, data: bytes) -> None:
        """Everything, before anybody else writes; `OSError` where the connection ends or takes nothing any more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self._writing:
            while data:
                try:
                    with self._turn:
                        sent = self._plain.send(data)
                    data = data[sent:]
                except (BlockingIOError, ssl.SSLWantWriteError):
                    self._wait(deadline, for_room=True)
                except ssl.SSLWantReadError:
                    self._wait(deadline, for_room=False)

    def _wait(self, deadline: float, *, for_room: bool) -> None:
        """A connection that stays stuck is hung up: what was sent of a packet cannot be taken back."""
        if time.monotonic() > deadline:
            self._plain.shutdown(socket.SHUT_RDWR)
            raise TimeoutError("the broker reads nothing any more")
        select.select([] if for_room else [self._plain], [self._plain] if for_room else [], [], 0.1)

    def publishes(self) -> list[Published]:
        """The complete PUBLISH packets that stand next; reads at most once."""
        if self._at == len(self._block):
            self._fill()
        found = []
        while (packet := self._publish()) is not None:
            found.append(packet)
        return found

    def _fill(self) -> None:
        with self._turn:
            block = self._plain.recv(BLOCK_BYTES)
        self._block, self._at = block, 0

    def _publish(self) -> Published | None:
        """The next packet where it is a whole PUBLISH of QoS 0 or 1."""
        block, at = self._block, self._at
        if at + 4 > len(block) or block[at] & _TYPE_AND_QOS_2 != _PUBLISH:
            return None
        flags = block[at]
        length = shift = 0
        while True:
            at += 1
            if at == len(block) or shift > 21:
                return None
            length |= (block[at] & 0x7F) << shift
            shift += 7
            if block[at] < 0x80:
                break
        at += 1
        end = at + length
        body = at + 2 + (block[at] << 8 | block[at + 1]) if at + 2 <= end <= len(block) else end + 1
        number_bytes = 2 if flags & _QOS_1 else 0
        if body + number_bytes > end:
            return None
        number = block[body] << 8 | block[body + 1] if number_bytes else 0
        self._at = end
        return Published(
            block[at + 2 : body], block[body + number_bytes : end], number, bool(flags & _DUP), bool(flags & _RETAIN)
        )


class BlockClient(Client):
    """Hands over blocks of messages, in paho's thread; acknowledges by the batch, from any."""

    def __init__(self, *given: Any, on_publishes: Callable[[list[Published]], None], **named: Any) -> None:
        super().__init__(*given, **named)
        self._on_publishes = on_publishes
        self.on_message = self._on_pieces

    def acknowledge(self, numbers: list[int]) -> None:
        """PUBACK for these packets; nothing where the connection is gone: then they come again."""
        link = self.socket()
        if not numbers or not isinstance(link, BlockSocket):
            return
        try:
            link.send_all(b"".join([_PUBACK + number.to_bytes(2, "big") for number in numbers]))
        except (OSError, ValueError):
            return

    def _on_pieces(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        """A message that came in pieces, put together by paho."""
        number = message.mid if message.qos else 0
        self._on_publishes([Published(message._topic, bytes(message.payload), number, message.dup, message.retain)])

    def _create_socket(self) -> Any:
        link = super()._create_socket()
        if isinstance(link, socket.socket):
            link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return BlockSocket(link)

    def _packet_read(self) -> MQTTErrorCode:
        link = self._sock
        if isinstance(link, BlockSocket) and self._in_packet["command"] == 0:
            try:
                found = link.publishes()
            except OSError:  # nothing to read, or the end: paho's own reading tells which
                found = []
            if found:
                self._on_publishes(found)
                return MQTTErrorCode.MQTT_ERR_SUCCESS
        return super()._packet_read()
