"""Kept bytes decoded again: a corrected dictionary corrects history, a fix takes in what was refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text
from typer.testing import CliRunner

from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.rules.signal_kinds import SignalKind
from db.session import Record
from ingest import doors, raw
from ingest.accept import Arrival, accept
from ingest.cli import app
from ingest.doors import DOORS
from ingest.gb26875 import decoding, units
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.dialects import DIALECTS
from ingest.gb26875.frames import Command, Frame, encode
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt import payload
from ingest.replay import Span, replay_accepted, replay_refused
from ingest.simulate.gb26875 import smoke
from tests import factories
from tests.ingest.gateways import rows
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC)
HOUR = Span(NOW - timedelta(hours=1), NOW + timedelta(minutes=1))
WHO = Operator(None, "tests")


def come(record: TestRecord, *messages: tuple[str, bytes]) -> None:
    """Topics and payloads, a moment apart."""
    received = [
        Received("mqtt", topic, body, NOW - timedelta(minutes=5) + timedelta(seconds=n))
        for n, (topic, body) in enumerate(messages)
    ]
    arrivals = [Arrival(each, payload.decode(each.peer, each.payload, each.received_at)) for each in received]
    with record.record.scoped(EVERYTHING) as session:
        accept(session, arrivals, KnownDevices(), NOW)


@pytest.fixture
def code(owner: Connection) -> str:
    return factories.device(owner, factories.venue(owner))[1]


@pytest.fixture
def as_owner(empty_record: TestRecord) -> Record:
    return Record(empty_record.owner_url, pool_size=2, application_name="tests")


def signals(owner: Connection) -> list[tuple[object, ...]]:
    found = owner.execute(text("select signal, value, alarm from signals order by observed_at"))
    return [tuple(row) for row in found]


def tenths(received: Received) -> Sequence[DeviceMessage | Refused]:
    """A dictionary that has learnt that temperatures come in tenths, and that smoke of this make is gas."""
    (said,) = doors._mqtt(received)
    if isinstance(said, DeviceMessage) and said.signal is SignalKind.TEMPERATURE and said.value is not None:
        return [replace(said, value=said.value / 10)]
    if isinstance(said, DeviceMessage) and said.signal is SignalKind.SMOKE:
        return [replace(said, signal=SignalKind.GAS)]
    return [said]


def test_history_is_corrected_and_nothing_rings(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = f"anwang/v1/{code}"
    come(
        empty_record,
        (f"{topic}/temperature", b'{"value": 215}'),
        (f"{topic}/smoke", b'{"value": 9}'),
        (f"{topic}/energy", b'{"value": 12}'),
    )
    assert signals(owner) == [("temperature", 215, None), ("smoke", 9, None), ("energy", 12, None)]
    same = replay_accepted(as_owner, HOUR, WHO)
    assert (same.messages, same.unchanged, same.corrected, same.added) == (3, 3, 0, 0)
    monkeypatch.setitem(doors.DECODERS, "mqtt", tenths)
    done = replay_accepted(as_owner, HOUR, WHO)
    assert (done.messages, done.unchanged, done.corrected, done.added) == (3, 1, 2, 0)
    assert signals(owner) == [("temperature", 21.5, None), ("gas", 9, None), ("energy", 12, None)]
    assert rows(owner, "alarms") == 0
    assert replay_accepted(as_owner, HOUR, WHO).corrected == 0
    acts = owner.execute(text("select act, detail->>'corrected' from audit_log order by id")).all()
    assert [tuple(row) for row in acts] == [("messages decoded again", n) for n in ("0", "2", "0")]


def test_signals_that_are_gone_come_back(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str
) -> None:
    come(empty_record, *[(f"anwang/v1/{code}/smoke", b'{"value": 0.%d}' % n) for n in range(5)])
    owner.execute(text("delete from signals where value < 0.25"))
    done = replay_accepted(as_owner, HOUR, WHO)
    assert (done.unchanged, done.added) == (2, 3)
    assert len(signals(owner)) == 5


def test_what_was_refused_is_taken_in_after_a_fix(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str
) -> None:
    """A device that was not on the books yet, and rubbish that stays rubbish."""
    come(
        empty_record,
        ("anwang/v1/sd-new/smoke", b'{"alarm": true}'),
        (f"anwang/v1/{code}/smoke", b"rubbish"),
        (f"anwang/v1/{code}/smoke", b'{"value": 0.1}'),
    )
    assert rows(owner, "dead_letters") == 2
    owner.execute(text("update devices set code = 'sd-new' where code = :code"), {"code": code})
    done = replay_refused(as_owner, HOUR, WHO)
    assert (done.messages, done.added, done.refused) == (2, 1, 1)
    assert rows(owner, "dead_letters") == 1
    assert rows(owner, "alarms") == 1
    again = replay_refused(as_owner, HOUR, WHO)
    assert (again.messages, again.added, again.refused) == (1, 0, 1)


def frames_come(record: TestRecord, *frames: bytes) -> None:
    """Through the door of the transmission devices, without its sockets."""
    books = Addresses()
    with record.record.scoped(EVERYTHING) as session:
        books.refresh(session)
        arrivals = []
        for n, frame in enumerate(frames):
            received = Received("gb26875", "10.0.0.7:4000", frame, NOW - timedelta(minutes=5) + timedelta(seconds=n))
            arrivals += [Arrival(received, said) for said in decoding.again(received, books)]
        accept(session, arrivals, KnownDevices(), NOW)


def panel(owner: Connection, code: str, address: str, dialect: str | None = None) -> None:
    """Put a device's address at this door on the books."""
    owner.execute(
        text(
            "insert into device_addresses select 'gb26875', :address, id, venue_id, county, :dialect"
            " from devices where code = :code"
        ),
        {"address": address, "code": code, "dialect": dialect},
    )


@pytest.mark.parametrize("name", ["standard", "xor", "from_command_bcd"])
def test_frames_of_transmission_devices_are_decoded_again(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str, name: str
) -> None:
    """By the books as they stand now: a component that has come onto them speaks for itself."""
    venue = factories.venue(owner)
    detector = factories.device(owner, venue)[1]
    panel(owner, code, "889", None if name == "standard" else name)
    dialect = DIALECTS[name]
    heartbeat = encode(Frame(1, 889, 1, Command.SEND, b"", NOW), dialect)
    fire = encode(Frame(2, 889, 1, Command.SEND, units.encode(smoke(10, 2, at=NOW), dialect), NOW), dialect)
    frames_come(empty_record, heartbeat, fire)
    assert rows(owner, "alarms") == 1
    same = replay_accepted(as_owner, HOUR, WHO)
    assert (same.messages, same.unchanged, same.corrected, same.added, same.refused) == (2, 2, 0, 0, 0)
    panel(owner, detector, "889/1.1/40.10.2")
    found = text("select d.code from signals s join devices d on d.id = s.device_id where s.signal = 'smoke'")
    assert owner.scalars(found).all() == [code]
    assert replay_accepted(as_owner, replace(HOUR, channel="gb26875"), WHO).messages == 2
    assert detector in owner.scalars(found).all()
    assert rows(owner, "alarms") == 1


def test_frames_that_were_refused_are_taken_in(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str
) -> None:
    """A device that came onto the books later, a sum of a vendor's own, and what stays rubbish."""
    known = encode(Frame(2, 889, 1, Command.SEND, units.encode(smoke(10, 2, at=NOW)), NOW))
    xor = DIALECTS["xor"]
    vendors = encode(Frame(3, 890, 1, Command.SEND, units.encode(smoke(10, 3, at=NOW), xor), NOW), xor)
    frames_come(empty_record, known, vendors, b"@@ rubbish", known[:40], encode(Frame(4, 889, 1, Command.CONFIRM)))
    assert (rows(owner, "dead_letters"), rows(owner, "signals")) == (5, 0)
    panel(owner, code, "889")
    panel(owner, factories.device(owner, factories.venue(owner))[1], "890", "xor")
    done = replay_refused(as_owner, HOUR, WHO)
    assert (done.messages, done.added, done.refused) == (5, 2, 3)
    assert (rows(owner, "dead_letters"), rows(owner, "signals"), rows(owner, "alarms")) == (3, 2, 2)


def test_what_came_through_a_door_that_is_gone_stays_as_it_is(
    empty_record: TestRecord, owner: Connection, as_owner: Record, code: str
) -> None:
    come(empty_record, (f"anwang/v1/{code}/smoke", b'{"value": 0.1}'), (f"anwang/v1/{code}/smoke", b"rubbish"))
    owner.execute(text("update raw_batches set channel = 'telex'"))
    owner.execute(text("update dead_letters set channel = 'telex'"))
    assert replay_accepted(as_owner, HOUR, WHO).refused == 1
    assert replay_refused(as_owner, HOUR, WHO).refused == 1
    assert (rows(owner, "signals"), rows(owner, "dead_letters")) == (1, 1)


def test_the_command_names_what_is_wrong_with_what_it_was_asked() -> None:
    run = CliRunner()
    for given, sentence in (
        (("--since", "2026-01-02", "--until", "2026-01-01"), "Nothing lies between 2026-01-02 00:00 and 2026-01-01"),
        (("--since", "2026-01-02", "--door", "telex"), "There is no door telex; choose mqtt, "),
    ):
        answer = run.invoke(app, ["replay", *given])
        assert answer.exit_code == 1
        assert str(answer.exception).startswith(sentence)
    assert "gb26875" in DOORS


def test_the_bytes_come_out_as_they_went_in() -> None:
    messages = [
        Received("mqtt", "anwang/v1/烟感/smoke", bytes(range(256)), NOW),
        Received("mqtt", "", b"", NOW + timedelta(microseconds=1)),
        Received("mqtt", "x" * 1000, b"\x00" * 100_000, NOW + timedelta(days=1)),
    ]
    assert list(raw.unpack("mqtt", raw.pack(messages))) == messages
