"""Duty declared and verified by the minute, gaps ahead, doubt by name; checks put to people, and by the clock."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import duty_checks, duty_plan, rosters
from db.commands.duty_checks import Through
from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import duty, duty_coverage, responsible_people
from db.queries.duty_coverage import DutyFigures, DutyOf
from db.rules import duty_plan as plan_rule
from db.rules.access_scope import EVERYTHING, region_scope, venues_scope
from db.rules.duty_check import DutyCheckState
from db.rules.duty_evidence import Doubt, GapKind
from db.rules.ladders import Party
from db.rules.rosters import Shift, read_lines
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

HERE = duty.HERE
MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 9, 0, 0, tzinfo=HERE)
"""The end of that week."""
WEEK = timedelta(days=7)
OPERATOR = Operator(None, "tests")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("truncate duty_checks, rosters, duty_history, contracts, notices, windows cascade"))
        yield connection
    engine.dispose()


class Watched:
    """A venue under contract with a unit."""

    def __init__(self, owner: Connection, ends_on: date | None = None, since: date = date(2025, 1, 1)) -> None:
        self.owner, self.venue = owner, factories.venue(owner)
        self.unit = owner.scalar(
            text(
                "insert into maintainers (name, city, phone) values ('单位' || gen_random_uuid(), 360700, '')"
                " returning id"
            )
        )
        place = {"v": self.venue.id, "c": self.venue.county, "m": self.unit, "since": since, "until": ends_on}
        owner.execute(
            text(
                "insert into duty_history (venue_id, county, category, maintainer_id, declared_from, declared_until)"
                " values (:v, :c, 'kindergarten', :m, :since, :until)"
            ),
            place,
        )
        owner.execute(
            text(
                "insert into contracts (venue_id, county, maintainer_id, number, starts_on, ends_on)"
                " values (:v, :c, :m, 'x', :since, :until)"
            ),
            place,
        )
        owner.execute(
            text(
                "insert into access_history (venue_id, county, category, accessed_from)"
                " values (:v, :c, 'kindergarten', '2025-01-01')"
            ),
            place,
        )

    @property
    def of(self) -> DutyOf:
        return DutyOf(venue_id=self.venue.id)

    def person(self, name: str = "值班员") -> Operator:
        """Somebody of the unit with an account."""
        number = factories.person(self.owner, name)
        self.owner.execute(
            text(
                "insert into grants (person_id, role, county_lo, county_hi, maintainer_id)"
                " values (:p, 'maintainer', 360700, 360799, :m)"
            ),
            {"p": number, "m": self.unit},
        )
        return Operator(number, name, "192.0.2.3")

    def check(
        self, sent: datetime, answered: datetime | None, state: str = "answered", through: str = "portal"
    ) -> None:
        self.owner.execute(
            text(
                "insert into duty_checks (venue_id, county, asked_at, asked_by_name, minutes, way, state, sent_at,"
                " answered_at, answered_through) values (:v, :c, :sent, '', 10, 'people', :state, :sent, :at, :through)"
            ),
            {
                "v": self.venue.id,
                "c": self.venue.county,
                "sent": sent,
                "at": answered,
                "state": state,
                "through": through if answered else None,
            },
        )


def shift(since: int, until: int, **other: object) -> Shift:
    given = {
        "person_name": "张三",
        "phone": None,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "weekdays": EVERY_DAY,
        "cycle_days": None,
        "from_time": time(since),
        "until_time": time(until),
    }
    return Shift(**(given | other))  # type: ignore[arg-type]


def keep(record: TestRecord, keeper: Keeper, *shifts: Shift, now: datetime = NOW - 2 * WEEK) -> list[int]:
    with record.record.scoped(EVERYTHING) as session:
        return rosters.add(session, keeper, shifts, OPERATOR, now)


def hours(record: TestRecord, of: DutyOf, now: datetime = NOW) -> tuple[float, float]:
    """Declared and verified in the week before `NOW`."""
    with record.record.scoped(EVERYTHING) as session:
        found = duty_coverage.figures(session, of, NOW - WEEK, NOW, now)
    return round(found.declared_minutes / 60, 3), round(found.verified_minutes / 60, 3)


def test_a_contract_alone_declares_round_the_clock(record: TestRecord, owner: Connection) -> None:
    assert hours(record, Watched(owner).of) == (168, 0)
    assert hours(record, Watched(owner, since=date(2026, 3, 6)).of) == (72, 0)
    assert hours(record, DutyOf(venue_id=factories.venue(owner).id)) == (0, 0)


def test_a_regions_duty_counts_the_categories_of_bulletins(record: TestRecord, owner: Connection) -> None:
    def of(what: DutyOf) -> DutyFigures:
        with record.record.scoped(EVERYTHING) as session:
            return duty_coverage.figures(session, what, NOW - WEEK, NOW, NOW)

    counted = Watched(owner)
    region = DutyOf(region=counted.venue.county)
    before = of(region)
    beside = Watched(owner)
    assert of(region).venues == before.venues + 1
    owner.execute(text("update venues set category = 'practice_base' where id = :id"), {"id": beside.venue.id})
    assert of(region) == before
    assert (of(beside.of).venues, of(beside.of).declared_minutes) == (1, 7 * 24 * 60)


@pytest.mark.parametrize(
    ("shifts", "declared"),
    [
        ((shift(8, 20),), 84),
        ((shift(8, 20), shift(20, 8)), 168),
        ((shift(8, 20), shift(12, 22)), 98),
        ((shift(22, 6, weekdays=(7,)),), 8),  # Sunday night before the week, and two hours of its own
        ((shift(0, 0, cycle_days=4, starts_on=date(2026, 3, 3)),), 24 + 48),  # Monday by contract, Tuesday, Saturday
        ((shift(8, 20, starts_on=date(2026, 3, 7)),), 120 + 24),  # kept from Saturday on
        ((shift(8, 20, ends_on=date(2026, 3, 3)),), 24),
    ],
)
def test_a_roster_declares_its_shifts(
    record: TestRecord, owner: Connection, shifts: tuple[Shift, ...], declared: float
) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), *shifts)
    assert hours(record, watched.of) == (declared, 0)


def test_a_venue_may_watch_itself(record: TestRecord, owner: Connection) -> None:
    venue = factories.venue(owner)
    keep(record, Keeper(venue_id=venue.id), shift(8, 20))
    assert hours(record, DutyOf(venue_id=venue.id)) == (84, 0)


def test_a_removed_line_counts_for_what_had_begun(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keeper = Keeper(maintainer_id=watched.unit)
    (line,) = keep(record, keeper, shift(8, 20))
    with record.record.scoped(EVERYTHING) as session:
        rosters.remove(session, keeper, line, OPERATOR, datetime(2026, 3, 4, 12, tzinfo=HERE))
    assert hours(record, watched.of) == (36, 0)
    with pytest.raises(NotFound), record.record.scoped(EVERYTHING) as session:
        rosters.remove(session, keeper, line, OPERATOR, NOW)


@pytest.mark.parametrize(
    ("through", "state", "proven"),
    [("panel", "answered", 8), ("portal", "answered", 6), ("phone", "answered", 4), ("portal", "answered_late", 1)],
)
def test_an_answer_proves_what_its_way_is_worth(
    record: TestRecord, owner: Connection, through: str, state: str, proven: float
) -> None:
    watched = Watched(owner)
    sent = datetime(2026, 3, 4, 1, tzinfo=HERE)
    watched.check(sent, sent + timedelta(minutes=6), state, through)
    wait = 0 if state == "answered_late" else 0.1
    assert hours(record, watched.of) == (168, proven + wait)


def test_nothing_is_proven_ahead_of_now(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    sent = NOW - timedelta(hours=1)
    watched.check(sent, sent)
    assert hours(record, watched.of) == (168, 1)


def test_proof_ends_where_nobody_answers_and_begins_again(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    noon = datetime(2026, 3, 4, 12, tzinfo=HERE)
    watched.check(noon, noon)
    watched.check(noon + timedelta(hours=2), None, "unanswered")
    watched.check(noon + timedelta(hours=3), noon + timedelta(hours=3))
    assert hours(record, watched.of) == (168, 2 + 6)


def test_only_what_is_declared_is_verified(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), shift(8, 20))
    sent = datetime(2026, 3, 4, 18, tzinfo=HERE)
    watched.check(sent, sent)
    assert hours(record, watched.of) == (84, 2)


@pytest.mark.parametrize(("role", "minutes", "proven"), [("maintainer", 2, 4), ("county", 2, 0), ("maintainer", 4, 0)])
def test_an_alarm_taken_on_in_time_by_the_watch_proves_it(
    record: TestRecord, owner: Connection, role: str, minutes: int, proven: float
) -> None:
    watched = Watched(owner)
    person = watched.person().person_id
    owner.execute(text("update grants set role = :role where person_id = :p"), {"role": role, "p": person})
    raised = datetime(2026, 3, 4, 12, tzinfo=HERE)
    owner.execute(
        text(
            "insert into alarms (venue_id, county, kind, level, state, raised_at, recorded_at, last_signal_at,"
            " acknowledged_at, acknowledged_by, verdict, closed_at)"
            " values (:v, :c, 'fire', 1, 'closed', :at, :at, :at, :taken, :p, 'false', :taken)"
        ),
        {
            "v": watched.venue.id,
            "c": watched.venue.county,
            "at": raised,
            "taken": raised + timedelta(minutes=minutes),
            "p": person,
        },
    )
    assert hours(record, watched.of)[1] == pytest.approx(proven + (minutes / 60 if proven else 0), abs=0.01)


def test_bands_say_where_nobody_stands(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keep(record, Keeper(maintainer_id=watched.unit), shift(8, 20))
    with record.record.scoped(EVERYTHING) as session:
        found = duty_coverage.bands(session, DutyOf(maintainer_id=watched.unit), NOW - WEEK, NOW, NOW)
        (unit,) = duty_coverage.units(session, watched.of, NOW - WEEK, NOW, NOW, limit=5)
    gaps = [band for band in found if band.kind == "gap"]
    assert sum((gap.until - gap.since).total_seconds() for gap in gaps) == 84 * 3600
    assert (unit.id, unit.venues, unit.keeps_roster, unit.contracted_minutes) == (watched.unit, 1, True, 10080)


def test_coming_gaps_by_name(record: TestRecord, owner: Connection) -> None:
    watched, ending = Watched(owner), Watched(owner, ends_on=date(2026, 3, 12))
    renewed = Watched(owner, ends_on=date(2026, 3, 12))
    owner.execute(
        text(
            "insert into contracts (venue_id, county, maintainer_id, number, starts_on)"
            " values (:v, :c, :m, 'y', '2026-03-12')"
        ),
        {"v": renewed.venue.id, "c": renewed.venue.county, "m": renewed.unit},
    )
    keep(record, Keeper(maintainer_id=watched.unit), shift(0, 0, weekdays=(1, 2, 3, 4, 5, 6)))
    with record.record.scoped(EVERYTHING) as session:
        found = duty.gaps(session, DutyOf(), NOW)
    by_kind = {gap.kind: gap for gap in found}
    assert len(found) == 2
    nobody, ends = by_kind[GapKind.NOBODY_ON_ROSTER], by_kind[GapKind.CONTRACT_ENDS]
    assert (nobody.maintainer_id, nobody.venues) == (watched.unit, 1)
    assert (nobody.since, nobody.until) == (
        datetime(2026, 3, 15, tzinfo=HERE),
        datetime(2026, 3, 16, tzinfo=HERE),
    )
    assert (ends.venue_id, ends.since) == (ending.venue.id, datetime(2026, 3, 12, tzinfo=HERE))


def test_doubtful_duty_by_name(record: TestRecord, owner: Connection) -> None:
    well, silent, dark, fresh = Watched(owner), Watched(owner), Watched(owner), Watched(owner, since=date(2026, 3, 6))
    well.check(NOW - timedelta(days=2), NOW - timedelta(days=2))
    silent.check(NOW - timedelta(days=9), NOW - timedelta(days=9))
    silent.check(NOW - timedelta(days=1), None, "unanswered")
    owner.execute(
        text("update access_history set accessed_until = '2026-01-01' where venue_id = :v"), {"v": dark.venue.id}
    )
    with record.record.scoped(EVERYTHING) as session:
        found = {row.venue_id: row for row in duty.doubtful(session, DutyOf(), NOW, 50)}
        counted = duty.doubtful_counts(session, DutyOf(), NOW)
    assert {venue: row.doubt for venue, row in found.items()} == {
        silent.venue.id: Doubt.NO_ANSWER,
        dark.venue.id: Doubt.NO_ACCESS,
    }
    assert found[silent.venue.id].answered_at == NOW - timedelta(days=9)
    assert counted == {Doubt.NO_ANSWER: 1, Doubt.NO_ACCESS: 1}
    assert fresh.venue.id not in found
    with record.record.scoped(venues_scope((well.venue.id,))) as session:
        assert duty.doubtful(session, DutyOf(), NOW, 50) == []


def ask(record: TestRecord, watched: Watched, now: datetime, county: int = 360_702) -> int:
    """As a county officer, who sees no grants of the unit."""
    with record.record.scoped(region_scope(county)) as session:
        return duty_checks.ask(session, watched.venue.id, Operator(None, "县局"), now)


def test_a_check_without_a_panel_is_put_to_the_people_on_watch(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    on_watch, off = watched.person("张三"), watched.person("李四")
    with record.record.scoped(venues_scope((watched.venue.id,))) as session:  # as the unit itself, which sees no grants
        shifts = [shift(0, 12), shift(12, 0, person_name="李四")]
        rosters.add(session, Keeper(maintainer_id=watched.unit), shifts, OPERATOR, NOW)
    now = datetime(2026, 3, 9, 9, tzinfo=HERE)
    check = ask(record, watched, now)
    (notice,) = owner.execute(text("select person_id, subject_kind, subject_id, facts from notices")).all()
    assert (notice.person_id, notice.subject_kind, notice.subject_id) == (on_watch.person_id, "duty_check", check)
    assert notice.facts["answer_at"] == f"/duty?answer={check}"
    own = venues_scope((watched.venue.id,))
    with pytest.raises(NotAllowed), record.record.scoped(own) as session:
        duty_checks.answer_in_person(session, check, off, now)
    with pytest.raises(NotFound), record.record.scoped(venues_scope((0,))) as session:
        duty_checks.answer_in_person(session, check, on_watch, now)
    with record.record.scoped(own) as session:
        assert [row.id for row in duty.waiting_for(session, on_watch.person_id or 0)] == [check]
        state = duty_checks.answer_in_person(session, check, on_watch, now + timedelta(minutes=3))
    assert state is DutyCheckState.ANSWERED
    with pytest.raises(WrongState), record.record.scoped(own) as session:
        duty_checks.answer_in_person(session, check, on_watch, now + timedelta(minutes=4))
    with record.record.scoped(own) as session:
        row = duty.check(session, check)
        assert row is not None
        assert (row.took, row.answered_through, row.answered_by_name) == (timedelta(minutes=3), "portal", "张三")
        assert duty.waiting_for(session, on_watch.person_id or 0) == []


def test_nobody_answers_and_it_rings_then_somebody_does_late(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    person = watched.person()
    check = ask(record, watched, NOW)
    with record.record.scoped(EVERYTHING) as session:
        assert duty_checks.expire(session, NOW + timedelta(minutes=10)) == 0
        assert duty_checks.expire(session, NOW + timedelta(minutes=11)) == 1
        assert duty_checks.expire(session, NOW + timedelta(minutes=12)) == 0
    alarm = owner.execute(text("select kind, venue_id, device_id from alarms where closed_at is null")).all()
    assert ("duty_unanswered", watched.venue.id, None) in [tuple(row) for row in alarm]
    with record.record.scoped(venues_scope((watched.venue.id,))) as session:
        late = duty_checks.answer_in_person(session, check, person, NOW + timedelta(minutes=15), Through.PHONE)
    assert late is DutyCheckState.ANSWERED_LATE


def test_who_cannot_be_asked_and_twice_at_once(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    with pytest.raises(NotFound, match="nobody with an account"):
        ask(record, watched, NOW)
    watched.person()
    with pytest.raises(NotFound):
        ask(record, watched, NOW, county=360_733)
    ask(record, watched, NOW)
    with pytest.raises(WrongState):
        ask(record, watched, NOW)


def throw(record: TestRecord, now: datetime, turn: timedelta = WEEK, per_week: float = 2) -> int:
    with record.record.scoped(EVERYTHING) as session:
        return len(duty_plan.throw(session, per_week, turn, now))


def test_the_clock_asks_whoever_can_be_asked(record: TestRecord, owner: Connection) -> None:
    """A turn as long as a week is one in which every die says yes."""
    watched = Watched(owner)
    assert throw(record, NOW) == 0  # nobody to ask
    watched.person()
    assert throw(record, NOW, per_week=0) == 0
    audited = owner.scalar(text("select count(*) from audit_log"))
    assert throw(record, NOW) == 1
    assert owner.execute(text("select is_planned, way, state from duty_checks")).one() == (True, "people", "sent")
    assert owner.scalar(text("select count(*) from audit_log")) == audited
    assert throw(record, NOW + timedelta(days=3)) == 0  # still open
    owner.execute(text("update duty_checks set state = 'answered', answered_at = sent_at, answered_through = 'portal'"))
    assert throw(record, NOW + plan_rule.soonest(2) - timedelta(minutes=1)) == 0
    assert throw(record, NOW + plan_rule.soonest(2)) == 1


def test_the_clock_does_not_ask_in_a_drill_or_where_nothing_is_declared(record: TestRecord, owner: Connection) -> None:
    drilling, ended = Watched(owner), Watched(owner, ends_on=date(2026, 3, 1))
    drilling.person(), ended.person()
    owner.execute(
        text(
            "insert into windows (venue_id, county, kind, device_kinds, starts_at, ends_at, reason, announced_at,"
            " announced_by_name) values (:v, :c, 'drill', '{smoke_detector}', :a, :b, 'x', :a, 'x')"
        ),
        {"v": drilling.venue.id, "c": drilling.venue.county, "a": NOW, "b": NOW + timedelta(hours=1)},
    )
    assert throw(record, NOW) == 0
    assert throw(record, NOW + timedelta(hours=1)) == 1


def test_the_dice_of_the_database_are_those_of_the_rule(record: TestRecord, owner: Connection) -> None:
    """Of 400 venues asked half a span ago, about as many are drawn as the rule says; the bounds miss once in 10,000."""
    people = Watched(owner)
    person = people.person()
    venue = people.venue
    owner.execute(
        text(
            """
            with made as (
                insert into venues (code, name, name_initials, category, county, address, point, in_scope_from)
                select 'D-' || n, 'D', 'd', 'kindergarten', :c, '', 'SRID=4490;POINT(114.94 25.83)', '2024-01-15'
                from generate_series(1, 400) n returning id
            ), declared as (
                insert into duty_history (venue_id, county, category, declared_from)
                select id, :c, 'kindergarten', '2025-01-01' from made
            ), granted as (
                insert into grants (person_id, role, county_lo, county_hi, venue_id)
                select :p, 'venue', :c, :c, id from made
            )
            insert into duty_checks (venue_id, county, asked_at, asked_by_name, minutes, way, state, sent_at)
            select id, :c, :at, '', 10, 'people', 'unanswered', :at from made
            """
        ),
        {"c": venue.county, "p": person.person_id, "at": NOW - timedelta(days=3)},
    )
    turn = timedelta(hours=24)
    expected = 400 * plan_rule.chance(timedelta(days=3), 2, turn)
    drawn = throw(record, NOW, turn)
    spread = 4 * (expected * (1 - expected / 400)) ** 0.5
    assert expected - spread <= drawn - 1 <= expected + spread
    owner.execute(text("delete from duty_checks"))


def test_between_two_checks_lies_no_fixed_time() -> None:
    """Drawn minute by minute, the waits are spread from a quarter of the mean to about one and three quarters."""
    turn = timedelta(minutes=30)
    alive, waits = 1.0, list[float]()
    for n in range(1, 24 * 7 * 2):
        p = plan_rule.chance(n * turn, 2, turn)
        waits.append(alive * p)
        alive *= 1 - p
    mean = sum((n + 1) * wait for n, wait in enumerate(waits)) / 2
    assert mean == pytest.approx(84, rel=0.06)
    assert sum(waits[: int(plan_rule.soonest(2) / turn) - 1]) == 0
    assert max(waits) < 0.02
    assert alive < 0.01


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("张三, 08:00-20:00", ("张三", None, EVERY_DAY, None, 8, 20)),
        ("李四\t20:00–8:00\t13800000000\t周一至周五", ("李四", "13800000000", (1, 2, 3, 4, 5), None, 20, 8)),
        ("王五，0:00-24:00，每4天", ("王五", None, EVERY_DAY, 4, 0, 0)),
        ("赵六；16:00-24:00；6-1", ("赵六", None, (1, 6, 7), None, 16, 0)),
        ("孙七, 8:00-16:00, every 3 days, 0791-8888888", ("孙七", "0791-8888888", EVERY_DAY, 3, 8, 16)),
    ],
)
def test_rosters_are_read_as_people_write_them(line: str, expected: tuple[object, ...]) -> None:
    (read,) = read_lines(f"\n{line}\n", MONDAY).shifts
    assert (
        read.person_name,
        read.phone,
        read.weekdays,
        read.cycle_days,
        read.from_time.hour,
        read.until_time.hour,
    ) == expected


@pytest.mark.parametrize(
    "line", ["张三", "张三, 8-20", "张三, 25:00-26:00", ", 08:00-20:00", "张三, 08:00-20:00, 下周"]
)
def test_what_cannot_be_read_is_named_by_its_line(line: str) -> None:
    found = read_lines(f"李四, 08:00-20:00\n{line}", MONDAY)
    assert len(found.shifts) == 1
    assert found.wrong == ((2, line.strip()),)


def test_rosters_are_written_once_and_all_or_none(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    keeper = Keeper(maintainer_id=watched.unit)
    keep(record, keeper, shift(8, 20))
    with pytest.raises(WrongState):
        keep(record, keeper, shift(20, 8), shift(8, 20))
    with pytest.raises(InvalidInput):
        keep(record, keeper, shift(20, 8), shift(8, 20, person_name=" "))
    assert owner.scalar(text("select count(*) from rosters")) == 1


def test_rosters_keep_within_the_scope(record: TestRecord, owner: Connection) -> None:
    mine, theirs = Watched(owner), Watched(owner)
    alone: MadeVenue = factories.venue(owner)
    for keeper in (Keeper(mine.unit), Keeper(theirs.unit), Keeper(venue_id=alone.id)):
        keep(record, keeper, shift(8, 20))
    with record.record.scoped(venues_scope((mine.venue.id,))) as session:
        assert session.scalars(text("select maintainer_id from rosters")).all() == [mine.unit]
        with pytest.raises(NotFound):
            rosters.add(session, Keeper(venue_id=alone.id), [shift(1, 2)], OPERATOR, datetime.now(UTC))


def told_of_a_fire(record: TestRecord, watched: Watched, at: datetime) -> list[str]:
    """Who of the unit would be told at that moment."""
    with record.record.scoped(region_scope(360_702)) as session:
        people = responsible_people.of_venues(session, [watched.venue.id], at)
    return [person.name for person in people if person.who is Party.MAINTAINER]


def test_a_units_roster_decides_whom_its_alarms_are_told_to(record: TestRecord, owner: Connection) -> None:
    watched = Watched(owner)
    for name in ("张三", "李四", "王五"):
        watched.person(name)
    noon = datetime(2026, 3, 9, 12, tzinfo=HERE)
    assert told_of_a_fire(record, watched, noon) == ["张三", "李四", "王五"], "no roster: the whole unit"
    unit = Keeper(maintainer_id=watched.unit)
    keep(record, unit, shift(8, 16), shift(16, 0, person_name="李四"), shift(0, 8, person_name="没有账号的人"))
    assert told_of_a_fire(record, watched, noon) == ["张三"]
    assert told_of_a_fire(record, watched, noon + timedelta(hours=4)) == ["李四"]
    by_night = told_of_a_fire(record, watched, noon + timedelta(hours=14))
    assert by_night == ["张三", "李四", "王五"], "whoever watches cannot be told: the whole unit"
    owner.execute(
        text("insert into accounts (person_id, login, password_hash, disabled) values (:p, 'left', '', true)"),
        {"p": owner.scalar(text("select max(person_id) from rosters where person_name = '张三'"))},
    )
    assert told_of_a_fire(record, watched, noon) == ["李四", "王五"], "whoever has left does not hold up the others"


def test_a_panel_that_cannot_be_asked_leaves_the_question_to_people(record: TestRecord, owner: Connection) -> None:
    watched, alone = Watched(owner), Watched(owner)
    on_watch = watched.person("张三")
    for place in (watched, alone):
        device, _code = factories.device(owner, place.venue, "user_transmission_device")
        owner.execute(
            text(
                "insert into device_addresses (door, address, device_id, venue_id, county)"
                " values ('gb26875', :a, :d, :v, :c)"
            ),
            {"a": str(device), "d": device, "v": place.venue.id, "c": place.venue.county},
        )
    asked = ask(record, watched, NOW)
    nobody = ask(record, alone, NOW)
    with record.record.scoped(EVERYTHING) as session:
        assert duty_checks.expire(session, NOW + timedelta(minutes=1)) == 0
        assert duty_checks.expire(session, NOW + timedelta(minutes=3)) == 1
        assert duty_checks.expire(session, NOW + timedelta(minutes=4)) == 0
        told, given_up = duty.check(session, asked), duty.check(session, nobody)
        assert told is not None
        assert given_up is not None
    assert (told.way, told.state, told.fell_back_at) == ("people", DutyCheckState.SENT, NOW + timedelta(minutes=3))
    assert (given_up.way, given_up.state, given_up.fell_back_at) == ("panel", DutyCheckState.UNREACHABLE, None)
    assert list(owner.scalars(text("select person_id from notices where subject_id = :id"), {"id": asked})) == [
        on_watch.person_id
    ]
    with record.record.scoped(venues_scope((watched.venue.id,))) as session:
        state = duty_checks.answer_in_person(session, asked, on_watch, NOW + timedelta(minutes=9))
    assert state is DutyCheckState.ANSWERED, "ten minutes from the moment at which people were asked"
