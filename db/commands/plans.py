"""A venue's plan, written whole: who began from an older edition is told who was first, and loses nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.queries import plans as plan_queries
from db.rules.plan import Building, Floor, Plan, PlanSource, Ring, Spot
from db.rules.plan_checks import Refusal, faults
from db.rules.role_acts import DRAW_PLANS


class FaultyPlan(InvalidInput):
    """A plan with faults; each stands in `faults`, the first one is the message."""

    def __init__(self, found: Sequence[Refusal]) -> None:
        super().__init__(found[0].message, **found[0].facts)
        self.faults = tuple(found)


@dataclass(frozen=True, slots=True)
class NewPlan:
    """A plan as somebody made it, from the edition `revision` of the venue's plan (0: there was none)."""

    venue_id: int
    plan: Plan
    revision: int
    source: PlanSource = PlanSource.DRAWN


_VENUE = text("select county from venues where id = :venue")
_FIRST = text(
    """
    insert into plans (venue_id, county, revision, source, changed_at, changed_by, changed_by_name)
    values (:venue, :county, 1, :source, :now, :by, :by_name) on conflict do nothing returning revision
    """
)
_NEXT = text(
    """
    update plans set revision = revision + 1, source = :source, changed_at = :now, changed_by = :by,
        changed_by_name = :by_name
    where venue_id = :venue and revision = :revision returning revision
    """
)
_STANDING = text("select changed_at, changed_by_name from plans where venue_id = :venue")
_CLEAR = text("delete from buildings where venue_id = :venue")
_BUILDING = text(
    """
    insert into buildings (venue_id, county, position, name, is_outdoors, outline)
    values (:venue, :county, :position, :name, :outdoors, st_geomfromtext(:outline, 0)) returning id
    """
)
_FLOOR = text(
    """
    insert into floors (building_id, venue_id, county, level, height, outline)
    values (:building, :venue, :county, :level, :height, st_geomfromtext(:outline, 0)) returning id
    """
)
_PART = text(
    """
    insert into floor_areas (floor_id, venue_id, county, area_id, name, outline)
    values (:floor, :venue, :county, :area, :name, st_geomfromtext(:outline, 0))
    """
)
_ROUTE = text(
    """
    insert into escape_routes (floor_id, venue_id, county, line)
    values (:floor, :venue, :county, st_geomfromtext(:line, 0))
    """
)
_PLACE = text(
    """
    insert into device_places (floor_id, venue_id, county, device_id, x, y, z, cone_heading, cone_angle, cone_reach)
    values (:floor, :venue, :county, :device, :x, :y, :z, :heading, :angle, :reach)
    """
)


def record(session: Session, new: NewPlan, actor: Actor | Acting, now: datetime) -> int:
    """Put the plan in place of the venue's; answers the new edition's number.

    `FaultyPlan` with every fault, `WrongState` where somebody recorded another edition meanwhile.
    """
    if actor.role is not None and actor.role not in DRAW_PLANS:
        raise NotAllowed("Your role may look, not act.")
    county = session.scalar(_VENUE, {"venue": new.venue_id})
    if county is None:
        raise NotFound("There is no such venue within your scope.")
    found = faults(new.plan, plan_queries.on_record(session, new.venue_id))
    if found:
        raise FaultyPlan(found)
    revision = _take_turn(session, new, int(county), actor, now)
    session.execute(_CLEAR, {"venue": new.venue_id})
    place = {"venue": new.venue_id, "county": county}
    for position, building in enumerate(new.plan.buildings):
        _put(session, building, position, place)
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="plan recorded",
        subject=f"plans/{new.venue_id}",
        venue_id=new.venue_id,
        county=int(county),
        detail={"revision": revision, "source": new.source.value, **_counted(new.plan)},
    )
    return revision


def _take_turn(session: Session, new: NewPlan, county: int, actor: Actor | Acting, now: datetime) -> int:
    """The edition's number; the row is locked until the commit."""
    values: dict[str, Any] = {
        "venue": new.venue_id,
        "county": county,
        "revision": new.revision,
        "source": new.source.value,
        "now": now,
        "by": actor.person_id,
        "by_name": actor.name,
    }
    revision = session.scalar(_NEXT if new.revision else _FIRST, values)
    if revision is None:
        standing = session.execute(_STANDING, values).one_or_none()
        if standing is None:
            raise WrongState("The plan that you began from is not there any more; load it again.")
        raise WrongState(
            "{who} recorded another edition of this plan ({at}) while you were drawing. Yours is kept here: load"
            " theirs, or keep yours to compare.",
            who=standing.changed_by_name,
            at=standing.changed_at,
        )
    return int(revision)


def _put(session: Session, building: Building, position: int, place: dict[str, Any]) -> None:
    building_id = session.scalar(
        _BUILDING,
        {
            **place,
            "position": position,
            "name": building.name.strip(),
            "outdoors": building.is_outdoors,
            "outline": _polygon(building.outline),
        },
    )
    for floor in building.floors:
        values = {"building": building_id, "level": floor.level, "height": floor.height}
        outline = None if floor.outline is None else _polygon(floor.outline)
        floor_id = session.scalar(_FLOOR, {**place, **values, "outline": outline})
        _put_parts(session, floor, {**place, "floor": floor_id})


def _put_parts(session: Session, floor: Floor, place: dict[str, Any]) -> None:
    parts = [{**place, "area": a.area_id, "name": a.name.strip(), "outline": _polygon(a.outline)} for a in floor.areas]
    routes = [{**place, "line": _line(route.line)} for route in floor.routes]
    places = [
        {
            **place,
            "device": d.device_id,
            "x": d.x,
            "y": d.y,
            "z": d.z,
            "heading": d.cone.heading if d.cone else None,
            "angle": d.cone.angle if d.cone else None,
            "reach": d.cone.reach if d.cone else None,
        }
        for d in floor.devices
    ]
    for statement, rows in ((_PART, parts), (_ROUTE, routes), (_PLACE, places)):
        if rows:
            session.execute(statement, rows)


def _polygon(ring: Ring) -> str:
    return f"POLYGON(({_spots((*ring, ring[0]))}))"


def _line(spots: Sequence[Spot]) -> str:
    return f"LINESTRING({_spots(spots)})"


def _spots(spots: Sequence[Spot]) -> str:
    """To the millimetre."""
    return ",".join(f"{x:.3f} {y:.3f}" for x, y in spots)


def _counted(plan: Plan) -> dict[str, int]:
    floors = [floor for _, floor in plan.floors()]
    return {
        "buildings": len(plan.buildings),
        "floors": len(floors),
        "areas": sum(len(floor.areas) for floor in floors),
        "devices": sum(len(floor.devices) for floor in floors),
        "routes": sum(len(floor.routes) for floor in floors),
    }
