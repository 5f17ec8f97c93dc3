"""A device pointed at the running doors: it is answered and examined, and the record stays clean."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import bench, device_credentials
from db.commands.bench import Opened
from db.errors import InvalidInput, NotFound, WrongState
from db.queries import bench as bench_queries
from db.rules.access_scope import EVERYTHING, NOTHING, venues_scope
from db.rules.conformance import MOST_FRAMES, Overall, Protocol
from db.services.mosquitto import PrivateMosquitto
from ingest.gb26875.dialects import DIALECTS, STANDARD, Dialect
from ingest.gb26875.frames import Command, Frame, FrameReader, encode
from ingest.gb26875.units import Item, Unit
from ingest.gb26875.units import encode as unit_of
from ingest.simulate import broker
from ingest.tasks.conformance import examine_one
from tests import factories, loops
from tests.ingest.gateways import rows, running, say, wait_for
from tests.ingest.gb26875.test_server import serving
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

RECORD = ("signals", "alarms", "dead_letters", "raw_batches", "inbox", "device_latest")
FIRE = Unit(2, (Item(1, 1, 40, 0x0002000A, state=3, text="三楼走廊", at=datetime.now(UTC)),))


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("truncate dead_letters, signals, alarms cascade"))
        yield connection
    engine.dispose()


@pytest.fixture
def person(owner: Connection) -> int:
    return factories.person(owner)


def opened(record: TestRecord, person: int, protocol: Protocol, source: int | None = None) -> Opened:
    with record.record.scoped(NOTHING) as session:
        return bench.open_door(session, person, protocol, "海康 X1", 10, source, datetime.now(UTC))


def looked_at(record: TestRecord, person: int, trial: int) -> bench_queries.Trial:
    """The trial as its person sees it, once a worker has had its turn."""
    while examine_one(record.record, record.settings, datetime.now(UTC)):
        pass
    with record.record.scoped(NOTHING) as session:
        return bench_queries.trial(session, person, trial)


def nothing_on_record(owner: Connection) -> bool:
    return all(rows(owner, table) == 0 for table in RECORD)


def test_messages_of_a_trial_are_examined_and_are_no_signals(
    record: TestRecord, owner: Connection, person: int
) -> None:
    trial = opened(record, person, Protocol.MQTT)
    client = broker.connect(record.addresses.mqtt_device)
    with running(record):
        say(client, f"anwang/v1/{trial.key}/smoke", b'{"alarm": true, "at": "2020-01-01T00:00:00Z"}')
        say(client, f"anwang/v1/{trial.key}/smoke", b'{"value": 0.1}')
        say(client, f"anwang/v1/{trial.key}/nonsense", b"\x00\xff")
        wait_for(lambda: rows(owner, "bench_frames") >= 3)
    client.disconnect()
    client.loop_stop()
    found = looked_at(record, person, trial.id)
    assert found.report is not None
    assert (found.report["overall"], found.report["total"], found.frames) == (Overall.FAILS, 3, 3)
    assert {each["rule"] for each in found.report["rules"] if each["outcome"] == "fail"} == {"at", "signal"}
    assert nothing_on_record(owner)


def test_after_its_end_a_trial_is_an_unknown_device_like_any_other(
    record: TestRecord, owner: Connection, person: int
) -> None:
    trial = opened(record, person, Protocol.MQTT)
    with record.record.scoped(NOTHING) as session:
        bench.close_door(session, person, trial.id, datetime.now(UTC))
    client = broker.connect(record.addresses.mqtt_device)
    with running(record):
        say(client, f"anwang/v1/{trial.key}/smoke", b'{"alarm": true}')
        wait_for(lambda: rows(owner, "dead_letters") == 1)
    client.disconnect()
    client.loop_stop()
    assert rows(owner, "alarms") == 0
    assert looked_at(record, person, trial.id).state == "done"


def test_the_throw_away_login_publishes_as_the_trial_alone_and_ends_with_it(
    record: TestRecord, owner: Connection, person: int
) -> None:
    trial = opened(record, person, Protocol.MQTT)
    assert trial.password is not None

    def let_in() -> None:
        with record.record.scoped(EVERYTHING) as session:
            PrivateMosquitto(record.settings).let_in(device_credentials.password_lines(session))

    def is_let_in() -> bool:
        heard: list[bool] = []
        client = Client(CallbackAPIVersion.VERSION2)
        client.username_pw_set(trial.key, trial.password)
        client.on_connect = lambda _c, _d, _f, reason, _p: heard.append(not reason.is_failure)
        client.connect("127.0.0.1", record.settings.mqtt_port)
        client.loop_start()
        wait_for(lambda: bool(heard))
        client.disconnect()
        client.loop_stop()
        return heard[0]

    assert not is_let_in()
    let_in()
    wait_for(is_let_in)
    with record.record.scoped(NOTHING) as session:
        bench.close_door(session, person, trial.id, datetime.now(UTC))
    let_in()
    wait_for(lambda: not is_let_in())


def frame(trial: Opened, serial: int, unit: Unit | None = FIRE, dialect: Dialect = STANDARD) -> bytes:
    data = unit_of(unit, dialect) if unit else b""
    assert trial.source is not None
    return encode(Frame(serial, trial.source, 1, Command.SEND, data, datetime.now(UTC)), dialect)


async def conversation(port: int, said: list[bytes], dialect: Dialect, answers: int) -> list[Frame]:
    """What the centre answers to these bytes; a device that answers its commands."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard: list[Frame] = []
    frames = FrameReader(dialect)
    for chunk in said:
        writer.write(chunk)
        await writer.drain()
    while sum(each.command in (Command.CONFIRM, Command.DENY) for each in heard) < answers:
        for event in frames.feed(await asyncio.wait_for(reader.read(4096), 15)):
            assert event.frame is not None
            heard.append(event.frame)
            if event.frame.command == Command.CONTROL:
                confirm = Frame(event.frame.serial, event.frame.destination, 1, Command.CONFIRM, b"", datetime.now(UTC))
                writer.write(encode(confirm, dialect))
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    return heard


def test_a_panel_on_the_bench_is_answered_and_rings_nowhere(record: TestRecord, owner: Connection, person: int) -> None:
    trial = opened(record, person, Protocol.GB26875)
    with serving(record) as (port, recorder):
        wait_for(lambda: recorder.addresses.on_bench(trial.source or 0) is not None)
        said = [frame(trial, 1), frame(trial, 2, None), frame(trial, 3)[:-2] + b"\x35\x35", frame(trial, 4)]
        heard = loops.run(conversation(port, said, STANDARD, answers=3))
        wait_for(lambda: rows(owner, f"bench_frames where trial_id = {trial.id} and not is_ours") >= 5)
    assert [each.serial for each in heard if each.command == Command.CONFIRM] == [1, 2, 4]
    report = looked_at(record, person, trial.id).report
    assert report is not None
    outcomes = {each["rule"]: each["outcome"] for each in report["rules"]}
    assert (outcomes["end"], outcomes["confirm"], outcomes["checksum"]) == ("fail", "pass", "pass")
    assert any(each["is_ours"] for each in report["frames"])
    assert nothing_on_record(owner)


def test_a_dialect_is_recognised_and_spoken_from_then_on(record: TestRecord, owner: Connection, person: int) -> None:
    trial, xor = opened(record, person, Protocol.GB26875), DIALECTS["xor"]
    with serving(record) as (port, recorder):
        wait_for(lambda: recorder.addresses.on_bench(trial.source or 0) is not None)
        loops.run(conversation(port, [frame(trial, 1, dialect=xor)], xor, answers=0))
        wait_for(lambda: rows(owner, f"bench_frames where trial_id = {trial.id}") >= 1)
        found = looked_at(record, person, trial.id)
        assert (found.dialect, found.report and found.report["overall"]) == ("xor", Overall.DIALECT)
        wait_for(lambda: recorder.addresses.on_bench(trial.source or 0).dialect is xor)  # type: ignore[union-attr]
        heard = loops.run(conversation(port, [frame(trial, 2, dialect=xor)], xor, answers=1))
    assert [each.command for each in heard if each.serial == 2] == [Command.CONFIRM]
    assert nothing_on_record(owner)


def test_a_source_address_of_a_device_cannot_be_tried(record: TestRecord, owner: Connection, person: int) -> None:
    venue = factories.venue(owner, 361_102)
    device, _code = factories.device(owner, venue, "user_transmission_device")
    owner.execute(
        text("insert into device_addresses values ('gb26875', '4711', :d, :v, :c, null)"),
        {"d": device, "v": venue.id, "c": venue.county},
    )
    for source, kind in ((4711, WrongState), (0, InvalidInput), (1 << 48, InvalidInput)):
        with pytest.raises(kind):
            opened(record, person, Protocol.GB26875, source)
    first = opened(record, person, Protocol.GB26875, 4712)
    assert first.source == 4712
    with pytest.raises(WrongState):
        opened(record, person, Protocol.GB26875, 4712)


def test_trials_are_their_persons_own(record: TestRecord, owner: Connection, person: int) -> None:
    other = factories.person(owner)
    trial = opened(record, person, Protocol.MQTT)
    with record.record.scoped(venues_scope((1,))) as session:
        assert session.scalar(text("select count(*) from bench_trials")) == 0
        with pytest.raises(NotFound):
            bench_queries.trial(session, other, trial.id)
        with pytest.raises(NotFound):
            bench.close_door(session, other, trial.id, datetime.now(UTC))
        assert [each.id for each in bench_queries.mine(session, person)] == [trial.id]


def test_limits_hold(record: TestRecord, owner: Connection, person: int) -> None:
    for _n in range(bench.MOST_OPEN):
        trial = opened(record, person, Protocol.MQTT)
    with pytest.raises(WrongState):
        opened(record, person, Protocol.MQTT)
    with record.record.scoped(NOTHING) as session, pytest.raises(InvalidInput):
        bench.give(session, person, Protocol.MQTT, "", b"x" * ((1 << 20) + 1), datetime.now(UTC))
    now = datetime.now(UTC)
    one = bench.Caught(trial.key, now, "t", b"x")
    with record.record.scoped(EVERYTHING) as session:
        assert bench.keep(session, [one] * MOST_FRAMES, now) == {trial.key}
        assert bench.keep(session, [one], now) == set()
        assert bench.keep(session, [bench.Caught("bench-" + "a" * 16, now, "t", b"x")], now) == set()
        assert bench.forget(session, now + timedelta(seconds=1)) >= bench.MOST_OPEN
    assert rows(owner, "bench_frames") == 0


def test_a_decoder_that_fails_holds_up_nobody(
    record: TestRecord,
    owner: Connection,
    person: int,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with record.record.scoped(NOTHING) as session:
        bad = bench.give(session, person, Protocol.GB26875, "", b"40 40", datetime.now(UTC))
        good = bench.give(session, person, Protocol.MQTT, "", b"anwang/v1/a1/smoke {}", datetime.now(UTC))

    def broken(*_args: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("ingest.conformance.gb26875.examine", broken)
    assert looked_at(record, person, bad).state == "failed"
    assert looked_at(record, person, good).state == "done"
