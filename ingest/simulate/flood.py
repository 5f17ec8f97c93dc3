"""Many devices at once over plain sockets: MQTT 3.1.1 at QoS 1, counted message by message.

A client library costs more per message than the broker and the gateway together; a load that is to find their limit
must not be the limit itself. `python -m ingest.simulate.flood` prints what was sent and confirmed as JSON.
"""

import argparse
import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import cycle
from urllib.parse import unquote, urlsplit

CONNECTIONS = 4
MOST_UNCONFIRMED = 2000
"""A connection with so many open waits: beyond it the broker is behind."""
TURN_SECONDS = 0.01
LAST_WORD_SECONDS = 20.0
_PUBACK_BYTES = 4


@dataclass(frozen=True, slots=True)
class Flooded:
    """How it went. `confirmed` messages have been acknowledged by the broker and must reach the record."""

    sent: int
    confirmed: int
    seconds: float
    longest_stall_seconds: float
    """The longest time for which a connection had all its messages open."""


class Connection:
    """One publisher's socket: messages out, acknowledgements counted."""

    def __init__(self, mqtt_url: str, client_id: str) -> None:
        where = urlsplit(mqtt_url)
        self.socket = socket.create_connection((where.hostname or "127.0.0.1", where.port or 1883), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(_connect(client_id, unquote(where.username or ""), unquote(where.password or "")))
        answer = self.socket.recv(4)
        if len(answer) < 4 or answer[3] != 0:
            raise ConnectionRefusedError("the broker refuses the login")
        self.socket.setblocking(False)
        self.sent = self.acknowledged_bytes = self._number = 0
        self._out = b""

    @property
    def confirmed(self) -> int:
        return self.acknowledged_bytes // _PUBACK_BYTES

    @property
    def room(self) -> int:
        return 0 if self._out else MOST_UNCONFIRMED - (self.sent - self.confirmed)

    def publish(self, messages: Sequence[tuple[bytes, bytes]]) -> None:
        """Topics with payloads."""
        packets = [self._out]
        for topic, payload in messages:
            self._number = self._number % 65_535 + 1
            length = 4 + len(topic) + len(payload)
            packets.append(
                b"\x32"
                + _length(length)
                + len(topic).to_bytes(2, "big")
                + topic
                + self._number.to_bytes(2, "big")
                + payload
            )
        self.sent += len(messages)
        self._out = b"".join(packets)
        self.push()

    def push(self) -> None:
        while self._out:
            try:
                self._out = self._out[self.socket.send(self._out) :]
            except BlockingIOError:
                return

    def hear(self) -> None:
        while True:
            try:
                heard = self.socket.recv(65_536)
            except BlockingIOError:
                return
            if not heard:
                raise ConnectionResetError("the broker hung up")
            self.acknowledged_bytes += len(heard)


def flood(mqtt_url: str, topics: Sequence[bytes], rate: float, seconds: float) -> Flooded:
    """`rate` messages a second for so long, each from the next device, with value, battery and radio (three points).

    What the broker does not confirm in time is waited for: the rate falls rather than the count.
    """
    doors = [Connection(mqtt_url, f"anwang-flood-{number}") for number in range(CONNECTIONS)]
    selector = selectors.DefaultSelector()
    for door in doors:
        selector.register(door.socket, selectors.EVENT_READ, door)
    speaking = _bodies(topics)
    began = time.monotonic()
    owed = stalled_since = longest_stall = 0.0
    before = began
    while (now := time.monotonic()) - began < seconds:
        owed = min(owed + (now - before) * rate, rate)
        before = now
        for door in doors:
            share = min(int(owed / len(doors)) + 1, door.room, int(owed))
            if share > 0:
                door.publish([next(speaking) for _message in range(share)])
                owed -= share
        if all(door.room <= 0 for door in doors):
            stalled_since = stalled_since or now
            longest_stall = max(longest_stall, now - stalled_since)
        else:
            stalled_since = 0.0
        _listen(selector, TURN_SECONDS)
    took = time.monotonic() - began
    deadline = time.monotonic() + LAST_WORD_SECONDS
    while time.monotonic() < deadline and any(door.confirmed < door.sent for door in doors):
        _listen(selector, 0.1)
    flooded = Flooded(sum(d.sent for d in doors), sum(d.confirmed for d in doors), took, longest_stall)
    for door in doors:
        door.socket.close()
    return flooded


def _listen(selector: selectors.BaseSelector, seconds: float) -> None:
    until = time.monotonic() + seconds
    for key, _events in selector.select(seconds):
        key.data.hear()
        key.data.push()
    time.sleep(max(0.0, until - time.monotonic()))


def _bodies(topics: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Round the devices for ever; the moment of each message is read once for a handful."""
    for n, topic in enumerate(cycle(topics)):
        if n % 8 == 0:
            at = datetime.now(UTC).isoformat(timespec="microseconds").encode()
        said = (at, n % 9, 20 + n % 80, 60 + n % 40)
        yield topic, b'{"at":"%b","value":0.0%d,"battery_pct":%d,"rssi_dbm":-%d}' % said


def _connect(client_id: str, login: str, password: str) -> bytes:
    """MQTT 3.1.1 CONNECT with a clean session, login and a keep-alive of 60 s."""
    parts = b"".join(len(part).to_bytes(2, "big") + part for part in (x.encode() for x in (client_id, login, password)))
    body = b"\x00\x04MQTT\x04\xc2\x00\x3c" + parts
    return b"\x10" + _length(len(body)) + body


def _length(n: int) -> bytes:
    out = bytearray()
    while True:
        n, low = divmod(n, 128)
        out.append(low | 128 if n else low)
        if not n:
            return bytes(out)


def main() -> None:
    """Device codes with their signals come on standard input, `code/signal` a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    topics = [f"anwang/v1/{line}".encode() for line in sys.stdin.read().split()]
    print(json.dumps(asdict(flood(given.url, topics, given.rate, given.seconds))))


if __name__ == "__main__":
    main()
