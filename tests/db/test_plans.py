"""Plans on record: written whole, one after the other, within the scope alone."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from db.commands import plans, scene_links
from db.commands.actor import Actor
from db.commands.plans import FaultyPlan, NewPlan
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import plans as plan_queries
from db.queries import scene_links as link_queries
from db.rules.access_scope import Role, Scope, region_scope, venues_scope
from db.rules.plan import DevicePlace, Floor, FloorArea, Plan, PlanSource
from db.rules.plan_geometry import rectangle
from tests import factories
from tests.db.plan_cases import house
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
KEY = "a key of this test"


@dataclass(frozen=True)
class Place:
    record: TestRecord
    scope: Scope
    venue: factories.MadeVenue
    other: factories.MadeVenue
    device: int
    actor: Actor
    rival: Actor

    def plan(self, **ground: object) -> Plan:
        """The house of the rules' tests with this venue's own area and device."""
        own = {
            "areas": (
                FloorArea("", rectangle(1, 4, 19, 6), self.venue.area_id),
                FloorArea("值班室", rectangle(1, 7, 5, 9)),
            ),
            "devices": (DevicePlace(self.device, 10.0, 5.0, 3.2),),
        }
        (building,) = house(**(own | ground)).buildings
        upper = replace(building.floors[1], areas=())
        return Plan((replace(building, floors=(building.floors[0], upper)),))

    def save(self, plan: Plan, revision: int = 0, actor: Actor | None = None) -> int:
        with self.record.record.scoped(self.scope) as session:
            return plans.record(session, NewPlan(self.venue.id, plan, revision), actor or self.actor, NOW)


@pytest.fixture(scope="module")
def shared_record(installation: Installation) -> Iterator[TestRecord]:
    """One record for all: each test has venues of its own."""
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def place(shared_record: TestRecord) -> Iterator[Place]:
    engine = create_engine(shared_record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        venue, other = factories.venue(connection), factories.venue(connection, 360_703)
        device, _ = factories.device(connection, venue)
        names = [(factories.person(connection, name), name) for name in ("甲", "乙")]
    first, second = (Actor(person, name, "192.0.2.1", Role.COUNTY) for person, name in names)
    yield Place(shared_record, region_scope(360_702), venue, other, device, first, second)
    engine.dispose()


def test_a_plan_comes_back_as_it_was_recorded(place: Place) -> None:
    assert place.save(place.plan()) == 1
    with place.record.record.scoped(place.scope) as session:
        drawn = plan_queries.of_venue(session, place.venue.id)
        said = session.execute(
            text("select act, subject, detail->>'floors' as n from audit_log order by id desc limit 1")
        ).one()
    assert drawn.plan == place.plan()
    assert (drawn.revision, drawn.source, drawn.changed_by_name) == (1, PlanSource.DRAWN, "甲")
    assert tuple(said) == ("plan recorded", f"plans/{place.venue.id}", "2")


def test_who_comes_second_is_told_who_was_first_and_changes_nothing(place: Place) -> None:
    place.save(place.plan())
    place.save(place.plan(routes=()), revision=1)
    with pytest.raises(WrongState) as refused:
        place.save(Plan(), revision=1, actor=place.rival)
    assert "甲" in str(refused.value)
    with pytest.raises(WrongState):
        place.save(Plan(), revision=0, actor=place.rival)
    with place.record.record.scoped(place.scope) as session:
        assert plan_queries.of_venue(session, place.venue.id).revision == 2
        assert len(plan_queries.of_venue(session, place.venue.id).plan.buildings) == 1


def test_a_faulty_plan_leaves_the_old_one_and_tells_everything(place: Place) -> None:
    place.save(place.plan())
    broken = place.plan(devices=(DevicePlace(place.device, 99, 5, 3), DevicePlace(987_654, 1, 1, 1)))
    with pytest.raises(FaultyPlan) as refused:
        place.save(broken, revision=1)
    assert len(refused.value.faults) == 2
    with place.record.record.scoped(place.scope) as session:
        assert plan_queries.of_venue(session, place.venue.id).plan == place.plan()


def test_another_venue_s_area_and_device_cannot_be_drawn(place: Place) -> None:
    stranger = place.plan(areas=(FloorArea("", rectangle(1, 1, 3, 3), place.other.area_id),))
    with pytest.raises(FaultyPlan):
        place.save(stranger)
    with place.record.record.scoped(place.scope) as session, pytest.raises(NotFound):
        plans.record(session, NewPlan(place.other.id, Plan(), 0), place.actor, NOW)
    with place.record.record.scoped(place.scope) as session, pytest.raises(NotFound):
        plan_queries.of_venue(session, place.other.id)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.ADMINISTRATOR, Role.WALL])
def test_who_only_looks_draws_nothing(place: Place, role: Role) -> None:
    with pytest.raises(NotAllowed):
        place.save(place.plan(), actor=replace(place.actor, role=role))


def test_a_device_that_left_has_no_place_and_may_hang_elsewhere(place: Place) -> None:
    place.save(place.plan())
    engine = create_engine(place.record.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("update devices set venue_id = :v, county = :c, area_id = null where id = :d"),
            {"v": place.other.id, "c": place.other.county, "d": place.device},
        )
    engine.dispose()
    with place.record.record.scoped(place.scope) as session:
        floors = [floor for _, floor in plan_queries.of_venue(session, place.venue.id).plan.floors()]
    assert [floor.devices for floor in floors] == [(), ()]
    new = NewPlan(place.other.id, place.plan(areas=()), 0)
    with place.record.record.scoped(region_scope(360_703)) as session:
        assert plans.record(session, new, place.actor, NOW) == 1


def test_the_database_itself_takes_no_outline_that_crosses_itself(place: Place) -> None:
    sql = (
        "insert into buildings (venue_id, county, position, name, is_outdoors, outline) values"
        " (:v, :c, 0, 'x', false, st_geomfromtext('POLYGON((0 0,5 5,5 0,0 5,0 0))', 0))"
    )
    with (
        pytest.raises(IntegrityError, match="ck_buildings_outline"),
        place.record.record.scoped(place.scope) as session,
    ):
        session.execute(text(sql), {"v": place.venue.id, "c": place.venue.county})


def test_a_venue_without_a_plan_has_none_and_can_be_sketched(place: Place) -> None:
    with place.record.record.scoped(place.scope) as session:
        assert plan_queries.of_venue(session, place.venue.id).source is None
        sketch = plan_queries.sketched(session, place.venue.id)
    placed = [device.device_id for _, floor in sketch.floors() for device in floor.devices]
    assert placed == [place.device]
    assert place.save(sketch) == 1


def _link(place: Place, hours: float = 2, purpose: str = "消防站", actor: Actor | None = None) -> str:
    with place.record.record.scoped(place.scope) as session:
        lasting = timedelta(hours=hours)
        return scene_links.make(session, KEY, place.venue.id, purpose, lasting, actor or place.actor, NOW)


def test_a_link_opens_until_it_expires_or_is_withdrawn_and_every_opening_stands(place: Place) -> None:
    token = _link(place)
    only = venues_scope((place.venue.id,))
    with place.record.record.scoped(only) as session:
        for minute in (0, 1, 30):
            scene_links.visit(session, token, "203.0.113.9", "a browser", NOW + timedelta(minutes=minute))
        (row,) = link_queries.of_venue(session, place.venue.id)
        assert (row.visits, row.last_address) == (2, "203.0.113.9")
        with pytest.raises(NotFound):
            scene_links.check(session, token, NOW + timedelta(hours=2))
    with place.record.record.scoped(place.scope) as session:
        scene_links.withdraw(session, place.venue.id, row.id, place.rival, NOW)
    with place.record.record.scoped(only) as session, pytest.raises(NotFound):
        scene_links.visit(session, token, "203.0.113.9", "a browser", NOW)
    with place.record.record.scoped(place.scope) as session:
        with pytest.raises(WrongState):
            scene_links.withdraw(session, place.venue.id, row.id, place.actor, NOW)
        acts = session.scalars(
            text("select act from audit_log where venue_id = :v order by id"), {"v": place.venue.id}
        ).all()
        kept = session.scalar(text("select token_hash from scene_links where venue_id = :v"), {"v": place.venue.id})
    assert acts == ["scene link made", "scene link withdrawn"]
    assert token.encode() not in bytes(kept)


def test_a_link_of_another_venue_cannot_be_withdrawn_or_checked(place: Place) -> None:
    token = _link(place)
    elsewhere = region_scope(360_703)
    with place.record.record.scoped(elsewhere) as session:
        with pytest.raises(NotFound):
            scene_links.check(session, token, NOW)
        with pytest.raises(NotFound):
            scene_links.withdraw(session, place.venue.id, 1, place.actor, NOW)


@pytest.mark.parametrize(
    ("hours", "purpose", "role", "error"),
    [
        (0.1, "x", Role.COUNTY, InvalidInput),
        (24 * 31, "x", Role.COUNTY, InvalidInput),
        (2, "  ", Role.COUNTY, InvalidInput),
        (2, "x" * 101, Role.COUNTY, InvalidInput),
        (2, "x", Role.MAINTAINER, NotAllowed),
        (2, "x", Role.ANALYST, NotAllowed),
    ],
)
def test_links_that_are_not_given(place: Place, hours: float, purpose: str, role: Role, error: type[Exception]) -> None:
    with pytest.raises(error):
        _link(place, hours, purpose, replace(place.actor, role=role))


def test_no_more_than_twenty_links_stand_open(place: Place) -> None:
    for _ in range(scene_links.MOST_OPEN):
        _link(place)
    with pytest.raises(WrongState):
        _link(place)


def test_floors_may_be_few(place: Place) -> None:
    (building,) = place.plan(areas=(), devices=(), routes=()).buildings
    assert place.save(Plan((replace(building, floors=(Floor(1, 3.0),)),))) == 1
    assert place.save(Plan(), revision=1) == 2
