"""The gateway between a real broker and a real database."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from ingest.mqtt.gateway import Gateway
from ingest.simulate import player
from tests import factories
from tests.plugins.services import TestRecord


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def device_client(empty_record: TestRecord) -> Iterator[Client]:
    client = player.connect(empty_record.addresses.mqtt_device)
    yield client
    client.disconnect()
    client.loop_stop()


@contextmanager
def running(record: TestRecord, name: str) -> Iterator[Gateway]:
    gateway = Gateway(record.record, record.addresses.mqtt, record.settings, client_id=name)
    thread = threading.Thread(target=gateway.run)
    thread.start()
    wait_for(lambda: gateway.client.is_connected())
    time.sleep(0.2)
    try:
        yield gateway
    finally:
        gateway.stop()
        thread.join(20)
        forget(record, name)


def forget(record: TestRecord, name: str) -> None:
    """End the persistent session, so that no other test's messages wait in it."""
    gone = Gateway(record.record, record.addresses.mqtt, record.settings, client_id=name)
    client = Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=True)
    client.username_pw_set(gone.client.username, gone.client.password)
    client.connect(gone.host, gone.port)
    client.loop_start()
    wait_for(client.is_connected)
    client.disconnect()
    client.loop_stop()


def wait_for(happened: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def count(owner: Connection, table: str) -> int:
    return int(owner.scalar(text(f"select count(*) from {table}")) or 0)


def say(client: Client, topic: str, body: bytes) -> None:
    client.publish(topic, body, qos=1).wait_for_publish(10)


def is_heard(client: Client, code: str, owner: Connection) -> bool:
    """Speak, and see whether the gateway has begun to listen."""
    say(client, f"anwang/v1/{code}/heartbeat", b"{}")
    time.sleep(0.3)
    return count(owner, "signals") > 0


def test_a_message_becomes_a_signal_and_an_alarm(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    device_id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record, "gateway-one"):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": true, "value": 0.42, "battery_pct": 77}')
        wait_for(lambda: count(owner, "alarms") == 1)
    assert owner.execute(text("select device_id, signal, value, alarm from signals")).one() == (
        *(device_id, "smoke", 0.42, True),
    )
    assert owner.execute(text("select kind, level, state, signal_count from alarms")).one() == ("fire", 1, "raised", 1)
    assert owner.execute(text("select signal, value, battery_pct from device_latest")).one() == ("smoke", 0.42, 77)
    assert owner.execute(text("select accepted, refused from feeds")).one()[0] >= 0


def test_what_cannot_be_taken_is_kept_aside_and_stops_nobody(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record, "gateway-two"):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": tru')
        say(device_client, f"anwang/v1/{code}/smoke", b"\x00\xff" * 20_000)
        say(device_client, "anwang/v1/nobody/smoke", b"{}")
        say(device_client, f"anwang/v1/{code}/heartbeat", b"{}")
        wait_for(lambda: count(owner, "signals") == 1 and count(owner, "dead_letters") == 3)
    kept = owner.execute(text("select peer, reason, length(payload) from dead_letters order by id")).all()
    assert "not JSON" in kept[0].reason
    assert "longer than" in kept[1].reason
    assert kept[1].length == 16 * 1024
    assert kept[2].peer == "anwang/v1/nobody/smoke"
    assert "There is no device 'nobody'" in kept[2].reason
    assert count(owner, "alarms") == 0


def test_a_repeat_is_recorded_once_and_rings_once(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    at = owner.scalar(text("select to_char(now() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"))
    body = f'{{"at": "{at}", "alarm": true}}'.encode()
    with running(empty_record, "gateway-three"):
        for _n in range(3):
            say(device_client, f"anwang/v1/{code}/smoke", body)
        say(device_client, f"anwang/v1/{code}/heartbeat", b"{}")
        wait_for(lambda: count(owner, "signals") == 2)
    assert owner.scalar(text("select signal_count from alarms")) == 1


def test_a_test_is_recorded_and_does_not_ring(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record, "gateway-four"):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": true, "test": true}')
        wait_for(lambda: count(owner, "signals") == 1)
    assert count(owner, "alarms") == 0


def test_latest_only_moves_forward(empty_record: TestRecord, owner: Connection, device_client: Client) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    late = owner.scalar(
        text("select to_char(now() at time zone 'UTC' - interval '2 h', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    )
    with running(empty_record, "gateway-five"):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"value": 0.5}')
        wait_for(lambda: count(owner, "signals") == 1)
        say(device_client, f"anwang/v1/{code}/smoke", f'{{"at": "{late}", "value": 0.1}}'.encode())
        wait_for(lambda: count(owner, "signals") == 2)
    assert owner.scalar(text("select value from device_latest")) == 0.5


def test_killed_in_the_middle_every_message_is_on_record_once(
    empty_record: TestRecord, owner: Connection, device_client: Client, tmp_path: Path
) -> None:
    venue = factories.venue(owner)
    codes = [factories.device(owner, venue)[1] for _n in range(20)]
    environment = os.environ | {
        "ANWANG_VAR_DIR": str(empty_record.settings.var_dir),
        "ANWANG_DATABASE_APP_URL": empty_record.app_url.render_as_string(hide_password=False),
        "ANWANG_MQTT_URL": empty_record.addresses.mqtt,
        "ANWANG_GATEWAY_BATCH_MESSAGES": "50",
    }

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / "gateway.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "ingest.mqtt"], env=environment, stdout=log, stderr=log)

    gateway = start()
    try:
        wait_for(lambda: is_heard(device_client, codes[0], owner), 40)
        time.sleep(1)
        before = count(owner, "signals")
        messages = 3000
        start_at = owner.scalar(text("select extract(epoch from now())::bigint"))
        for i in range(messages):
            second, device = divmod(i, len(codes))
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start_at - 3600 + second))
            device_client.publish(f"anwang/v1/{codes[device]}/smoke", f'{{"at": "{at}", "value": 0.1}}', qos=1)
            if i == messages // 2:
                wait_for(lambda: count(owner, "signals") > before + 100)
                gateway.send_signal(signal.SIGKILL)
                gateway.wait()
                gateway = start()
        wait_for(lambda: count(owner, "signals") >= before + messages, 60)
        time.sleep(0.5)
        assert count(owner, "signals") == before + messages
        assert count(owner, "dead_letters") == 0
    finally:
        gateway.terminate()
        gateway.wait(20)
        forget(empty_record, "anwang-gateway")
