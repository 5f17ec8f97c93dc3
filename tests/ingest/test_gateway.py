"""The gateway between a real broker and a real database."""

import time
from datetime import UTC, datetime, timedelta

from paho.mqtt.client import Client
from sqlalchemy import Connection, text

from db.commands import binding
from db.commands.binding import Placing, Seen
from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from ingest.known_devices import LOOK_SECONDS
from tests import factories
from tests.ingest.gateways import rows, running, say, wait_for
from tests.plugins.services import TestRecord


def test_a_message_becomes_a_signal_and_an_alarm(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    device_id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": true, "value": 0.42, "battery_pct": 77}')
        wait_for(lambda: rows(owner, "alarms") == 1)
    assert owner.execute(text("select device_id, signal, value, alarm from signals")).one() == (
        *(device_id, "smoke", 0.42, True),
    )
    assert owner.execute(text("select kind, level, state, signal_count from alarms")).one() == ("fire", 1, "raised", 1)
    assert owner.execute(text("select signal, value, battery_pct from device_latest")).one() == ("smoke", 0.42, 77)


def test_it_counts_what_it_takes_and_refuses(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record):
        for body in (b"{}", b'{"value": 0.1}', b"[", b'{"alarm": 7}', b"{}"):
            say(device_client, f"anwang/v1/{code}/smoke", body)
        wait_for(lambda: owner.execute(text("select accepted, refused from feeds")).one_or_none() == (3, 2))


def test_what_cannot_be_taken_is_kept_aside_and_stops_nobody(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": tru')
        say(device_client, f"anwang/v1/{code}/smoke", b"\x00\xff" * 20_000)
        say(device_client, "anwang/v1/nobody/smoke", b"{}")
        say(device_client, "anwang/v1/中/smoke", b"{}")
        say(device_client, f"anwang/v1/{code}/heartbeat", b"{}")
        wait_for(lambda: rows(owner, "signals") == 1 and rows(owner, "dead_letters") == 4)
    kept = owner.execute(text("select peer, reason, length(payload) from dead_letters order by id")).all()
    assert "not JSON" in kept[0].reason
    assert "longer than" in kept[1].reason
    assert kept[1].length == 16 * 1024
    assert kept[2].peer == "anwang/v1/nobody/smoke"
    assert "There is no device 'nobody'" in kept[2].reason
    assert "The topic is not" in kept[3].reason
    assert rows(owner, "alarms") == 0


def test_a_device_may_speak_at_any_quality_of_service(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    with running(empty_record) as gateway:
        for qos in (0, 1, 2, 0, 1):
            say(device_client, f"anwang/v1/{code}/smoke", b'{"value": 0.1}', qos=qos)
        wait_for(lambda: rows(owner, "signals") == 5)
        assert gateway.connection.is_listening.is_set(), "nothing was acknowledged that need not be"


def test_a_retained_message_is_news_once(empty_record: TestRecord, owner: Connection, device_client: Client) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    topic = f"anwang/v1/{code}/smoke"
    with running(empty_record):
        say(device_client, topic, b'{"value": 0.1}', retain=True)
        wait_for(lambda: rows(owner, "signals") == 1)
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/heartbeat", b"{}")
        wait_for(lambda: rows(owner, "signals") == 2)
    say(device_client, topic, b"", retain=True)
    assert owner.scalar(text("select count(*) from signals where signal = 'smoke'")) == 1


def test_a_test_is_recorded_and_does_not_ring(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    at = datetime.now(UTC).replace(microsecond=0).isoformat()
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/smoke", f'{{"at": "{at}", "alarm": true, "test": true}}'.encode())
        wait_for(lambda: rows(owner, "signals") == 1)
        assert rows(owner, "alarms") == 0
        say(device_client, f"anwang/v1/{code}/smoke", f'{{"at": "{at}", "alarm": true}}'.encode())
        wait_for(lambda: rows(owner, "alarms") == 1)
    assert owner.scalars(text("select text from signals order by observed_at")).all() == ["test", None]


def test_latest_only_moves_forward(empty_record: TestRecord, owner: Connection, device_client: Client) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    late = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/smoke", b'{"value": 0.5, "battery_pct": 60}')
        wait_for(lambda: rows(owner, "signals") == 1)
        body = f'{{"at": "{late}", "value": 0.1, "battery_pct": 90, "rssi_dbm": -80}}'
        say(device_client, f"anwang/v1/{code}/smoke", body.encode())
        wait_for(lambda: rows(owner, "signals") == 2)
    latest = owner.execute(text("select value, battery_pct, rssi_dbm from device_latest")).one()
    assert latest == (0.5, 60, -80)


def test_a_device_that_comes_into_use_is_heard(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    venue = factories.venue(owner)
    with running(empty_record) as gateway:
        say(device_client, "anwang/v1/new-one/smoke", b"{}")
        wait_for(lambda: rows(owner, "dead_letters") == 1)
        device_id, _code = factories.device(owner, venue)
        owner.execute(text("update devices set code = 'new-one' where id = :id"), {"id": device_id})
        gateway.writer.devices.forget()  # what ten seconds do
        say(device_client, "anwang/v1/new-one/smoke", b"{}")
        wait_for(lambda: rows(owner, "signals") == 1)


def test_a_message_that_the_record_refuses_stops_nobody(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    venue = factories.venue(owner)
    good, bad = (factories.device(owner, venue)[1] for _n in range(2))
    owner.execute(text("alter table signals add constraint odd check (value is distinct from 6.66)"))
    with running(empty_record):
        for n in range(20):
            device_client.publish(f"anwang/v1/{good}/smoke", f'{{"value": {n / 100}}}', qos=1)
            if n == 11:
                device_client.publish(f"anwang/v1/{bad}/smoke", b'{"value": 6.66}', qos=1)
        wait_for(lambda: rows(owner, "signals") == 20 and rows(owner, "dead_letters") == 1)
    assert "violates check constraint" in str(owner.scalar(text("select reason from dead_letters")))


def test_a_device_that_is_bound_elsewhere_rings_there_within_a_second(
    empty_record: TestRecord, owner: Connection, device_client: Client
) -> None:
    old, new = factories.venue(owner), factories.venue(owner, 361_102)
    _device, code = factories.device(owner, old)
    with running(empty_record):
        say(device_client, f"anwang/v1/{code}/heartbeat", b"")
        wait_for(lambda: rows(owner, "signals") == 1)
        with empty_record.record.scoped(EVERYTHING) as session:
            seen, there = Seen(old.id, old.area_id), Placing(new.id, new.area_id)
            binding.move(session, code, seen, there, Operator(None, "test"))
        time.sleep(LOOK_SECONDS)
        say(device_client, f"anwang/v1/{code}/smoke", b'{"alarm": true}')
        wait_for(lambda: rows(owner, "alarms") == 1)
    assert owner.scalar(text("select venue_id from alarms")) == new.id
    assert owner.scalar(text("select venue_id from signals where signal = 'smoke'")) == new.id
