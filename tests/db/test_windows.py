"""Drill and maintenance windows: what they cover, what stays live, and what rings anew when they are over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import alarms, watermarks, windows
from db.commands.alarms import Actor, AlarmSignal
from db.commands.windows import NewWindow
from db.errors import InvalidInput, NotFound, WrongState
from db.queries import alarms as alarm_queries
from db.queries import windows as window_queries
from db.rules.access_scope import EVERYTHING, venues_scope
from db.rules.alarm_kinds import AlarmKind, Verdict
from db.rules.device_kinds import DeviceKind
from db.rules.windows import Span, WindowKind, WindowPhase, covers
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
SMOKE, GAS, CALL = DeviceKind.SMOKE_DETECTOR, DeviceKind.GAS_DETECTOR, DeviceKind.MANUAL_CALL_POINT


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def venue(owner: Connection) -> MadeVenue:
    return factories.venue(owner)


@pytest.fixture(scope="module")
def actor(owner: Connection) -> Actor:
    return Actor(factories.person(owner, "安全员"), "安全员", "192.0.2.1")


def drill(venue: MadeVenue, **other: object) -> NewWindow:
    given = {
        "kind": WindowKind.DRILL,
        "venue_ids": (venue.id,),
        "device_kinds": (SMOKE,),
        "starts_at": NOW,
        "ends_at": NOW + HOUR,
        "reason": "秋季疏散演练",
    }
    return NewWindow(**(given | other))  # type: ignore[arg-type]


def announce(record: TestRecord, new: NewWindow, actor: Actor, now: datetime = NOW) -> int:
    with record.record.scoped(EVERYTHING) as session:
        return windows.announce(session, new, actor, now)[0]


def ring(
    record: TestRecord,
    venue: MadeVenue,
    device: tuple[int, str],
    at: datetime = NOW + timedelta(minutes=5),
    kind: AlarmKind = AlarmKind.FIRE,
    area: int | None = 0,
) -> int:
    signal = AlarmSignal(venue.id, venue.county, venue.area_id if area == 0 else area, *device, kind, "smoke", 0.3, at)
    with record.record.scoped(EVERYTHING) as session:
        return alarms.raise_alarm(session, signal, at).alarm_id


def window_of(owner: Connection, alarm: int) -> int | None:
    return owner.scalar(text("select window_id from alarms where id = :id"), {"id": alarm})


def test_what_is_covered_is_watermarked_and_kept_out_of_the_statistics(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    window = announce(record, drill(venue), actor)
    with record.record.scoped(venues_scope((venue.id,))) as session:
        before = alarm_queries.summary(session, NOW + HOUR), alarm_queries.open_count(session)
    alarm = ring(record, venue, factories.device(owner, venue))
    assert window_of(owner, alarm) == window
    with record.record.scoped(venues_scope((venue.id,))) as session:
        assert (alarm_queries.summary(session, NOW + HOUR), alarm_queries.open_count(session)) == before
        assert sum(sum(hour.counts) for hour in alarm_queries.by_hour(session, NOW, NOW + HOUR)) == 0
        (card,) = alarm_queries.open_alarms(session, limit=5)
        assert (card.id, card.window_id) == (alarm, window)
        (row,) = window_queries.listed(session, "now", NOW + timedelta(minutes=6)).rows
        assert (row.alarms, row.venues) == (1, 1)


@pytest.mark.parametrize(
    ("device_kind", "kind", "minutes", "elsewhere"),
    [
        ("electricity_meter", AlarmKind.ELECTRICAL, 5, False),
        ("manual_call_point", AlarmKind.FIRE, 5, False),
        ("smoke_detector", AlarmKind.FIRE, -1, False),
        ("smoke_detector", AlarmKind.FIRE, 60, False),
        ("smoke_detector", AlarmKind.FIRE, 5, True),
        ("smoke_detector", AlarmKind.DUTY_UNANSWERED, 5, False),
    ],
)
def test_what_is_not_covered_stays_live(
    record: TestRecord,
    owner: Connection,
    venue: MadeVenue,
    actor: Actor,
    device_kind: str,
    kind: AlarmKind,
    minutes: int,
    elsewhere: bool,
) -> None:
    announce(record, drill(venue, area_id=venue.area_id), actor)
    alarm = ring(
        record,
        venue,
        factories.device(owner, venue, device_kind),
        NOW + timedelta(minutes=minutes),
        kind,
        None if elsewhere else 0,
    )
    assert window_of(owner, alarm) is None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    area=some.sampled_from(["none", "here", "there"]),
    signal_area=some.sampled_from(["none", "here", "there"]),
    kinds=some.sets(some.sampled_from(list(DeviceKind)), min_size=1, max_size=4),
    kind=some.sampled_from(list(AlarmKind)),
    seconds=some.sampled_from([-1, 0, 1, 3599, 3600, 3601]),
)
def test_the_database_covers_what_the_rule_covers(
    record: TestRecord,
    owner: Connection,
    area: str,
    signal_area: str,
    kinds: set[DeviceKind],
    kind: AlarmKind,
    seconds: int,
) -> None:
    venue = factories.venue(owner)
    there = owner.scalar(
        text("insert into areas (venue_id, county, kind, floor, name) values (:v, :c, 'stairs', 2, 'x') returning id"),
        {"v": venue.id, "c": venue.county},
    )
    areas = {"none": None, "here": venue.area_id, "there": there}
    device = factories.device(owner, venue)
    owner.execute(
        text(
            "insert into windows (venue_id, county, area_id, kind, device_kinds, starts_at, ends_at, reason,"
            " announced_at, announced_by_name) values (:v, :c, :a, 'drill', :kinds, :since, :until, 'x', :since, 'x')"
        ),
        {"v": venue.id, "c": venue.county, "a": areas[area], "kinds": list(kinds), "since": NOW, "until": NOW + HOUR},
    )
    at = NOW + timedelta(seconds=seconds)
    alarm = ring(record, venue, device, at, kind, areas[signal_area])
    span = Span(NOW, NOW + HOUR, areas[area], frozenset(kinds))
    expected = covers(span, kind, areas[signal_area], SMOKE, at)
    assert (window_of(owner, alarm) is not None) is expected


def test_a_real_fire_in_a_drill_is_seen_by_what_the_drill_does_not_cover(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    """The call point's signal folds into the drill's alarm of the same place: the alarm is live from then on."""
    announce(record, drill(venue), actor)
    smoke, call = factories.device(owner, venue), factories.device(owner, venue, "manual_call_point")
    alarm = ring(record, venue, smoke)
    assert window_of(owner, alarm) is not None
    assert ring(record, venue, call, NOW + timedelta(minutes=6)) == alarm
    assert window_of(owner, alarm) is None
    steps = owner.execute(
        text("select step, note from alarm_steps where alarm_id = :id order by id"), {"id": alarm}
    ).all()
    assert ("live_again", "not_covered") in [tuple(step) for step in steps]


def test_both_in_one_batch(record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor) -> None:
    announce(record, drill(venue), actor)
    at = NOW + timedelta(minutes=5)
    signals = [
        AlarmSignal(
            venue.id, venue.county, venue.area_id, *factories.device(owner, venue, kind), AlarmKind.FIRE, "smoke", 1, at
        )
        for kind in ("smoke_detector", "manual_call_point")
    ]
    with record.record.scoped(EVERYTHING) as session:
        (alarm, _same) = (raised.alarm_id for raised in alarms.raise_alarms(session, signals, at))
    assert window_of(owner, alarm) is None


def test_a_real_verdict_takes_the_alarm_out_of_the_drill(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    announce(record, drill(venue), actor)
    alarm = ring(record, venue, factories.device(owner, venue))
    at = NOW + timedelta(minutes=7)
    with record.record.scoped(EVERYTHING) as session:
        assert watermarks.is_real(session, alarm, at)
        assert not watermarks.is_real(session, alarm, at)
    assert window_of(owner, alarm) is None


def test_an_alarm_that_outlives_its_window_rings_anew(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    people = {role: factories.person(owner, role) for role in ("county", "venue")}
    for role, person in people.items():
        owner.execute(
            text(
                "insert into grants (person_id, role, county_lo, county_hi, venue_id)"
                " values (:person, :role, :county, :county, :venue)"
            ),
            {
                "person": person,
                "role": role,
                "county": venue.county,
                "venue": venue.id if role == "venue" else None,
            },
        )
    announce(record, drill(venue, area_id=venue.area_id), actor)
    area = owner.scalar(
        text("insert into areas (venue_id, county, kind, floor, name) values (:v, :c, 'stairs', 2, 'x') returning id"),
        {"v": venue.id, "c": venue.county},
    )
    announce(record, drill(venue, area_id=area), actor)
    forgotten = ring(record, venue, factories.device(owner, venue))
    decided = ring(record, venue, factories.device(owner, venue), area=area)
    at = NOW + timedelta(minutes=9)
    with record.record.scoped(EVERYTHING) as session:
        alarms.acknowledge(session, decided, actor, at)
        alarms.verify(session, decided, Verdict.TEST_OR_DRILL, actor, at)
        watermarks.settle(session, NOW + HOUR - timedelta(seconds=1))  # what other tests have left
        assert window_of(owner, forgotten) is not None
        owner.execute(text("listen anwang_live"))
        wire = owner.connection.driver_connection
        assert wire is not None
        wire.notifies.clear()
        assert forgotten in watermarks.settle(session, NOW + HOUR)
    with record.record.scoped(EVERYTHING) as session:
        assert watermarks.settle(session, NOW + 2 * HOUR) == []
    owner.execute(text("unlisten anwang_live"))
    assert any(f'"alarm" : {forgotten},' in notice.payload for notice in wire.notifies)
    assert window_of(owner, forgotten) is None
    assert window_of(owner, decided) is not None
    told = owner.execute(
        text("select person_id, level from notices where subject_kind = 'alarm' and subject_id = :id"),
        {"id": forgotten},
    ).all()
    assert {tuple(row) for row in told} == {(person, 1) for person in people.values()}


def test_ending_early_settles_at_once_and_twice_is_refused(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    window = announce(record, drill(venue), actor)
    alarm = ring(record, venue, factories.device(owner, venue))
    at = NOW + timedelta(minutes=20)
    with record.record.scoped(EVERYTHING) as session:
        assert windows.end(session, window, actor, at) == 1
    assert window_of(owner, alarm) is None
    with pytest.raises(WrongState), record.record.scoped(EVERYTHING) as session:
        windows.end(session, window, actor, at)
    with pytest.raises(NotFound), record.record.scoped(venues_scope((0,))) as session:
        windows.end(session, window, actor, at)
    later = ring(record, venue, factories.device(owner, venue), at + timedelta(minutes=1), area=None)
    assert window_of(owner, later) is None


def test_a_window_called_off_never_covers(
    record: TestRecord, owner: Connection, venue: MadeVenue, actor: Actor
) -> None:
    window = announce(record, drill(venue, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR), actor)
    with record.record.scoped(EVERYTHING) as session:
        windows.end(session, window, actor, NOW)
        (row,) = window_queries.listed(session, "past", NOW + HOUR, venue_id=venue.id).rows
        assert row.phase(NOW + HOUR) is WindowPhase.CALLED_OFF
        assert window_queries.listed(session, "coming", NOW, venue_id=venue.id).total == 0
    alarm = ring(record, venue, factories.device(owner, venue), NOW + timedelta(minutes=70))
    assert window_of(owner, alarm) is None


def test_several_venues_are_told_once_each_person(record: TestRecord, owner: Connection, actor: Actor) -> None:
    venues = [factories.venue(owner, 360_733) for _n in range(3)]
    officer = factories.person(owner, "县局")
    owner.execute(
        text("insert into grants (person_id, role, county_lo, county_hi) values (:p, 'county', 360733, 360733)"),
        {"p": officer},
    )
    new = drill(venues[0], kind=WindowKind.MAINTENANCE, venue_ids=tuple(venue.id for venue in venues))
    first = announce(record, new, actor)
    with record.record.scoped(EVERYTHING) as session:
        (row,) = [row for row in window_queries.listed(session, "now", NOW).rows if row.id == first]
        assert row.venues == 3
        assert windows.end(session, first + 1, actor, NOW + timedelta(minutes=1), whole=False) == 1
        assert windows.end(session, first, actor, NOW + timedelta(minutes=2)) == 2
    told = owner.execute(
        text("select reason, count(*) from notices where person_id = :p and subject_kind = 'window' group by 1"),
        {"p": officer},
    ).all()
    assert {reason for reason, _n in told} == {"window_announced", "window_ended"}
    assert dict(map(tuple, told))["window_announced"] == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reason": " "}, "why"),
        ({"ends_at": NOW}, "after it begins"),
        ({"starts_at": NOW - HOUR}, "past"),
        ({"starts_at": NOW + timedelta(days=61), "ends_at": NOW + timedelta(days=61, hours=1)}, "60 days"),
        ({"ends_at": NOW + 5 * HOUR}, "4 hours"),
        ({"kind": WindowKind.MAINTENANCE, "ends_at": NOW + 13 * HOUR}, "12 hours"),
        ({"device_kinds": ()}, "at least one"),
        ({"device_kinds": (GAS,)}, "stay live"),
        ({"venue_ids": ()}, "Choose a venue"),
        ({"area_id": 999_999}, "not in this venue"),
    ],
)
def test_what_cannot_be_announced(
    record: TestRecord, venue: MadeVenue, actor: Actor, wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        announce(record, drill(venue, **wrong), actor)


def test_announcing_twice_is_refused(record: TestRecord, venue: MadeVenue, actor: Actor) -> None:
    announce(record, drill(venue), actor)
    with pytest.raises(WrongState):
        announce(record, drill(venue), actor)
    with pytest.raises(NotFound):
        announce(record, drill(venue, venue_ids=(venue.id, 2**31 - 1)), actor)
    announce(record, drill(venue, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR), actor)
