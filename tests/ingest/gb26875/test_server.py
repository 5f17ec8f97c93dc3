"""The door for transmission devices over real sockets, with a real database behind it."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands import duty_checks
from db.commands.people import Operator
from db.errors import NotFound, WrongState
from db.rules.access_scope import EVERYTHING
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.dialects import DIALECTS
from ingest.gb26875.frames import Command, Frame, FrameReader, Whole, encode
from ingest.gb26875.recorder import Job, Recorder
from ingest.gb26875.server import Server
from ingest.gb26875.units import Item, Unit
from ingest.messages import Received
from ingest.simulate.crowd import crowd
from ingest.simulate.gb26875 import TransmissionDevice, smoke
from tests import factories, loops
from tests.ingest.gateways import rows, wait_for
from tests.ingest.gb26875.vectors import SMOKE_FIRE
from tests.ingest.test_gateway_failures import away
from tests.plugins.services import TestRecord, free_port

SOURCE = 0x379


@dataclass
class Door:
    """A running server and the venue whose device speaks to it."""

    port: int
    recorder: Recorder
    venue: factories.MadeVenue
    code: str

    def device(self, source: int = SOURCE, **how: object) -> TransmissionDevice:
        return TransmissionDevice("127.0.0.1", self.port, source, **how)


@contextmanager
def serving(record: TestRecord, **settings: object) -> Iterator[tuple[int, Recorder]]:
    """A server in a thread of its own."""
    port = free_port()
    chosen = record.settings.model_copy(update={"gb26875_port": port, **settings})
    known = Addresses()
    recorder = Recorder(record.record, chosen, known)
    loop, ready, started = asyncio.new_event_loop(), threading.Event(), []

    def run() -> None:
        async def serve() -> None:
            stopping, is_ready = asyncio.Event(), asyncio.Event()
            started.append(stopping)
            serving = asyncio.create_task(Server(chosen, recorder, known).serve(stopping, is_ready))
            await is_ready.wait()
            ready.set()
            await serving

        loop.run_until_complete(serve())

    thread = threading.Thread(target=run)
    recorder.start()
    thread.start()
    try:
        assert ready.wait(10)
        wait_for(lambda: known.are_known)
        yield port, recorder
    finally:
        loop.call_soon_threadsafe(started[0].set)
        thread.join(10)
        recorder.stop()
        loop.close()


def on_the_books(
    owner: Connection, source: int = SOURCE, dialect: str | None = None
) -> tuple[factories.MadeVenue, str]:
    """A venue with a transmission device at this address."""
    venue = factories.venue(owner)
    device_id, code = factories.device(owner, venue, "user_transmission_device")
    address(owner, venue, device_id, str(source), dialect)
    return venue, code


def address(owner: Connection, venue: factories.MadeVenue, device_id: int, at: str, dialect: str | None = None) -> None:
    owner.execute(
        text("insert into device_addresses values ('gb26875', :address, :device, :venue, :county, :dialect)"),
        {"address": at, "device": device_id, "venue": venue.id, "county": venue.county, "dialect": dialect},
    )


@pytest.fixture
def door(empty_record: TestRecord, owner: Connection) -> Iterator[Door]:
    venue, code = on_the_books(owner)
    with serving(empty_record) as (port, recorder):
        yield Door(port, recorder, venue, code)


def talk(device: TransmissionDevice, act: Callable[[TransmissionDevice], Awaitable[object]]) -> object:
    async def conversation() -> object:
        await device.connect()
        try:
            return await act(device)
        finally:
            await device.close()

    return loops.run(conversation())


def said(owner: Connection) -> list[tuple[object, ...]]:
    found = owner.execute(
        text(
            "select d.code, s.signal, s.alarm, s.text from signals s join devices d on d.id = s.device_id"
            " order by s.observed_at, s.signal"
        )
    )
    return [tuple(row) for row in found]


def test_a_fire_is_confirmed_once_it_is_on_record(door: Door, owner: Connection) -> None:
    """The component is not on the books: its device speaks for it, in words."""

    async def fire(device: TransmissionDevice) -> None:
        answer = await device.say(smoke(10, 2, "一层走廊"))
        assert (answer.command, answer.destination) == (Command.CONFIRM, SOURCE)
        assert rows(owner, "signals") == 1

    talk(door.device(), fire)
    assert said(owner) == [(door.code, "smoke", True, "感烟火灾探测器 10 区 2 号：测试、火警：一层走廊")]
    assert owner.execute(text("select kind, state from alarms")).all() == [("fire", "raised")]
    assert rows(owner, "raw_batches") == 1


def test_a_component_on_the_books_speaks_for_itself(empty_record: TestRecord, owner: Connection) -> None:
    venue, _code = on_the_books(owner)
    detector, code = factories.device(owner, venue)
    address(owner, venue, detector, f"{SOURCE}/1.1/40.10.2")
    with serving(empty_record) as (port, _recorder):
        talk(TransmissionDevice("127.0.0.1", port, SOURCE), lambda device: device.say(smoke(10, 2)))
    assert said(owner) == [(code, "smoke", True, "测试、火警")]


def test_heartbeats_readings_and_the_clock(door: Door, owner: Connection) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    readings = Unit(3, (Item(1, 1, 31, 7, analogue_type=3, value=215, at=at),))

    async def speak(device: TransmissionDevice) -> None:
        heartbeat = await device.say(None)
        assert (heartbeat.command, heartbeat.data) == (Command.CONFIRM, b"")
        assert (await device.say(readings)).command == Command.CONFIRM
        while not any(frame.data[:1] == b"\x5a" for frame in device.heard):
            await asyncio.sleep(0.02)

    talk(door.device(), speak)
    assert {signal for _code, signal, _alarm, _text in said(owner)} == {"heartbeat", "temperature"}
    assert owner.scalar(text("select value from signals where signal = 'temperature'")) == 21.5


def test_what_comes_twice_is_on_record_once(door: Door, owner: Connection) -> None:
    unit = smoke(1, 1)

    async def twice(device: TransmissionDevice) -> None:
        for _time in range(2):
            assert (await device.say(unit)).command == Command.CONFIRM

    talk(door.device(), twice)
    assert rows(owner, "signals") == 1


def test_what_cannot_be_read_is_denied_and_kept(door: Door, owner: Connection) -> None:
    bad_sum = bytearray(SMOKE_FIRE)
    bad_sum[-3] ^= 1

    async def speak(device: TransmissionDevice) -> None:
        device.pour(bytes(bad_sum))
        device.pour(b"\x00rubbish")
        device.pour(encode(Frame(7, SOURCE, 1, Command.SEND, b"\x02\x01\x01")))
        device.pour(encode(Frame(8, SOURCE, 1, Command.REQUEST, b"\x5b\x01\x0a")))
        while len(device.heard) < 3 or {frame.command for frame in device.heard} != {Command.DENY, Command.CONTROL}:
            await asyncio.sleep(0.02)
        assert (await device.say(smoke(3, 4))).command == Command.CONFIRM

    talk(door.device(), speak)
    wait_for(lambda: rows(owner, "dead_letters") == 4)
    reasons = owner.execute(text("select reason from dead_letters order by id")).scalars().all()
    assert [reason.split(" ")[1] for reason in reasons] == ["checksum", "frame", "data", "device"]
    kept = owner.execute(text("select payload from dead_letters order by id limit 1")).scalar_one()
    assert bytes(kept) == bytes(bad_sum)


def test_an_unknown_device_is_denied_until_it_is_on_the_books(door: Door, owner: Connection) -> None:
    async def speak(device: TransmissionDevice) -> None:
        assert (await device.say(smoke(1, 1))).command == Command.DENY
        on_the_books(owner, 4711)
        for _try in range(100):
            if (await device.say(smoke(1, 1))).command == Command.CONFIRM:
                return
            await asyncio.sleep(0.2)
        raise AssertionError("it stays unknown")

    talk(door.device(4711), speak)
    assert rows(owner, "alarms") == 1


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "standard"])
def test_a_vendors_dialect_is_known_by_its_device(empty_record: TestRecord, owner: Connection, name: str) -> None:
    on_the_books(owner, dialect=name)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
    with serving(empty_record) as (port, _recorder):
        device = TransmissionDevice("127.0.0.1", port, SOURCE, dialect=DIALECTS[name])
        answer = talk(device, lambda device: device.say(smoke(1, 1, at=at)))
    assert isinstance(answer, Frame)
    assert answer.command == Command.CONFIRM
    assert owner.scalar(text("select observed_at from signals")) == at


def test_datagrams_are_answered_where_they_come_from(door: Door, owner: Connection) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.settimeout(10)
        plain.sendto(SMOKE_FIRE, ("127.0.0.1", door.port))
        commands = []
        while Command.CONFIRM not in commands:
            for event in FrameReader().feed(plain.recv(2048)):
                assert isinstance(event, Whole)
                commands.append(event.frame.command)
    assert rows(owner, "signals") == 1
    assert owner.scalar(text("select is_late from signals"))  # a sample of 2012
    raised = owner.execute(text("select raised_at from alarms")).scalar_one()
    assert datetime.now(UTC) - raised < timedelta(minutes=5)  # a wrong clock, a real fire


def test_without_a_database_nothing_is_confirmed_and_nothing_is_lost(
    door: Door, owner: Connection, empty_record: TestRecord
) -> None:
    units = [smoke(1, n, at=datetime.now(UTC).replace(microsecond=0)) for n in range(1, 40)]

    async def speak(device: TransmissionDevice) -> None:
        assert (await device.say(None)).command == Command.CONFIRM
        with away(empty_record, owner):
            for unit in units[:20]:
                with pytest.raises(TimeoutError):
                    await device.say(unit, seconds=0.05)
        for unit in units:
            assert (await device.say(unit, seconds=20)).command == Command.CONFIRM

    talk(door.device(), speak)
    assert owner.scalar(text("select count(*) from signals where signal = 'smoke'")) == len(units)


def test_the_watch_answers_a_duty_check(door: Door, owner: Connection, empty_record: TestRecord) -> None:
    async def stand_by(device: TransmissionDevice) -> None:
        await device.say(None)
        with empty_record.record.scoped(EVERYTHING) as session:
            duty_checks.ask(session, door.venue.id, Operator(None, "tests"), datetime.now(UTC), minutes=5)
        with pytest.raises(WrongState), empty_record.record.scoped(EVERYTHING) as session:
            duty_checks.ask(session, door.venue.id, Operator(None, "tests"), datetime.now(UTC))
        for _try in range(600):
            if owner.scalar(text("select state = 'answered' and confirmed_at is not null from duty_checks")):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(owner.execute(text("select * from duty_checks")).all())

    talk(door.device(watch=17), stand_by)
    check = owner.execute(text("select * from duty_checks")).one()
    assert check.asked_at <= check.sent_at <= check.confirmed_at
    assert check.sent_at <= check.answered_at
    assert check.operator_number == 17
    assert (door.code, "duty_check", None, "查岗应答（操作员 17）") in said(owner)


def test_an_answer_that_is_recorded_beside_its_question_counts(owner: Connection, empty_record: TestRecord) -> None:
    """While the database is away, or with a quick watch, both wait for the same commit."""
    venue, _code = on_the_books(owner)
    recorder = Recorder(empty_record.record, empty_record.settings, Addresses())
    with empty_record.record.scoped(EVERYTHING) as session:
        check = duty_checks.ask(session, venue.id, Operator(None, "tests"), datetime.now(UTC))
    asked = owner.execute(text("select device_id, asked_at from duty_checks")).one()
    frame = Received("gb26875", "tests", b"", datetime.now(UTC))
    recorder.note(lambda session: duty_checks.sent(session, check, datetime.now(UTC)))
    recorder.note(lambda session: session.execute(text("select cast(:told as jsonb)"), {"told": '"\\u0000"'}))
    recorder.put(Job(frame, (), device_id=asked.device_id, duty_answers=(17,)))
    recorder.note(lambda session: duty_checks.confirmed(session, check, datetime.now(UTC)))
    recorder.start()
    recorder.stop()
    found = owner.execute(text("select state, operator_number, confirmed_at from duty_checks")).one()
    assert (found.state, found.operator_number) == ("answered", 17)
    assert found.confirmed_at is not None


def test_a_watch_that_does_not_answer_rings(door: Door, owner: Connection, empty_record: TestRecord) -> None:
    async def stand_by(device: TransmissionDevice) -> None:
        await device.say(None)
        with empty_record.record.scoped(EVERYTHING) as session:
            duty_checks.ask(session, door.venue.id, Operator(None, "tests"), datetime.now(UTC), minutes=1)
        for _try in range(200):
            if owner.scalar(text("select state from duty_checks")) == "confirmed":
                break
            await asyncio.sleep(0.05)
        owner.execute(
            text("update duty_checks set asked_at = asked_at - interval '2 min', sent_at = sent_at - interval '2 min'")
        )
        for _try in range(200):
            if owner.scalar(text("select state from duty_checks")) == "unanswered":
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it never ended")

    talk(door.device(), stand_by)
    assert owner.execute(text("select kind, level from alarms")).all() == [("duty_unanswered", 3)]


def test_who_cannot_be_asked(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    factories.device(owner, venue)
    with pytest.raises(NotFound), empty_record.record.scoped(EVERYTHING) as session:
        duty_checks.ask(session, venue.id, Operator(None, "tests"), datetime.now(UTC))


@pytest.mark.parametrize(
    ("peers", "hostiles", "seconds"), [(150, 20, 3.0), pytest.param(900, 100, 8.0, marks=pytest.mark.broad)]
)
def test_hostile_peers_hold_up_nobody_else(
    empty_record: TestRecord, owner: Connection, peers: int, hostiles: int, seconds: float
) -> None:
    """All are confirmed; how soon is printed, and `anwang bench doors` measures it."""
    sources = list(range(1, peers + 1))
    for source in sources:
        on_the_books(owner, source)
    with serving(empty_record) as (port, recorder):
        done = loops.run(crowd("127.0.0.1", port, sources, hostiles, seconds))
        assert len(recorder) < 10_000
    assert (done.peers_at_once, done.hostile_at_once) == (peers, hostiles)
    assert done.confirmed == set(sources)
    taken = sorted(done.confirm_seconds)
    print(f"{len(taken)} confirmations, p99 {taken[int(0.99 * len(taken))]:.3f} s, longest {taken[-1]:.3f} s")
    assert owner.scalar(text("select count(distinct device_id) from signals where signal = 'heartbeat'")) == peers
