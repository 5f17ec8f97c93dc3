"""Climbing on a real record, the clock an argument."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.commands import alarms, ladders
from db.commands.alarms import Actor
from db.commands.ladders import Climbed
from db.queries import ladders as ladder_queries
from db.queries import letters as letter_queries
from db.rules.access_scope import EVERYTHING, NOTHING, region_scope, venues_scope
from db.rules.alarm_kinds import AlarmKind, Verdict
from db.rules.ladders import STORM_QUIET, Party
from ingest.escalation.climber import draw_one
from tests.ingest.escalation.people import Watched, ring, watched
from tests.plugins.services import Installation, TestRecord, copy_of

T0 = datetime(2026, 3, 1, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    from tests.plugins.services import EMPTY

    yield from copy_of(installation, EMPTY)


@pytest.fixture(scope="module")
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture(autouse=True)
def calm(owner: Connection) -> None:
    """Nothing rings from before."""
    owner.execute(text(CLOSE))


CLOSE = "update alarms set state = 'closed', closed_at = now(), verdict = 'false' where closed_at is null"


def climb(record: TestRecord, now: datetime, limit: int = 200) -> Climbed:
    with record.record.scoped(EVERYTHING) as session:
        return ladders.climb_due(session, now, limit)


def told(owner: Connection, alarm: int) -> list[tuple[str, str]]:
    """Who was told of an alarm and why, in order."""
    rows = owner.execute(
        text(
            "select p.name, n.reason from notices n join people p on p.id = n.person_id"
            " where n.subject_kind = 'alarm' and n.subject_id = :id order by n.made_at, n.id"
        ),
        {"id": alarm},
    )
    return [(row.name.rpartition("-")[0], row.reason) for row in rows]


def standing(owner: Connection, alarm: int) -> tuple[str, str | None, datetime | None]:
    row = owner.execute(
        text("select state, clock, next_due_at from alarm_ladders where alarm_id = :id"), {"id": alarm}
    ).one()
    return row.state, row.clock, row.next_due_at


def actor(at: Watched, level: str = "venue") -> Actor:
    return Actor(at.people[level], f"{level}-{at.venue.id}", "::1")


def test_a_fire_that_nobody_takes_climbs_to_the_province_with_letters(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0)
    assert standing(owner, alarm) == ("climbing", "raised", T0)
    assert climb(record, T0) == Climbed(1, 3, 0, False)
    assert sorted(told(owner, alarm)) == [("county", "raised"), ("maintainer", "raised"), ("venue", "raised")]
    assert climb(record, T0 + 2 * MINUTE) == Climbed()
    assert climb(record, T0 + 3 * MINUTE) == Climbed(1, 1, 1, False)
    assert climb(record, T0 + 8 * MINUTE) == Climbed(1, 1, 1, False)
    assert told(owner, alarm)[3:] == [("city", "escalated"), ("province", "escalated")]
    assert standing(owner, alarm) == ("ended", "raised", None)
    assert climb(record, T0 + timedelta(days=1)) == Climbed()

    sql = "select step, actor_name, at from alarm_steps where alarm_id = :id order by id"
    steps = owner.execute(text(sql), {"id": alarm})
    assert [(row.step, row.at) for row in steps] == [
        ("raised", T0),
        *[("told", T0)] * 3,
        ("escalated", T0 + 3 * MINUTE),
        ("escalated", T0 + 8 * MINUTE),
    ]
    entries = owner.execute(
        text("select act, actor_name, detail from audit_log where subject = :s order by id"), {"s": f"alarms/{alarm}"}
    ).all()
    assert [(row.act, row.detail["who"]) for row in entries] == [
        ("alarm escalated", ["city"]),
        ("alarm escalated", ["province"]),
    ]

    while draw_one(record.record, T0 + 9 * MINUTE):
        pass
    with record.record.scoped(region_scope(360_702)) as session:
        city, province = letter_queries.of_alarm(session, alarm)
        drawn = letter_queries.file(session, province.id)
    assert (city.who, province.who) == ("city", "province")
    assert province.number > city.number
    assert (city.made_at, city.due_at) == (T0 + 3 * MINUTE, T0 + 33 * MINUTE)
    assert drawn.pdf.startswith(b"%PDF-")
    assert hashlib.sha256(drawn.pdf).hexdigest() == drawn.sha256
    facts = owner.scalar(text("select facts from letters where id = :id"), {"id": province.id})
    assert facts["issuer"] == "江西省教育厅"
    assert [line["who"] for line in facts["not_done"]] == [
        f"{_name(owner, at)}（venue-{at.venue.id}）",
        f"维保{at.venue.id}（maintainer-{at.venue.id}）",
        "县（county-360702）",
        "市（city-360700）",
    ]
    addressees = "select count(*) from notices where subject_kind = 'letter' and subject_id = :id"
    assert owner.scalar(text(addressees), {"id": province.id}) == 3


def _name(owner: Connection, at: Watched) -> str:
    return str(owner.scalar(text("select name from venues where id = :id"), {"id": at.venue.id}))


def test_a_letter_does_not_change(record: TestRecord, owner: Connection) -> None:
    ring(record, watched(owner), T0)
    climb(record, T0 + timedelta(hours=1))
    while draw_one(record.record, T0):
        pass
    letter = owner.scalar(text("select max(id) from letters"))
    for change in ("facts = '{}'", "pdf = 'x'", "due_at = now()", "pdf = null, sha256 = null"):
        with pytest.raises(DBAPIError, match="a letter does not change"):
            owner.execute(text(f"update letters set {change} where id = :id"), {"id": letter})
    with pytest.raises(DBAPIError, match="a letter does not change"):
        owner.execute(text("delete from letters where id = :id"), {"id": letter})


def test_acknowledging_stops_the_climb_and_idleness_begins_it_again(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0)
    climb(record, T0)
    with record.record.scoped(EVERYTHING) as session:
        alarms.acknowledge(session, alarm, actor(at), T0 + MINUTE)
        session.execute(text("update alarms set owner_id = acknowledged_by where id = :id"), {"id": alarm})
    assert standing(owner, alarm) == ("climbing", "acknowledged", T0 + 6 * MINUTE)
    assert climb(record, T0 + 5 * MINUTE) == Climbed()
    climb(record, T0 + 6 * MINUTE)
    climb(record, T0 + 11 * MINUTE)
    assert told(owner, alarm)[3:] == [("venue", "idle"), ("county", "idle")]
    # Somebody does something: the idle clock begins anew, and tells anew.
    owner.execute(
        text(
            "insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name)"
            " values (:a, :v, :c, :at, 'commented', :by, 'x')"
        ),
        {"a": alarm, "v": at.venue.id, "c": at.venue.county, "at": T0 + 12 * MINUTE, "by": at.people["venue"]},
    )
    assert standing(owner, alarm) == ("climbing", "acknowledged", T0 + 17 * MINUTE)
    climb(record, T0 + 17 * MINUTE)
    assert told(owner, alarm)[5:] == [("venue", "idle")]
    climb(record, T0 + 40 * MINUTE)
    assert told(owner, alarm)[6:] == [("county", "idle"), ("city", "idle")]
    with record.record.scoped(EVERYTHING) as session:
        alarms.verify(session, alarm, Verdict.TEST_OR_DRILL, actor(at), T0 + 41 * MINUTE)
    assert standing(owner, alarm) == ("stopped", None, None)


def test_a_promise_holds_the_ladder_up_but_not_for_ever(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0)
    climb(record, T0)
    with record.record.scoped(EVERYTHING) as session:
        alarms.acknowledge(session, alarm, actor(at), T0 + MINUTE)
        session.execute(
            text("update alarms set owner_id = acknowledged_by, promised_for = :for where id = :id"),
            {"id": alarm, "for": T0 + 11 * MINUTE},
        )
    assert standing(owner, alarm) == ("climbing", "promised", T0 + 16 * MINUTE)
    climb(record, T0 + 11 * MINUTE)
    assert told(owner, alarm)[3:] == []
    climb(record, T0 + 26 * MINUTE)
    assert told(owner, alarm)[3:] == [(who, "promise_passed") for who in ("county", "city")]
    owner.execute(
        text("update alarms set promised_for = :for where id = :id"), {"id": alarm, "for": T0 + timedelta(days=9)}
    )
    assert standing(owner, alarm) == ("climbing", "promised", T0 + 36 * MINUTE)  # half an hour at most for a fire
    owner.execute(
        text("update alarms set closed_at = now(), verdict = 'false', state = 'closed' where id = :id"), {"id": alarm}
    )


def test_a_confirmed_fire_is_told_to_every_level_at_once(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0)
    climb(record, T0)
    with record.record.scoped(EVERYTHING) as session:
        alarms.acknowledge(session, alarm, actor(at), T0 + MINUTE)
        alarms.verify(session, alarm, Verdict.REAL_FIRE, actor(at), T0 + 2 * MINUTE)
    climb(record, T0 + 2 * MINUTE)
    assert told(owner, alarm)[3:] == [(who, "confirmed") for who in ("venue", "county", "city", "province")]


def test_where_nobody_is_the_next_level_comes_at_once_and_the_hole_is_kept(
    record: TestRecord, owner: Connection
) -> None:
    at = watched(owner, ("maintainer", "province"), county=360_824)
    alarm = ring(record, at, T0)
    assert climb(record, T0) == Climbed(1, 2, 1)
    assert told(owner, alarm) == [("maintainer", "raised"), ("province", "escalated")]
    holes = owner.execute(
        text("select who, reason from chain_holes where venue_id = :v order by who"), {"v": at.venue.id}
    )
    assert holes.all() == [("city", "nobody"), ("county", "nobody"), ("venue", "nobody")]
    again = ring(record, watched(owner, (), county=360_824), T0 + MINUTE)
    assert climb(record, T0 + MINUTE).notices == 1
    assert told(owner, again) == [("province", "escalated")]


def test_inside_a_window_nobody_above_the_maintainer_is_told(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0)
    owner.execute(text("alter table alarms drop constraint if exists fk_alarms_window_id"))
    owner.execute(text("update alarms set window_id = 1 where id = :id"), {"id": alarm})
    climb(record, T0 + timedelta(hours=5))
    assert sorted(told(owner, alarm)) == [("maintainer", "raised"), ("venue", "raised")]
    owner.execute(text("update alarms set window_id = null where id = :id"), {"id": alarm})
    climb(record, T0 + timedelta(hours=6))
    assert [who for who, _why in told(owner, alarm)[2:]].count("province") == 1


def test_a_level_that_rises_is_told_anew(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    alarm = ring(record, at, T0, AlarmKind.GAS)
    climb(record, T0)
    ring(record, at, T0 + MINUTE, AlarmKind.GAS, device=1)
    climb(record, T0 + MINUTE)
    assert sorted(told(owner, alarm)[3:]) == [(who, "level_raised") for who in ("county", "maintainer", "venue")]


def test_a_storm_at_one_venue_is_told_together(record: TestRecord, owner: Connection) -> None:
    at = watched(owner, county=360_721)
    kinds = (AlarmKind.DEVICE_FAULT, AlarmKind.CAMERA_UNFIT, AlarmKind.ACCESS_LOST, AlarmKind.DEVICE_SILENT)
    first = ring(record, at, T0, kinds[0])
    climb(record, T0)
    rest = [ring(record, at, T0 + n * timedelta(seconds=10), kind) for n, kind in enumerate(kinds[1:], 1)]
    climb(record, T0 + MINUTE)
    assert len(told(owner, first)) == 2
    assert [told(owner, alarm) for alarm in rest] == [[], [], []]
    assert standing(owner, rest[0])[2] == T0 + STORM_QUIET
    fire = ring(record, at, T0 + MINUTE)
    climb(record, T0 + MINUTE)
    assert len(told(owner, fire)) == 3  # critical waits for nothing
    climb(record, T0 + MINUTE + STORM_QUIET)
    assert sorted(told(owner, rest[0])) == [("maintainer", "raised"), ("venue", "raised")]
    assert [told(owner, alarm) for alarm in rest[1:]] == [[], []]
    together = "select facts -> 'alarms' from notices where subject_kind = 'alarm' and subject_id = :id"
    assert owner.scalars(text(together), {"id": rest[0]}).all() == [sorted(rest)] * 2
    steps = "select count(*) from alarm_steps where alarm_id = :id and step = 'told'"
    assert owner.scalar(text(steps), {"id": rest[2]}) == 2


def test_what_comes_next_is_what_comes(record: TestRecord, owner: Connection) -> None:
    """The panel foresees, under the venue's own scope, exactly what climbing then does."""
    at = watched(owner)
    alarm = ring(record, at, T0)
    climb(record, T0)
    with record.record.scoped(venues_scope((at.venue.id,))) as session:
        steps = ladder_queries.next_steps(session, alarm, T0 + MINUTE)
    assert [(step.who, step.at, step.names, step.has_letter) for step in steps] == [
        (Party.CITY, T0 + 3 * MINUTE, ("city-360700",), True),
        (Party.PROVINCE, T0 + 8 * MINUTE, ("province-360000",), True),
    ]
    for scope in (region_scope(360_100), NOTHING):
        with record.record.scoped(scope) as session:
            assert ladder_queries.next_steps(session, alarm, T0) == []
    climb(record, T0 + timedelta(hours=1))
    assert [who for who, _why in told(owner, alarm)[3:]] == [step.who for step in steps]


def test_a_closed_account_is_nobody(record: TestRecord, owner: Connection) -> None:
    at = watched(owner, ("venue", "city"), county=360_922)
    owner.execute(
        text("insert into accounts (person_id, login, password_hash, disabled) values (:p, :l, 'x', true)"),
        {"p": at.people["venue"], "l": f"gone-{at.venue.id}"},
    )
    alarm = ring(record, at, T0)
    climb(record, T0)
    assert ("venue", "raised") not in told(owner, alarm)
