"""Raising, folding and working through alarms."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.commands import alarms
from db.commands.alarms import Actor, AlarmSignal
from db.errors import NotFound, WrongState
from db.queries import alarms as alarm_queries
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.alarm_causes import Cause
from db.rules.alarm_folding import Folding
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NOW_HERE = NOW.astimezone(ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def smoke(venue: MadeVenue, device: tuple[int, str], at: datetime = NOW) -> AlarmSignal:
    return AlarmSignal(venue.id, venue.county, venue.area_id, *device, AlarmKind.FIRE, "smoke", 0.3, at)


def test_repeats_fold_into_one_alarm(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    for i in range(5):
        with empty_record.record.scoped(EVERYTHING) as session:
            raised = alarms.raise_alarm(session, smoke(venue, device, NOW + timedelta(seconds=i)), NOW)
        assert raised.folding is (Folding.FOLD if i else Folding.NEW)
    with empty_record.record.scoped(EVERYTHING) as session:
        (card,) = alarm_queries.open_alarms(session, limit=10)
    assert (card.signal_count, card.level, card.state) == (5, Level.CRITICAL, AlarmState.RAISED)
    assert (card.raised_at, card.last_signal_at) == (NOW, NOW + timedelta(seconds=4))


def test_another_device_joins_once(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    devices = [factories.device(owner, venue) for _n in range(3)]
    for device in (*devices, *devices):
        with empty_record.record.scoped(EVERYTHING) as session:
            alarm_id = alarms.raise_alarm(session, smoke(venue, device), NOW).alarm_id
    with empty_record.record.scoped(EVERYTHING) as session:
        detail = alarm_queries.one(session, alarm_id)
    assert (detail.row.signal_count, detail.row.device_count) == (6, 3)
    assert [s.step for s in detail.steps] == ["raised", "joined", "joined"]


def test_many_at_once_make_one_alarm(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)

    def ring() -> None:
        with empty_record.record.scoped(EVERYTHING) as session:
            alarms.raise_alarm(session, smoke(venue, device), NOW)

    threads = [threading.Thread(target=ring) for _n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert owner.execute(text("select count(*), sum(signal_count) from alarms")).one() == (1, 12)


def test_a_closed_alarm_is_followed_by_a_new_one(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    actor = Actor(factories.person(owner), "测试员", "::1")
    with empty_record.record.scoped(EVERYTHING) as session:
        first = alarms.raise_alarm(session, smoke(venue, device), NOW).alarm_id
        alarms.acknowledge(session, first, actor, NOW)
        alarms.verify(session, first, Verdict.FALSE, actor, NOW, cause=Cause.COOKING)
        alarms.close(session, first, actor, NOW)
        assert alarms.raise_alarm(session, smoke(venue, device), NOW).alarm_id != first


def test_two_people_at_once_have_one_result_and_one_refusal(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    people = [Actor(factories.person(owner, f"人{n}"), f"人{n}", "::1") for n in range(2)]
    with empty_record.record.scoped(EVERYTHING) as session:
        alarm_id = alarms.raise_alarm(session, smoke(venue, device), NOW).alarm_id
    results: list[str] = []

    def act(actor: Actor) -> None:
        try:
            with empty_record.record.scoped(region_scope(360_702)) as session:
                alarms.acknowledge(session, alarm_id, actor, NOW)
            results.append("done")
        except WrongState as refusal:
            results.append(str(refusal))

    threads = [threading.Thread(target=act, args=(actor,)) for actor in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused, done = sorted(results)
    first = owner.execute(text("select owner_name, acknowledged_by, owner_id from alarms")).one()
    assert (refused, done) == (f"The alarm is acknowledged already: {first.owner_name}, {NOW_HERE}.", "done")
    assert first.acknowledged_by == first.owner_id
    assert owner.scalar(text("select count(*) from audit_log where act = 'alarm acknowledge'")) == 1


def test_an_alarm_outside_the_scope_is_not_there(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    with empty_record.record.scoped(EVERYTHING) as session:
        alarm_id = alarms.raise_alarm(session, smoke(venue, device), NOW).alarm_id
    with empty_record.record.scoped(region_scope(360_100)) as session:
        assert alarm_queries.cards(session, [alarm_id]) == []
        with pytest.raises(NotFound):
            alarms.acknowledge(session, alarm_id, Actor(1, "x", "::1"), NOW)


def test_a_second_gas_detector_raises_the_level_and_says_so(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    devices = [factories.device(owner, venue, "gas_detector") for _n in range(2)]
    signals = [
        AlarmSignal(venue.id, venue.county, venue.area_id, *device, AlarmKind.GAS, "gas", 30.0 + n, NOW)
        for n, device in enumerate(devices)
    ]
    with empty_record.record.scoped(EVERYTHING) as session:
        first, second = (alarms.raise_alarm(session, signal, NOW) for signal in signals)
        detail = alarm_queries.one(session, first.alarm_id)
    assert (first.folding, second.folding) == (Folding.NEW, Folding.RISE)
    assert (detail.row.level, detail.row.value) == (Level.CRITICAL, 31.0)
    assert [step.step for step in detail.steps] == ["raised", "joined", "level_raised"]


def test_many_at_once_are_as_one_after_another(empty_record: TestRecord, owner: Connection) -> None:
    """A batch over several places, out of order, gives what single signals in the devices' order give."""
    places = [factories.venue(owner) for _n in range(3)]
    devices = [(venue, factories.device(owner, venue)) for venue in places for _n in range(2)]
    batch = [smoke(venue, device, NOW + timedelta(seconds=7 * n % 5)) for n in range(5) for venue, device in devices]
    with empty_record.record.scoped(EVERYTHING) as session:
        raised = alarms.raise_alarms(session, batch, NOW)
    assert [each.folding for each in raised].count(Folding.NEW) == 3
    for each, signal in zip(raised, batch, strict=True):
        assert (
            owner.scalar(text("select venue_id from alarms where id = :id"), {"id": each.alarm_id}) == signal.venue_id
        )
    kept = owner.execute(text("select signal_count, device_count, raised_at, last_signal_at from alarms")).all()
    assert kept == [(10, 2, NOW, NOW + timedelta(seconds=4))] * 3
    with empty_record.record.scoped(EVERYTHING) as session:
        again = alarms.raise_alarms(session, batch, NOW)
    assert {each.folding for each in again} == {Folding.FOLD}
    assert owner.scalars(text("select distinct signal_count from alarms")).all() == [20]


def test_the_venue_as_a_whole_is_a_place_too(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    anywhere = AlarmSignal(venue.id, venue.county, None, *device, AlarmKind.FIRE, "panel", None, NOW)
    with empty_record.record.scoped(EVERYTHING) as session:
        raised = [alarms.raise_alarm(session, signal, NOW) for signal in (anywhere, smoke(venue, device), anywhere)]
    assert [each.folding for each in raised] == [Folding.NEW, Folding.NEW, Folding.FOLD]
    assert raised[0].alarm_id == raised[2].alarm_id


def test_a_late_signal_does_not_turn_the_clock_back(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    with empty_record.record.scoped(EVERYTHING) as session:
        alarms.raise_alarm(session, smoke(venue, device), NOW)
        late = AlarmSignal(
            venue.id, venue.county, venue.area_id, *device, AlarmKind.FIRE, "smoke", 0.9, NOW - timedelta(minutes=1)
        )
        alarms.raise_alarm(session, late, NOW)
    kept = owner.execute(text("select value, last_signal_at, signal_count from alarms")).one()
    assert kept == (0.3, NOW, 2)


def test_every_act_is_a_step_and_an_entry_of_the_audit_log(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    actor = Actor(factories.person(owner, "王敏"), "王敏", "192.0.2.7")
    with empty_record.record.scoped(EVERYTHING) as session:
        alarm_id = alarms.raise_alarm(session, smoke(venue, factories.device(owner, venue)), NOW).alarm_id
        alarms.acknowledge(session, alarm_id, actor, NOW + timedelta(minutes=1), "去看")
        alarms.verify(session, alarm_id, Verdict.REAL_FIRE, actor, NOW + timedelta(minutes=2))
        alarms.handle(session, alarm_id, actor, NOW + timedelta(minutes=9))
        alarms.close(session, alarm_id, actor, NOW + timedelta(minutes=30))
        detail = alarm_queries.one(session, alarm_id)
    assert [(step.step, step.note, step.facts) for step in detail.steps] == [
        ("raised", None, {}),
        ("acknowledged", "去看", {}),
        ("verified", None, {"verdict": "real_fire"}),
        ("handled", None, {}),
        ("closed", None, {}),
    ]
    entries = owner.execute(
        text("select act, actor_id, actor_name, address, subject, venue_id, county, detail from audit_log order by id")
    ).all()
    assert [entry.act for entry in entries] == ["alarm acknowledge", "alarm verify", "alarm handle", "alarm close"]
    assert {entry[1:7] for entry in entries} == {
        (actor.person_id, "王敏", "192.0.2.7", f"alarms/{alarm_id}", venue.id, venue.county)
    }
    assert [entry.detail for entry in entries] == [
        {"from": "raised", "to": "acknowledged", "note": "去看"},
        {"from": "acknowledged", "to": "verified", "verdict": "real_fire"},
        {"from": "verified", "to": "handled"},
        {"from": "handled", "to": "closed"},
    ]
    assert owner.scalar(text("select audit_log_broken_at()")) is None


def test_a_machine_that_raises_leaves_no_entry_in_the_audit_log(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    with empty_record.record.scoped(EVERYTHING) as session:
        alarms.raise_alarm(session, smoke(venue, factories.device(owner, venue)), NOW)
    assert owner.scalar(text("select count(*) from audit_log")) == 0


def test_a_refused_act_leaves_no_trace(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    actor = Actor(factories.person(owner), "测试员", "::1")
    with empty_record.record.scoped(EVERYTHING) as session:
        alarm_id = alarms.raise_alarm(session, smoke(venue, factories.device(owner, venue)), NOW).alarm_id
    with pytest.raises(WrongState), empty_record.record.scoped(EVERYTHING) as session:
        alarms.close(session, alarm_id, actor, NOW)
    assert owner.scalar(text("select count(*) from audit_log")) == 0
    assert owner.scalars(text("select step from alarm_steps")).all() == ["raised"]


def test_raising_rings_the_bell_once_a_commit(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    owner.execute(text("listen anwang_live"))
    with empty_record.record.scoped(EVERYTHING) as session:
        for n in range(3):
            alarm_id = alarms.raise_alarm(session, smoke(venue, device, NOW + timedelta(seconds=n)), NOW).alarm_id
        owner.execute(text("select 1"))
        wire = owner.connection.driver_connection
        assert wire is not None
        assert wire.notifies == []
    owner.execute(text("select 1"))
    told = [json.loads(notice.payload) for notice in wire.notifies]
    assert told == [
        {"alarm": alarm_id, "county": venue.county, "venue": venue.id, "what": what} for what in ("raised", "changed")
    ]


def test_a_fire_is_not_closed_without_a_verdict_by_whatever_way(empty_record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    device = factories.device(owner, venue)
    with empty_record.record.scoped(EVERYTHING) as session:
        alarms.raise_alarm(session, smoke(venue, device, NOW), NOW)
    close = "update alarms set state = 'closed', closed_at = now()"
    with pytest.raises(DBAPIError, match="fire_has_a_verdict"), empty_record.record.scoped(EVERYTHING) as session:
        session.execute(text(close))
    with empty_record.record.scoped(EVERYTHING) as session:
        session.execute(text(f"{close}, verdict = 'false'"))
