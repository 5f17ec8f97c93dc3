"""Whatever fails on the way, every message that the broker took is on record once."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from db import addresses
from db.services.mosquitto import PrivateMosquitto
from ingest.simulate import broker
from tests import factories
from tests.ingest.gateways import GatewayProcess, rows, running, say, wait_for
from tests.plugins.services import TestRecord, open_folder, settings_in


@pytest.fixture
def gateway(empty_record: TestRecord, tmp_path: Path) -> Iterator[GatewayProcess]:
    process = GatewayProcess(empty_record, tmp_path / "gateway.log")
    yield process
    process.clear_away(empty_record)


@pytest.fixture
def codes(owner: Connection) -> list[str]:
    venue = factories.venue(owner)
    return [factories.device(owner, venue)[1] for _n in range(20)]


def publish(client: Client, codes: list[str], messages: int, at_the_middle: Callable[[], None], dated: bool) -> None:
    """Messages from all devices in turn; with a time of their own, or as told by the clock of the gateway."""
    start = time.time() - 3600
    for i in range(messages):
        second, device = divmod(i, len(codes))
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start + second))
        body = f'{{"at": "{at}", "value": 0.1}}' if dated else '{"value": 0.1}'
        client.publish(f"anwang/v1/{codes[device]}/smoke", body, qos=1)
        if i == messages // 2:
            at_the_middle()


def settled(owner: Connection, messages: int) -> int:
    """What is on record once nothing more comes."""
    wait_for(lambda: rows(owner, "signals") >= messages, 60)
    time.sleep(0.5)
    assert rows(owner, "dead_letters") == 0
    return rows(owner, "signals")


def test_killed_in_the_middle_every_message_is_on_record_once(
    gateway: GatewayProcess, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    gateway.start()
    wait_for(gateway.listens, 40)

    def kill() -> None:
        wait_for(lambda: rows(owner, "signals") > 100)
        assert gateway.end(signal.SIGKILL) == -signal.SIGKILL
        gateway.start()

    publish(device_client, codes, 3000, kill, dated=True)
    assert settled(owner, 3000) == 3000


def test_asked_to_end_it_finishes_its_batch_and_acknowledges_it(
    gateway: GatewayProcess, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    """Messages without a time of their own would be recorded twice, were they brought again."""
    gateway.start()
    wait_for(gateway.listens, 40)

    def end() -> None:
        wait_for(lambda: rows(owner, "signals") > 100)
        assert gateway.end(signal.SIGTERM) == 0
        gateway.start()

    publish(device_client, codes, 1500, end, dated=False)
    assert settled(owner, 1500) == 1500


def test_what_comes_while_it_is_away_waits_at_the_broker(
    gateway: GatewayProcess, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    gateway.start()
    wait_for(gateway.listens, 40)
    gateway.end(signal.SIGTERM)
    publish(device_client, codes, 400, lambda: None, dated=True)
    say(device_client, f"anwang/v1/{codes[0]}/smoke", b'{"alarm": true}')
    assert rows(owner, "signals") == 0
    gateway.start()
    assert settled(owner, 401) == 401
    assert rows(owner, "alarms") == 1


def test_a_database_that_is_away_is_waited_for(
    empty_record: TestRecord, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    with running(empty_record) as gateway:
        say(device_client, f"anwang/v1/{codes[0]}/smoke", b"{}")
        wait_for(lambda: rows(owner, "signals") == 1)
        with away(empty_record, owner):
            publish(device_client, codes, 300, lambda: None, dated=False)
            time.sleep(1)
            assert rows(owner, "signals") == 1
        assert settled(owner, 301) == 301
        assert gateway.connection.is_listening.is_set()


@contextmanager
def away(record: TestRecord, owner: Connection) -> Iterator[None]:
    """For the application the database is away: its connections end, and it gets no other."""
    engine = create_engine(record.app_url, poolclass=NullPool)
    name = record.app_url.database
    with engine.connect() as application:
        owner.execute(text(f"alter database {name} connection limit 0"))
        with suppress(OperationalError):
            application.execute(
                text(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = current_user"
                    " and datname = current_database() order by pid = pg_backend_pid()"
                )
            )
        application.invalidate()
    try:
        yield
    finally:
        owner.execute(text(f"alter database {name} connection limit -1"))


def test_a_connection_that_breaks_doubles_nothing(
    empty_record: TestRecord, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    """The broker brings again what it saw no acknowledgement of; without a time of its own it would look like news."""
    with running(empty_record) as gateway:

        def hang_up() -> None:
            for _time in range(3):
                wait_for(gateway.connection.is_listening.is_set)
                so_far = rows(owner, "signals")
                wait_for(lambda so_far=so_far: rows(owner, "signals") > so_far)
                link = gateway.connection._client.socket()
                assert link is not None
                link.shutdown(socket.SHUT_RDWR)
                wait_for(lambda: not gateway.connection.is_listening.is_set())

        breaking = threading.Thread(target=hang_up)
        breaking.start()
        messages = 0
        while breaking.is_alive():  # for as long as connections break, however long that takes
            publish(device_client, codes, 500, lambda: None, dated=False)
            messages += 500
            time.sleep(0.4)
        assert messages >= 1000
        assert settled(owner, messages) == messages


def written_down(service: PrivateMosquitto) -> None:
    """What the broker holds now stands in its file: it writes it every five seconds, between two messages."""
    since, file = time.time(), service.folder / "mosquitto.db"
    wait_for(lambda: file.exists() and file.stat().st_mtime > since)


def kill(service: PrivateMosquitto) -> None:
    """As a power cut would: nothing is said to anybody, nothing is written down."""
    assert service.child is not None
    written_down(service)
    service.child.kill()
    service.child.wait(10)
    service.stop()


@pytest.mark.parametrize("end", [PrivateMosquitto.stop, kill])
def test_a_broker_that_starts_anew_loses_and_doubles_nothing(
    empty_record: TestRecord,
    owner: Connection,
    codes: list[str],
    end: Callable[[PrivateMosquitto], None],
) -> None:
    settings = settings_in(open_folder())
    mosquitto, where = PrivateMosquitto(settings), addresses.find(settings)
    mosquitto.start()
    client = broker.connect(where.mqtt_device)
    try:
        with running(empty_record, where.mqtt) as gateway:

            def start_anew() -> None:
                wait_for(lambda: rows(owner, "signals") > 50)
                end(mosquitto)
                wait_for(lambda: not gateway.connection.is_listening.is_set())
                time.sleep(1.5)  # a sign of life may have been on its way
                told = owner.scalar(text("select alive_at from feeds"))
                time.sleep(2.5)
                assert owner.scalar(text("select alive_at from feeds")) == told, "a deaf gateway is not alive"
                mosquitto.start()

            publish(client, codes, 1000, start_anew, dated=True)
            assert settled(owner, 1000) == 1000
            wait_for(gateway.connection.is_listening.is_set)
    finally:
        client.disconnect()
        client.loop_stop()
        mosquitto.stop()


def test_what_the_gateway_has_outlives_the_broker(
    empty_record: TestRecord, owner: Connection, codes: list[str]
) -> None:
    """Killed, the broker forgets what came since it last wrote its sessions down; by then the gateway holds it."""
    settings = settings_in(open_folder())
    mosquitto, where = PrivateMosquitto(settings), addresses.find(settings)
    mosquitto.start()
    client = broker.connect(where.mqtt_device)
    try:
        with running(empty_record, where.mqtt) as gateway:
            say(client, f"anwang/v1/{codes[0]}/smoke", b'{"value": 0.2}')
            wait_for(lambda: rows(owner, "signals") == 1)
            written_down(mosquitto)  # now the broker knows the gateway's session even after a kill
            with away(empty_record, owner):
                publish(client, codes, 500, lambda: None, dated=False)
                wait_for(lambda: gateway.connection.heard >= 501)
                assert mosquitto.child is not None
                mosquitto.child.kill()
                mosquitto.child.wait(10)
                mosquitto.stop()
                mosquitto.start()
                wait_for(gateway.connection.is_listening.is_set)
            assert settled(owner, 501) == 501
    finally:
        client.disconnect()
        client.loop_stop()
        mosquitto.stop()


def test_full_dead_letters_hold_what_is_refused_and_let_alarms_through(
    empty_record: TestRecord, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    """Refused messages wait at the broker until there is room; a gateway that is started anew gets them again."""
    owner.execute(text("update dead_letter_store set bytes = :much"), {"much": 10 << 40})
    name = "gateway-that-has-no-room"
    url = empty_record.addresses.mqtt
    with running(empty_record, name=name, forgotten=False) as gateway:
        for n in range(30):
            say(device_client, f"anwang/v1/{codes[0]}/smoke", b"rubbish %d" % n)
        publish(device_client, codes, 500, lambda: None, dated=True)
        say(device_client, f"anwang/v1/{codes[1]}/smoke", b'{"alarm": true}')
        wait_for(lambda: rows(owner, "alarms") == 1)
        wait_for(lambda: len(gateway.held) == 30)
        wait_for(lambda: rows(owner, "signals") == 501)
        assert rows(owner, "dead_letters") == 0
    with running(empty_record, url, name=name) as gateway:
        wait_for(lambda: len(gateway.held) == 30)
        owner.execute(text("update dead_letter_store set bytes = 0"))
        wait_for(lambda: rows(owner, "dead_letters") == 30, 30)
        wait_for(lambda: len(gateway.held) == 0)
        assert (rows(owner, "alarms"), rows(owner, "signals")) == (1, 501)
    assert owner.scalar(text("select letters from dead_letter_store")) == 30


def test_several_gateways_share_the_load_and_record_each_message_once(
    empty_record: TestRecord, owner: Connection, device_client: Client, codes: list[str]
) -> None:
    with running(empty_record, shared=True) as first, running(empty_record, shared=True) as second:
        publish(device_client, codes, 1000, lambda: None, dated=False)
        assert settled(owner, 1000) == 1000
        first.stop()
        second.stop()
    shares = owner.execute(text("select messages from raw_batches")).scalars().all()
    assert sum(shares) == 1000
