"""Kept bytes decoded again: a corrected dictionary corrects history, a fix takes in what was refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands.people import Operator
from db.rules.access_scope import EVERYTHING
from db.rules.signal_kinds import SignalKind
from db.session import Record
from ingest import doors, raw
from ingest.accept import Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt import payload
from ingest.replay import Span, replay_accepted, replay_refused
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


def test_the_bytes_come_out_as_they_went_in() -> None:
    messages = [
        Received("mqtt", "anwang/v1/烟感/smoke", bytes(range(256)), NOW),
        Received("mqtt", "", b"", NOW + timedelta(microseconds=1)),
        Received("mqtt", "x" * 1000, b"\x00" * 100_000, NOW + timedelta(days=1)),
    ]
    assert list(raw.unpack("mqtt", raw.pack(messages))) == messages
