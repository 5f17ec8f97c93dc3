"""A device's own login: it publishes as itself alone, and no more once it is revoked. A real broker, a real gateway."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from sqlalchemy import Connection, text

from db import addresses
from db.addresses import Addresses
from db.commands import alarms, device_credentials
from db.commands.alarms import AlarmSignal
from db.commands.people import Operator
from db.errors import CannotStart, NotFound
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import AlarmKind
from db.services.mosquitto import PrivateMosquitto
from db.settings import Settings
from ingest.simulate import broker
from tests import factories
from tests.ingest.gateways import rows, running, say, wait_for
from tests.plugins.services import TestRecord, open_folder, settings_in


@pytest.fixture(scope="module")
def own() -> Settings:
    return settings_in(open_folder())


@pytest.fixture(scope="module")
def mosquitto(own: Settings) -> Iterator[PrivateMosquitto]:
    service = PrivateMosquitto(own)
    service.start()
    yield service
    service.stop()


@pytest.fixture
def where(own: Settings, mosquitto: PrivateMosquitto) -> Addresses:
    return addresses.find(own)


def anwang(own: Settings, record: TestRecord, *arguments: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | {
        "ANWANG_VAR_DIR": str(own.var_dir),
        "ANWANG_MQTT_PORT": str(own.mqtt_port),
        "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
    }
    command = [sys.executable, "-m", "portal.cli", "devices", *arguments]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)


def logged_in(own: Settings, code: str, password: str) -> Client:
    return broker.connect(f"mqtt://{code}:{password}@127.0.0.1:{own.mqtt_port}")


def is_refused(own: Settings, code: str, password: str) -> bool:
    try:
        logged_in(own, code, password).disconnect()
    except CannotStart:
        return True
    return False


def test_it_publishes_as_itself_alone(
    own: Settings, where: Addresses, empty_record: TestRecord, owner: Connection
) -> None:
    venue = factories.venue(owner)
    (mine, code), (_other, others) = factories.device(owner, venue), factories.device(owner, venue)
    said = anwang(own, empty_record, "issue", code)
    assert said.returncode == 0, said.stderr
    shown, password = said.stdout.split()
    assert shown == code
    client = logged_in(own, code, password)
    try:
        with running(empty_record, where.mqtt):
            say(client, f"anwang/v1/{others}/smoke", b'{"alarm": true}')
            say(client, f"anwang/v1/{code}/smoke", b'{"value": 0.1}')
            wait_for(lambda: rows(owner, "signals") == 1)
        assert owner.scalars(text("select device_id from signals")).all() == [mine]
        assert (rows(owner, "alarms"), rows(owner, "dead_letters")) == (0, 0)
    finally:
        client.disconnect()
        client.loop_stop()
    assert password not in str(owner.execute(text("select * from device_credentials")).all())
    assert owner.scalar(text("select act from audit_log order by id desc limit 1")) == "device login issued"


def test_a_revoked_one_is_not_let_in(
    own: Settings, where: Addresses, empty_record: TestRecord, owner: Connection
) -> None:
    code = factories.device(owner, factories.venue(owner))[1]
    password = anwang(own, empty_record, "issue", code).stdout.split()[1]
    assert is_refused(own, code, "a guess")
    connected = logged_in(own, code, password)
    said = anwang(own, empty_record, "revoke", code)
    assert "1 of 1 devices had a login" in said.stderr
    wait_for(lambda: not connected.is_connected())
    connected.loop_stop()
    assert is_refused(own, code, password)


def test_a_second_issue_voids_the_first(
    own: Settings, where: Addresses, empty_record: TestRecord, owner: Connection, tmp_path: Path
) -> None:
    code = factories.device(owner, factories.venue(owner))[1]
    first = anwang(own, empty_record, "issue", code).stdout.split()[1]
    file = tmp_path / "logins.csv"
    assert anwang(own, empty_record, "issue", code, "--csv", str(file)).stdout == ""
    assert file.stat().st_mode & 0o777 == 0o600
    second = file.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[1]
    wait_for(lambda: is_refused(own, code, first))
    assert not is_refused(own, code, second)


def test_logins_outlive_the_broker(
    own: Settings, mosquitto: PrivateMosquitto, empty_record: TestRecord, owner: Connection
) -> None:
    code = factories.device(owner, factories.venue(owner))[1]
    password = anwang(own, empty_record, "issue", code).stdout.split()[1]
    mosquitto.stop()
    mosquitto.start()
    assert not is_refused(own, code, password)


def test_what_there_is_not_gets_no_login(empty_record: TestRecord, owner: Connection) -> None:
    code = factories.device(owner, factories.venue(owner))[1]
    record = empty_record.record
    with pytest.raises(NotFound, match="There is no device nobody"), record.scoped(EVERYTHING) as session:
        device_credentials.issue(session, [code, "nobody"], Operator(None, "test"), datetime.now(UTC))
    assert rows(owner, "device_credentials") == 0


SILENCE = text(
    """
    insert into alarm_silences (alarm_id, venue_id, county, at, actor_id, actor_name, actor_role, address, condition,
        evidence, carried_by)
    select id, venue_id, county, :at, (select max(id) from people), '值班员', 'venue', '::1', 'value_back', '{}', 'mqtt'
    from alarms where id = :alarm returning id
    """
)


def test_a_silence_reaches_its_own_device_and_none_that_is_too_late(
    own: Settings, where: Addresses, empty_record: TestRecord, owner: Connection
) -> None:
    venue, now = factories.venue(owner), datetime.now(UTC)
    (mine, code), (_other, others) = factories.device(owner, venue), factories.device(owner, venue)
    factories.person(owner)
    issued = anwang(own, empty_record, "issue", code, others)
    passwords = dict(line.split() for line in issued.stdout.splitlines() if len(line.split()) == 2)
    signal = AlarmSignal(venue.id, venue.county, venue.area_id, mine, code, AlarmKind.FIRE, "smoke", 0.4, now)
    with empty_record.record.scoped(EVERYTHING) as session:
        alarm = alarms.raise_alarm(session, signal, now).alarm_id
    owner.execute(text("update alarms set silenced_at = :now where id = :id"), {"id": alarm, "now": now})
    late = owner.scalar(SILENCE, {"alarm": alarm, "at": now - timedelta(minutes=5)})
    heard: dict[str, list[bytes]] = {code: [], others: []}
    clients = {name: logged_in(own, name, passwords[name]) for name in heard}
    try:
        for name, client in clients.items():
            client.on_message = lambda _client, _data, message, name=name: heard[name].append(message.payload)
            client.subscribe(f"anwang/down/{code}/#", qos=1)
        with running(empty_record, where.mqtt):
            wait_for(lambda: owner.scalar(text("select carried_by is null from alarm_silences"), {}) is True)
            assert owner.scalar(text("select silenced_at from alarms where id = :id"), {"id": alarm}) is None
            new = owner.scalar(SILENCE, {"alarm": alarm, "at": datetime.now(UTC)})
            wait_for(lambda: heard[code] != [])
            carried = text("select carried_at is not null from alarm_silences where id = :id")
            wait_for(lambda: owner.scalar(carried, {"id": new}) is True)
    finally:
        for client in clients.values():
            client.disconnect()
            client.loop_stop()
    (said,) = [json.loads(body) for body in heard[code]]
    assert (said["silence"], said["alarm"]) == (new, alarm)
    assert heard[others] == [], "who is another does not read it"
    assert owner.scalar(text("select carried_at from alarm_silences where id = :id"), {"id": late}) is None
    told = "select facts ->> 'carried_by' from alarm_steps where alarm_id = :id and step = 'silence'"
    assert owner.scalar(text(told), {"id": alarm}) == "none"
