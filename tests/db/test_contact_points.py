"""A person's own addresses: verified by a code, theirs alone, and never so few that nobody notices."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from db.commands import contact_points, notification_rules
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput, NotFound, WrongState
from db.queries import messages, telling
from db.rules.access_scope import NOTHING, region_scope
from db.rules.channels import Channel
from db.rules.contact_address import Address, code_for
from tests.ingest.notify.telling import Desk, desk_on
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

SECRET = "s" * 24
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
COUNTY = region_scope(360_702)


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def desk(record: TestRecord) -> Iterator[Desk]:
    with desk_on(record) as made:
        yield made


def add(desk: Desk, person: int, address: str = "13911112222", at: datetime = NOW) -> int:
    with desk.record.scoped(COUNTY, person) as session:
        return contact_points.add(session, Channel.SMS, Address(address), "mine", Operator(person, "张三"), at)


def ask(desk: Desk, person: int, point: int, at: datetime) -> None:
    with desk.record.scoped(COUNTY, person) as session:
        contact_points.ask_code(session, point, Operator(person, "张三"), at)


def verify(desk: Desk, person: int, point: int, code: str, at: datetime) -> bool:
    with desk.record.scoped(COUNTY, person) as session:
        return contact_points.verify(session, point, code, SECRET, Operator(person, "张三"), at)


def test_an_address_counts_once_its_code_was_typed(desk: Desk) -> None:
    person, audited = desk.person(phone=None), desk.one("select coalesce(max(id), 0) from audit_log")
    point = add(desk, person)
    ask(desk, person, point, NOW)
    code = code_for(SECRET, point, NOW)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert not verify(desk, person, point, wrong, NOW)
    assert desk.one("select verified_at is null and code_tries = 1 from contact_points")
    assert verify(desk, person, point, f" {code} ", NOW + timedelta(minutes=9))
    assert desk.one("select verified_at is not null from contact_points")
    assert desk.one("select count(*) from deliveries where purpose = 'code' and state = 'waiting'") == 1
    entries = desk.all("select act, detail from audit_log where id > :before order by id", before=audited)
    assert [entry.act for entry in entries] == ["contact point added", "contact point verified"]
    assert "13911112222" not in str(entries)


def test_a_code_ends_by_time_by_tries_and_is_not_asked_for_at_once_again(desk: Desk) -> None:
    person = desk.person(phone=None)
    point = add(desk, person)
    with pytest.raises(WrongState):
        verify(desk, person, point, "000000", NOW)
    ask(desk, person, point, NOW)
    with pytest.raises(WrongState):
        ask(desk, person, point, NOW + timedelta(seconds=59))
    with pytest.raises(WrongState):
        verify(desk, person, point, code_for(SECRET, point, NOW), NOW + timedelta(minutes=11))
    again = NOW + timedelta(minutes=12)
    ask(desk, person, point, again)
    right = code_for(SECRET, point, again)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        assert not verify(desk, person, point, wrong, again)
    with pytest.raises(WrongState):
        verify(desk, person, point, right, again)


def test_codes_and_trials_are_not_sent_without_end(desk: Desk) -> None:
    person = desk.person(phone=None)
    points = [add(desk, person, f"1391111{n:04d}") for n in range(7)]
    for n, point in enumerate(points[:6]):
        ask(desk, person, point, NOW + timedelta(seconds=n))
    with pytest.raises(WrongState):
        ask(desk, person, points[6], NOW + timedelta(seconds=7))
    for n in range(5):
        add(desk, person, f"1392222{n:04d}")
    with pytest.raises(InvalidInput):
        add(desk, person, "13933330000")


def test_nobody_touches_another_persons_address(desk: Desk) -> None:
    mine, other = desk.person(phone=None, role="county"), desk.person("13800000009", role="county")
    point = add(desk, mine)
    acts = (
        lambda session, who: contact_points.ask_code(session, point, who, NOW),
        lambda session, who: contact_points.send_test(session, point, who, NOW),
        lambda session, who: contact_points.remove(session, point, who),
    )
    for act in acts:
        with pytest.raises(NotFound), desk.record.scoped(COUNTY, other) as session:
            act(session, Operator(other, "李四"))
    with desk.record.scoped(COUNTY, other) as session:
        assert (
            session.execute(text("update contact_points set address = 'x' where id = :id"), {"id": point}).rowcount == 0
        )
        assert session.execute(text("delete from contact_points where id = :id"), {"id": point}).rowcount == 0
    insert = "insert into contact_points (person_id, channel, address, origin) values (:id, 'sms', 'x', 'own')"
    with pytest.raises(ProgrammingError, match="row-level security"), desk.record.scoped(COUNTY, other) as session:
        session.execute(text(insert), {"id": mine})
    with desk.record.scoped(NOTHING) as session:
        assert session.scalar(text("select count(*) from contact_points")) == 0


def test_the_number_of_the_books_stays(desk: Desk) -> None:
    person = desk.person()
    point = desk.one("select id from contact_points where channel = 'voice'")
    with pytest.raises(WrongState), desk.record.scoped(COUNTY, person) as session:
        contact_points.remove(session, point, Operator(person, "张三"))
    desk.change("update people set phone = '13700000000' where id = :id", id=person)
    assert desk.all("select distinct address from contact_points where disabled_at is null") == [("13700000000",)]
    desk.change("update people set phone = '13800000001' where id = :id", id=person)
    assert desk.all("select distinct address from contact_points where disabled_at is null") == [("13800000001",)]


def test_taking_an_address_away_ends_what_waits_for_it(desk: Desk) -> None:
    person = desk.person(phone=None)
    point = add(desk, person)
    ask(desk, person, point, NOW)
    with desk.record.scoped(COUNTY, person) as session:
        contact_points.remove(session, point, Operator(person, "张三"))
    assert desk.one("select state = 'failed' and contact_point_id is null from deliveries")


def test_quiet_hours_are_kept_and_ended(desk: Desk) -> None:
    person = desk.person()
    with desk.record.scoped(COUNTY, person) as session:
        contact_points.keep_quiet(session, time(22), time(6, 30), Operator(person, "张三"))
    with desk.record.scoped(COUNTY, person) as session:
        assert telling.quiet_hours_of(session, [person])[person].ends == time(6, 30)
        contact_points.keep_no_quiet(session, Operator(person, "张三"))
    with desk.record.scoped(COUNTY, person) as session:
        assert telling.quiet_hours_of(session, [person]) == {}


def test_people_of_the_books_are_people_and_the_same_number_is_the_same_person(desk: Desk) -> None:
    desk.change(
        "insert into venue_people (venue_id, county, duty, name, phone)"
        " values (:v, :c, 'operator', '王五', '13600000001'),"
        " (:v, :c, 'safety_officer', '王五', '13600000001'), (:v, :c, 'legal_person', '赵六', '')",
        v=desk.venue.id,
        c=desk.venue.county,
    )
    assert desk.one("select count(distinct person_id) from venue_people") == 1
    assert desk.one("select count(*) from venue_people where person_id is null") == 1
    person = desk.one("select max(person_id) from venue_people")
    assert desk.one("select count(*) from contact_points where person_id = :id", id=person) == 2
    desk.change("update venue_people set phone = '13600000002' where duty = 'operator'")
    assert desk.one("select count(distinct person_id) from venue_people") == 2


def test_who_cannot_be_reached_is_found_by_name(desk: Desk) -> None:
    desk.change(
        "insert into notify_channels (channel, is_configured, per_second, burst, tokens, refilled_at, told_at)"
        " select c, true, 1, 1, 1, now(), now() from unnest(array['sms', 'voice', 'email']) c"
    )
    safe = desk.person("13800000001", "两种", "county")
    desk.person(None, "没有", "county")
    one = desk.person("13800000003", "一种", "county")
    broken = desk.person("13800000004", "坏了", "county")
    desk.change("update contact_points set failures = 3 where person_id = :id and channel = 'voice'", id=one)
    desk.change("update contact_points set failures = 3, last_failure = 'UNDELIV' where person_id = :id", id=broken)
    with desk.record.scoped(COUNTY, safe) as session:
        found = messages.reachability(session, 10)
    assert (found.people, found.without, found.one_kind) == (4, 2, 1)
    assert [(row.name, row.kinds) for row in found.rows] == [("没有", 0), ("坏了", 0), ("一种", 1)]
    with desk.record.scoped(region_scope(360_100), safe) as session:
        assert messages.reachability(session, 10).rows == ()


def test_a_fire_keeps_two_kinds_of_channel_whoever_changes_the_rules(desk: Desk) -> None:
    who = Operator(desk.person(), "管理员")
    rule = desk.one("select id from notification_rules where kind = 'fire'")
    province = region_scope(360_000)
    refused = 0
    for channel in (each for each in Channel if each is not Channel.PORTAL):
        try:
            with desk.record.scoped(province, who.person_id) as session:
                notification_rules.switch(session, rule, channel, who)
        except AnwangError:
            refused += 1
    kinds = desk.one("select channels from notification_rules where id = :id", id=rule)
    assert len(set(kinds) - {"portal"}) >= 2
    assert refused > 0
    with pytest.raises(NotFound), desk.record.scoped(COUNTY, who.person_id) as session:
        notification_rules.switch(session, rule, Channel.SMS, who)
