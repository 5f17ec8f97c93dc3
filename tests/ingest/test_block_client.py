"""Blocks of packets as a broker sends them: cut anywhere, every message comes out once and in order."""

import random
import socket
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.block_client import BlockClient, BlockSocket, Published
from tests.ingest.gateways import wait_for

MESSAGES = st.builds(
    Published,
    st.text(min_size=1, max_size=20).map(str.encode),
    st.binary(max_size=300),
    st.integers(1, 65_535),
    st.booleans(),
    st.booleans(),
)


def packet(message: Published, qos: int = 1) -> bytes:
    number = message.number.to_bytes(2, "big") if qos else b""
    body = len(message.topic).to_bytes(2, "big") + message.topic + number + message.payload
    length, out = len(body), b""
    while True:
        length, low = divmod(length, 128)
        out += bytes([low | 128 if length else low])
        if not length:
            break
    return bytes([0x30 | qos << 1 | message.is_again << 3 | message.is_retained]) + out + body


class Plain:
    """A socket that has these blocks to read."""

    def __init__(self, *blocks: bytes) -> None:
        self.blocks = list(blocks)

    def recv(self, _most: int) -> bytes:
        if not self.blocks:
            raise BlockingIOError
        return self.blocks.pop(0)


@given(st.lists(MESSAGES, min_size=1, max_size=8))
def test_whole_packets_come_out_as_they_went_in(messages: list[Published]) -> None:
    link = BlockSocket(Plain(b"".join(map(packet, messages))))
    assert link.publishes() == messages
    assert link.pending() == 0


@given(MESSAGES, st.data())
def test_a_packet_in_pieces_is_left_whole_to_the_slow_way(message: Published, data: st.DataObject) -> None:
    whole = packet(message)
    cut = data.draw(st.integers(1, len(whole) - 1))
    link = BlockSocket(Plain(whole[:cut]))
    assert link.publishes() == []
    assert link.recv(1000) == whole[:cut]


@given(st.binary(min_size=1, max_size=60))
def test_no_bytes_raise(block: bytes) -> None:
    link = BlockSocket(Plain(block))
    link.publishes()
    left = link.pending()
    assert block.endswith(link.recv(1000))
    assert left <= len(block)
    assert link.pending() == 0


@pytest.fixture
def broker() -> Iterator[socket.socket]:
    listening = socket.create_server(("127.0.0.1", 0))
    yield listening
    listening.close()


@pytest.mark.parametrize("seed", range(5))
def test_cut_anywhere_every_message_comes_once_and_in_order(broker: socket.socket, seed: int) -> None:
    """Over a real socket, in pieces of every size, pings and acknowledgements between them."""
    rng = random.Random(seed)
    sent = [
        Published(b"a/%d" % n, rng.randbytes(rng.choice([0, 5, 200, 5000])), n, False, False) for n in range(1, 600)
    ]
    heard: list[Published] = []

    def serve() -> None:
        peer, _address = broker.accept()
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.recv(1000)
        stream = b"\x20\x02\x00\x00" + b"".join(
            packet(each) + (b"\xd0\x00" if rng.random() < 0.1 else b"") for each in sent
        )
        while stream:
            size = rng.choice([1, 3, 40, 700, 9000])
            peer.sendall(stream[:size])
            stream = stream[size:]
        wait_for(lambda: len(heard) >= len(sent))
        peer.close()

    serving = threading.Thread(target=serve)
    serving.start()
    client = BlockClient(
        CallbackAPIVersion.VERSION2,
        client_id="x",
        manual_ack=True,
        reconnect_on_failure=False,
        on_publishes=heard.extend,
    )
    client.connect(*broker.getsockname())
    client.loop_start()
    serving.join(30)
    client.disconnect()
    client.loop_stop()
    assert heard == sent
