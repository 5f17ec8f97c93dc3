"""Checks put to people and to panels, by a hand and by the clock."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands import duty_checks, duty_plan, rosters
from db.commands.duty_checks import Through
from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.errors import NotAllowed, NotFound, WrongState
from db.queries import duty
from db.rules import duty_plan as plan_rule
from db.rules.access_scope import EVERYTHING, region_scope, venues_scope
from db.rules.duty_check import DutyCheckState
from tests import factories
from tests.db.duty.watched import HERE, NOW, OPERATOR, WEEK, Watched, shift
from tests.plugins.services import TestRecord


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
