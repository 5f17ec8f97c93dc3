"""Gateways for the tests: in a thread, or as the process that a supervisor starts and a test kills."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Connection, text

from ingest.mqtt.connection import BrokerConnection
from ingest.mqtt.gateway import Gateway
from tests.plugins.services import TestRecord

_numbers = count(1)


def wait_for(happened: Callable[[], bool], seconds: float = 40) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def rows(owner: Connection, table: str) -> int:
    return int(owner.scalar(text(f"select count(*) from {table}")) or 0)


def say(client: Client, topic: str, body: bytes, qos: int = 1, retain: bool = False) -> None:
    client.publish(topic, body, qos=qos, retain=retain).wait_for_publish(10)


@contextmanager
def running(
    record: TestRecord, mqtt_url: str | None = None, *, name: str = "", forgotten: bool = True, shared: bool = False
) -> Iterator[Gateway]:
    """A gateway that listens, with a session of its own that ends with the block where it is to be forgotten."""
    name = name or f"gateway-{next(_numbers)}"
    url = mqtt_url or record.addresses.mqtt
    settings = record.settings.model_copy(update={"gateway_shared": shared})
    gateway = Gateway(record.record, url, settings, client_id=name)
    thread = threading.Thread(target=gateway.run)
    thread.start()
    try:
        wait_for(gateway.connection.is_listening.is_set)
        yield gateway
    finally:
        gateway.stop()
        thread.join(20)
        if forgotten:
            forget(url, name)


def forget(mqtt_url: str, name: str) -> None:
    """End a persistent session, so that no other test's messages wait in it."""
    where = BrokerConnection(mqtt_url, name)
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True)
    client.username_pw_set(where._client.username, where._client.password)
    client.connect(where.host, where.port)
    client.loop_start()
    wait_for(client.is_connected)
    client.disconnect()
    client.loop_stop()


class GatewayProcess:
    """`python -m ingest.mqtt`, as often as it is started."""

    def __init__(self, record: TestRecord, log: Path) -> None:
        self.log = log
        self.environment = os.environ | {
            "ANWANG_VAR_DIR": str(record.settings.var_dir),
            "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
            "ANWANG_MQTT_URL": record.addresses.mqtt,
            "ANWANG_GATEWAY_BATCH_MESSAGES": "50",
        }
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "ingest.mqtt"], env=self.environment, stdout=log, stderr=log
            )

    def listens(self, times: int = 1) -> bool:
        return self.log.read_text().count("listening on") >= times

    def end(self, number: int) -> int:
        """Send a signal; answers the exit status."""
        assert self.child is not None
        self.child.send_signal(number)
        return self.child.wait(20)

    def clear_away(self, record: TestRecord) -> None:
        if self.child is not None:
            with suppress(ProcessLookupError):
                self.child.kill()
            self.child.wait(20)
        forget(record.addresses.mqtt, "anwang-gateway-1")
