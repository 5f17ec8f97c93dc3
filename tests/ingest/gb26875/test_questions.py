"""What the centre asks of devices and tells them: carried, repeated, answered, denied, or met with silence."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from typer.testing import CliRunner

from db.commands import panel_questions
from db.commands.panel_questions import About
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.panel_questions import ACTS, BY_ACT, PanelAct, QuestionState, expired
from db.settings import load
from ingest.cli import app
from ingest.gb26875 import units
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.frames import Command, Frame, FrameReader, Whole, encode
from ingest.gb26875.inquiries import Inquiry
from ingest.gb26875.peer import TRIES, Peer
from ingest.gb26875.recorder import Recorder
from ingest.gb26875.units import LAYOUTS, Item, Unit, Way
from ingest.simulate.gb26875 import TransmissionDevice
from tests import loops
from tests.ingest.gateways import wait_for
from tests.ingest.gb26875.test_server import SOURCE, Door, door, on_the_books, said, serving  # noqa: F401
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
ALL = About(1, 1, 10 | 2 << 16, NOW, 5)


def test_every_flag_of_the_centre_is_an_act() -> None:
    """But for the duty check, which has a life of its own."""
    down = {flag for flag, layout in LAYOUTS.items() if layout.way is Way.DOWN}
    assert {row.flag for row in ACTS} == down - {91}
    assert set(BY_ACT) == set(PanelAct)


@pytest.mark.parametrize("row", ACTS, ids=lambda row: row.act.value)
def test_an_act_becomes_a_unit_of_the_standard(row) -> None:
    item = Item(1, 1, component_address=10 | 2 << 16, count=5, at=NOW)
    inquiry = Inquiry(1, SOURCE, row.act, item)
    unit = inquiry.unit(NOW)
    assert unit.flag == row.flag
    (found,) = units.decode(units.encode(unit)).items
    assert (found.component_address is not None) is row.of_component
    assert (found.system_type is not None) is row.of_system
    assert inquiry.command is (Command.CONTROL if row.is_command else Command.REQUEST)


@contextmanager
def connected(port: int, **how: object) -> Iterator[TransmissionDevice]:
    """A device that stays connected for as long as the block lasts."""
    device = TransmissionDevice("127.0.0.1", port, SOURCE, **how)
    ready, over = threading.Event(), threading.Event()

    async def live() -> None:
        await device.connect()
        await device.say(None)
        ready.set()
        while not over.is_set():
            await asyncio.sleep(0.02)
        await device.close()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    assert ready.wait(20)
    try:
        yield device
    finally:
        over.set()
        thread.join(10)


def ask(record: TestRecord, code: str, act: PanelAct, about: About = ALL) -> int:
    with record.record.scoped(EVERYTHING) as session:
        return panel_questions.ask(session, code, act, about, Operator(None, "tests"), datetime.now(UTC))


def test_all_of_them_over_a_real_connection(door: Door, owner: Connection, empty_record: TestRecord) -> None:  # noqa: F811
    with connected(door.port) as device:
        asked = {ask(empty_record, door.code, act): act for act in PanelAct}
        open_ones = text("select count(*) from panel_questions where state in ('asked', 'sent')")
        wait_for(lambda: owner.scalar(open_ones) == 0, 30)
        heard = [frame for frame in device.heard if frame.command in (Command.CONTROL, Command.REQUEST)]
    rows = {asked[row.id]: row for row in owner.execute(text("select * from panel_questions"))}
    assert {act: row.state for act, row in rows.items()} == {
        act: "confirmed" if BY_ACT[act].is_command else "answered" for act in PanelAct
    }
    assert all(row.asked_at <= row.sent_at <= row.answered_at for row in rows.values())
    told = {act: row.answer["data"]["objects"][0] for act, row in rows.items() if row.state == "answered"}
    assert told[PanelAct.VERSION]["version"] == "2.7"
    assert told[PanelAct.SYSTEM_CONFIGURATION]["text"] == "两回路"
    assert told[PanelAct.COMPONENT_READING]["reading"]["value"] == 21.5
    assert (told[PanelAct.COMPONENT_STATE]["zone"], told[PanelAct.COMPONENT_STATE]["point"]) == (10, 2)
    assert {frame.data[0] for frame in heard} == {row.flag for row in ACTS}
    serials = [frame.serial for frame in heard]
    assert len(serials) == len(set(serials)), "each command has a serial number of its own"
    assert {"temperature", "heartbeat", "panel"} <= {signal for _code, signal, _alarm, _text in said(owner)}


def test_a_fire_in_an_answer_rings(door: Door, owner: Connection, empty_record: TestRecord) -> None:  # noqa: F811
    """Asked for its state, a panel tells of a fire that nobody had heard of."""

    async def burning(device: TransmissionDevice) -> None:
        await device.connect()
        await device.say(None)
        ask(empty_record, door.code, PanelAct.SYSTEM_STATE)
        while not any(frame.command == Command.REQUEST for frame in device.heard):
            await asyncio.sleep(0.02)
        await device.close()

    device = TransmissionDevice("127.0.0.1", door.port, SOURCE, is_burning=True)
    loops.run(burning(device))
    wait_for(lambda: owner.scalar(text("select count(*) from alarms where kind = 'fire'")) == 1)


def test_one_that_is_not_connected(empty_record: TestRecord, owner: Connection) -> None:
    _venue, code = on_the_books(owner)
    with serving(empty_record):
        number = ask(empty_record, code, PanelAct.STATE)
        owner.execute(text("update panel_questions set asked_at = asked_at - interval '1 min'"))
        state = text("select state from panel_questions where id = :id")
        wait_for(lambda: owner.scalar(state, {"id": number}) == "unreachable")


@pytest.mark.parametrize(
    ("state", "asked", "sent", "end"),
    [
        (QuestionState.ASKED, 29, None, None),
        (QuestionState.ASKED, 31, None, QuestionState.UNREACHABLE),
        (QuestionState.SENT, 200, 119, None),
        (QuestionState.SENT, 200, 121, QuestionState.UNANSWERED),
        (QuestionState.ANSWERED, 900, 900, None),
    ],
)
def test_what_comes_to_nothing(state: QuestionState, asked: int, sent: int | None, end: QuestionState | None) -> None:
    """Seconds ago: asked, and sent by a server that has ended since."""
    sent_at = None if sent is None else NOW - timedelta(seconds=sent)
    assert expired(state, NOW - timedelta(seconds=asked), sent_at, NOW) == end


@pytest.mark.parametrize(
    ("act", "about", "sentence"),
    [
        (PanelAct.SYSTEM_STATE, About(), "system-state needs the system"),
        (PanelAct.SYSTEM_STATE, About(1, 256), "needs the system: its type and address, 0 to 255"),
        (PanelAct.COMPONENT_STATE, About(1, 1), "needs the component"),
        (PanelAct.OPERATIONS, About(since=NOW), "how many: 1 to 102"),
        (PanelAct.OPERATIONS, About(since=NOW, records=103), "how many: 1 to 102"),
        (PanelAct.SYSTEM_OPERATIONS, About(1, 1, records=5), "the moment from which"),
    ],
)
def test_what_is_not_named(record_of_module: TestRecord, act: PanelAct, about: About, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        ask(record_of_module, "anything", act, about)


def test_nobody_asks_beyond_their_scope(empty_record: TestRecord, owner: Connection) -> None:
    _venue, code = on_the_books(owner)
    with pytest.raises(NotFound), empty_record.record.scoped(region_scope(360_100)) as session:
        panel_questions.ask(session, code, PanelAct.STATE, About(), Operator(None, "tests"), NOW)


def test_the_command_line(
    door: Door,  # noqa: F811
    owner: Connection,
    empty_record: TestRecord,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANWANG_VAR_DIR", str(empty_record.settings.var_dir))
    monkeypatch.setenv("ANWANG_DATABASE_APP_URL", empty_record.app_url.render_as_string(hide_password=False))
    load.cache_clear()
    run = CliRunner()
    with connected(door.port):
        told = run.invoke(
            app, ["panels", "ask", door.code, "component-state", "--system", "1.1", "--component", "10.2"]
        )
        assert told.exit_code == 0, told.output
        assert "感烟火灾探测器 (40)" in told.stdout
        plain = run.invoke(app, ["panels", "ask", door.code, "clock", "--format", "json"])
        assert json.loads(plain.stdout)["state"] == "answered"
        assert run.invoke(app, ["panels", "ask", door.code, "initialise"], input="n\n").exit_code == 1
        done = run.invoke(app, ["panels", "ask", door.code, "initialise", "--yes"])
        assert (done.exit_code, done.stdout) == (0, "The device has confirmed it.\n")
    wrong = run.invoke(app, ["panels", "ask", door.code, "system-state", "--system", "one"])
    assert str(wrong.exception) == "--system 'one' is not two numbers of 0 to 255 with a point, as 1.1."
    load.cache_clear()
    acts = owner.scalars(text("select act from panel_questions order by id")).all()
    assert acts == ["component-state", "clock", "initialise"]
    assert owner.scalar(text("select count(*) from audit_log where act like 'panel asked: %'")) == 3


def conversation(empty_record: TestRecord, *, answers: dict[int, Command]) -> tuple[list[Frame], Frame | None]:
    """What a peer says to a device, and what it makes of it: `answers` are the tries that are answered, and how."""
    sent: list[Frame] = []

    async def run() -> Frame | None:
        def send(raw: bytes) -> None:
            (event,) = FrameReader().feed(raw)
            assert isinstance(event, Whole)
            sent.append(event.frame)
            command = answers.get(len(sent))
            if command is not None:
                reply = encode(Frame(event.frame.serial, SOURCE, 1, command, b"", NOW))
                asyncio.get_running_loop().call_soon(peer.hear, reply)

        recorder = Recorder(empty_record.record, empty_record.settings, Addresses())
        peer = Peer("test", 1, Addresses(), recorder, send, source=SOURCE, answer_seconds=0.05)
        return await peer.ask(Command.CONTROL, Unit(91, (Item(minutes=10),)))

    return sent, loops.run(run())


@pytest.mark.parametrize(
    ("answers", "tries", "command"),
    [
        ({1: Command.CONFIRM}, 1, Command.CONFIRM),
        ({1: Command.DENY}, 1, Command.DENY),
        ({2: Command.CONFIRM}, 2, Command.CONFIRM),
        ({3: Command.CONFIRM}, 3, Command.CONFIRM),
        ({}, TRIES, None),
    ],
)
def test_a_command_is_repeated_with_its_serial_and_given_up(
    record_of_module: TestRecord, answers: dict[int, Command], tries: int, command: Command | None
) -> None:
    sent, answer = conversation(record_of_module, answers=answers)
    assert len(sent) == tries
    assert len({(frame.serial, frame.data) for frame in sent}) == 1
    assert (answer.command if answer else None) == command


def test_an_answer_to_another_serial_is_none(record_of_module: TestRecord) -> None:
    async def run() -> Frame | None:
        def send(raw: bytes) -> None:
            (event,) = FrameReader().feed(raw)
            assert isinstance(event, Whole)
            wrong = encode(Frame((event.frame.serial + 1) % 65_536, SOURCE, 1, Command.CONFIRM, b"", NOW))
            asyncio.get_running_loop().call_soon(peer.hear, wrong)

        recorder = Recorder(record_of_module.record, record_of_module.settings, Addresses())
        peer = Peer("test", 1, Addresses(), recorder, send, source=SOURCE, answer_seconds=0.02)
        return await peer.ask(Command.CONTROL, Unit(91, (Item(minutes=10),)))

    assert loops.run(run()) is None


def test_silence_of_a_device_is_told(empty_record: TestRecord, owner: Connection) -> None:
    """Three times: the device is there, and says nothing."""
    _venue, code = on_the_books(owner)
    with (
        serving(empty_record, gb26875_answer_seconds=0.2) as (port, _recorder),
        connected(port, is_mute=True) as device,
    ):
        number = ask(empty_record, code, PanelAct.VERSION)
        state = text("select state from panel_questions where id = :id")
        wait_for(lambda: owner.scalar(state, {"id": number}) == "unanswered")
        asked = [frame for frame in device.heard if frame.command == Command.REQUEST]
    assert len(asked) == TRIES
