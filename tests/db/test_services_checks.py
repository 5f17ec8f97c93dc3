"""External services that turn us away: one sentence each, from what they really answer."""

import socket
import threading

import pytest

from db.errors import CannotStart
from db.services.checks import check_redis

START = bytes.fromhex("0100000000001c000a000a00090000000000000005504c41494e00000005656e5f5553ce")
"""AMQP 0-9-1: `Connection.Start` with PLAIN and en_US."""
REFUSED = bytes.fromhex(
    "01000000000077000a003201936c4143434553535f52454655534544202d204c6f67696e207761732072656675736564207573696e672061757468"
    "656e7469636174696f6e206d656368616e69736d20504c41494e2e20466f722064657461696c7320736565207468652062726f6b6572206c6f6766"
    "696c652e00000000ce"
)
"""What RabbitMQ 3.10 closes the connection with where the password is wrong."""


def test_a_login_that_rabbitmq_refuses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            peer, _address = listening.accept()
            with peer:
                peer.recv(100)
                peer.sendall(START)
                peer.recv(1000)
                peer.sendall(REFUSED)
                peer.recv(1000)

        serving = threading.Thread(target=serve)
        serving.start()
        with pytest.raises(CannotStart) as refused:
            check_redis(f"amqp://portal:guess@127.0.0.1:{listening.getsockname()[1]}//")
        serving.join(10)
    assert "(ANWANG_REDIS_URL) does not let us in: ACCESS_REFUSED - Login was refused" in str(refused.value)
    assert "guess" not in str(refused.value)
