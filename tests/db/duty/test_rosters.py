"""Rosters as people write them, and whom they make responsible."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from db.commands import rosters
from db.commands.rosters import Keeper
from db.errors import InvalidInput, NotFound, WrongState
from db.queries import responsible_people
from db.rules.access_scope import region_scope, venues_scope
from db.rules.ladders import Party
from db.rules.rosters import read_lines
from tests import factories
from tests.db.duty.watched import EVERY_DAY, HERE, MONDAY, OPERATOR, Watched, keep, shift
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord


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
