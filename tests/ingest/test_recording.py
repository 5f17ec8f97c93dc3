"""Once, whatever comes twice; and both, where two things happen in one tick of a clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.rules.access_scope import EVERYTHING
from db.rules.signal_kinds import SignalKind
from ingest.accept import Accepted, Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import DeviceMessage, Received
from tests import factories
from tests.ingest.gateways import rows
from tests.plugins.services import TestRecord

NOW = datetime.now(UTC).replace(microsecond=0)
LATER = NOW + timedelta(seconds=1)

QUIET, LOUD, WORDS = (0.1, None, None), (0.1, True, None), (0.1, None, "烟")
Said = tuple[float | None, bool | None, str | None]


def arrival(code: str, said: Said, at: datetime | None, received_at: datetime = NOW) -> Arrival:
    value, alarm, words = said
    message = DeviceMessage(code, SignalKind.SMOKE, at, value, alarm, text=words)
    return Arrival(Received("mqtt", f"anwang/v1/{code}/smoke", b"{}", received_at), message)


def take(record: TestRecord, arrivals: Sequence[Arrival]) -> Accepted:
    with record.record.scoped(EVERYTHING) as session:
        return accept(session, arrivals, KnownDevices(), NOW)


@pytest.mark.parametrize(
    ("batches", "signals", "rings"),
    [
        ([[QUIET], [QUIET]], 1, 0),
        ([[QUIET, QUIET, QUIET]], 1, 0),
        ([[LOUD], [LOUD, LOUD]], 1, 1),
        ([[QUIET, LOUD]], 2, 1),
        ([[QUIET], [LOUD]], 2, 1),
        ([[QUIET], [LOUD], [QUIET], [LOUD]], 2, 1),
        ([[QUIET, LOUD, WORDS], [WORDS, LOUD, QUIET]], 3, 1),
        ([[QUIET], [LOUD, WORDS, LOUD, QUIET]], 3, 1),
        ([[(None, None, None)], [(0.0, None, None)], [(None, False, None)]], 3, 0),
    ],
)
def test_the_same_is_a_repeat_and_other_words_are_not(
    empty_record: TestRecord, owner: Connection, batches: list[list[Said]], signals: int, rings: int
) -> None:
    """All at one and the same time of the device, as a clock that ticks in seconds has it."""
    _id, code = factories.device(owner, factories.venue(owner))
    done = [take(empty_record, [arrival(code, said, NOW) for said in batch]) for batch in batches]
    assert rows(owner, "signals") == sum(each.signals for each in done) == signals
    assert sum(each.repeats for each in done) == sum(map(len, batches)) - signals
    assert int(owner.scalar(text("select coalesce(sum(signal_count), 0) from alarms")) or 0) == rings


def test_a_clock_that_stands_still_swallows_nothing(empty_record: TestRecord, owner: Connection) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    said = [arrival(code, (n / 1000, None, None), NOW, NOW + timedelta(microseconds=n)) for n in range(1005)]
    assert take(empty_record, said).signals == 1005
    assert take(empty_record, [arrival(code, LOUD, NOW, LATER)]).signals == 1
    assert rows(owner, "alarms") == 1


def test_words_come_back_as_they_were_said(empty_record: TestRecord, owner: Connection) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    words = ["", "\\.", 'a "b", c', "\\N", "烟'; drop table signals; --", "x" * 500]
    take(empty_record, [arrival(code, (None, None, said), NOW + timedelta(seconds=n)) for n, said in enumerate(words)])
    kept = owner.scalars(text("select text from signals order by observed_at")).all()
    assert kept == [None, *words[1:]]


def test_days_far_back_find_their_place(empty_record: TestRecord, owner: Connection) -> None:
    _id, code = factories.device(owner, factories.venue(owner))
    days = [arrival(code, QUIET, NOW - timedelta(days=n * 60)) for n in range(6)]
    assert take(empty_record, days).signals == 6
    assert take(empty_record, days).repeats == 6


def test_a_batch_rings_once_for_each_place(empty_record: TestRecord, owner: Connection) -> None:
    venues = [factories.venue(owner) for _n in range(3)]
    codes = [factories.device(owner, venue)[1] for venue in venues for _n in range(2)]
    batch = [arrival(code, LOUD, NOW + timedelta(seconds=n)) for n in range(4) for code in codes]
    assert take(empty_record, batch).alarm_bearing == 24
    assert owner.execute(text("select distinct signal_count, device_count from alarms")).all() == [(8, 2)]
    assert rows(owner, "alarms") == 3


@pytest.mark.parametrize(("said", "rings"), [((0.5, True, None), 1), ((50.0, None, None), 0), ((0.5, None, None), 0)])
def test_a_fire_rings_however_slow_the_clock(
    empty_record: TestRecord, owner: Connection, said: Said, rings: int
) -> None:
    """Eight hours: a device that tells Shanghai's time as universal time. Readings that come late are history."""
    code = factories.device(owner, factories.venue(owner))[1]
    take(empty_record, [arrival(code, said, NOW - timedelta(hours=8))])
    assert owner.scalar(text("select is_late from signals"))
    assert rows(owner, "alarms") == rings
    if rings:
        assert owner.scalar(text("select raised_at from alarms")) == NOW
