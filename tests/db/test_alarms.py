"""Raising, folding and working through alarms."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import alarms
from db.commands.alarms import Actor, AlarmSignal
from db.errors import NotFound, WrongState
from db.queries import alarms as alarm_queries
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.alarm_folding import Folding, OpenAlarm, decide
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from db.rules.alarm_lifecycle import STEPS, Act, Refusal, step
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


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
        alarms.verify(session, first, Verdict.FALSE, actor, NOW)
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
    assert sorted(results) == ["The alarm is acknowledged already.", "done"]
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


def test_every_hour_is_there_empty_ones_too(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        hours = alarm_queries.by_hour(session, NOW - timedelta(hours=23), NOW)
    assert len(hours) == 24
    assert {hour.counts for hour in hours} == {(0, 0, 0, 0)}


@pytest.mark.parametrize(
    ("kind", "already", "is_another", "folding", "level"),
    [
        (AlarmKind.FIRE, None, False, Folding.NEW, Level.CRITICAL),
        (AlarmKind.DEVICE_FAULT, None, False, Folding.NEW, Level.NOTICE),
        (AlarmKind.GAS, OpenAlarm(Level.MAJOR, 1), False, Folding.FOLD, Level.MAJOR),
        (AlarmKind.GAS, OpenAlarm(Level.MAJOR, 1), True, Folding.RISE, Level.CRITICAL),
        (AlarmKind.GAS, OpenAlarm(Level.CRITICAL, 2), True, Folding.FOLD, Level.CRITICAL),
        (AlarmKind.DEVICE_FAULT, OpenAlarm(Level.NOTICE, 1), True, Folding.FOLD, Level.NOTICE),
    ],
)
def test_folding(kind: AlarmKind, already: OpenAlarm | None, is_another: bool, folding: Folding, level: Level) -> None:
    decision = decide(kind, already, is_another)
    assert (decision.folding, decision.level) == (folding, level)


@given(st.sampled_from(AlarmKind), st.sampled_from(Level), st.integers(1, 9), st.booleans())
def test_a_level_never_falls_while_open(kind: AlarmKind, level: Level, devices: int, is_another: bool) -> None:
    assert decide(kind, OpenAlarm(level, devices), is_another).level <= level


@given(st.sampled_from(AlarmState), st.sampled_from(Act), st.sampled_from(AlarmKind), st.sampled_from([None, *Verdict]))
def test_only_the_tables_steps_are_taken(state: AlarmState, act: Act, kind: AlarmKind, verdict: Verdict | None) -> None:
    after = step(state, act, kind, verdict)
    if isinstance(after, Refusal):
        assert (state, act) not in STEPS or (kind is AlarmKind.FIRE and verdict is None)
        assert after.reason.endswith(".")
    else:
        assert STEPS[state, act] is after
        assert not (act is Act.CLOSE and kind is AlarmKind.FIRE and verdict is None)
