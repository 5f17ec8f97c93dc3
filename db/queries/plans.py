"""A venue's plan, read whole; and what of the venue may stand in one."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.device_kinds import DeviceKind
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, PlanSource, Ring, Route
from db.rules.plan_checks import KnownArea, KnownDevice, OnRecord
from db.rules.plan_sketch import Venue, sketch
from db.rules.venue_categories import Category


@dataclass(frozen=True, slots=True)
class PlanOnRecord:
    """A venue's plan; revision 0 where nobody has recorded one."""

    venue_id: int
    county: int
    venue_name: str
    lng: float
    lat: float
    plan: Plan
    known: OnRecord
    revision: int = 0
    source: PlanSource | None = None
    """None: there is no plan at all."""
    changed_at: datetime | None = None
    changed_by_name: str | None = None


_VENUE = text(
    """
    select v.id, v.county, v.name, v.category, v.students, v.is_demo, st_x(v.point) as lng, st_y(v.point) as lat,
           p.revision, p.source, p.changed_at, p.changed_by_name
    from venues v left join plans p on p.venue_id = v.id where v.id = :venue
    """
)
_AREAS = text("select id, name, floor, kind from areas where venue_id = :venue order by floor, id")
_DEVICES = text(
    "select id, code, kind, area_id from devices where venue_id = :venue and retired_on is null order by id"
)
_BUILDINGS = text(
    "select id, name, is_outdoors, st_asgeojson(outline, 3) as outline from buildings"
    " where venue_id = :venue order by position, id"
)
_FLOORS = text(
    "select id, building_id, level, height, st_asgeojson(outline, 3) as outline from floors"
    " where venue_id = :venue order by level"
)
_PARTS = text(
    "select floor_id, area_id, name, st_asgeojson(outline, 3) as outline from floor_areas"
    " where venue_id = :venue order by id"
)
_ROUTES = text("select floor_id, st_asgeojson(line, 3) as line from escape_routes where venue_id = :venue order by id")
_PLACES = text(
    """
    select p.floor_id, p.device_id, p.x, p.y, p.z, p.cone_heading, p.cone_angle, p.cone_reach
    from device_places p join devices d on d.id = p.device_id and d.venue_id = p.venue_id and d.retired_on is null
    where p.venue_id = :venue order by p.id
    """
)


def of_venue(session: Session, venue_id: int) -> PlanOnRecord:
    """The plan on record; a demonstration venue without one has a sketch. `NotFound` outside the scope."""
    row = session.execute(_VENUE, {"venue": venue_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such venue within your scope.")
    known = on_record(session, venue_id)
    about = (row.id, row.county, row.name, row.lng, row.lat)
    if row.revision is not None:
        plan = _recorded(session, venue_id)
        return PlanOnRecord(
            *about, plan, known, row.revision, PlanSource(row.source), row.changed_at, row.changed_by_name
        )
    if row.is_demo:
        return PlanOnRecord(*about, _sketched(row, known), known, source=PlanSource.SKETCH)
    return PlanOnRecord(*about, Plan(), known)


def venue_by_code(session: Session, code: str) -> int:
    """`NotFound` outside the scope."""
    found = session.scalar(text("select id from venues where code = :code"), {"code": code})
    if found is None:
        raise NotFound("There is no such venue within your scope.")
    return int(found)


def sketched(session: Session, venue_id: int) -> Plan:
    """A first sketch of any venue, from what is on record of it."""
    row = session.execute(_VENUE, {"venue": venue_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such venue within your scope.")
    return _sketched(row, on_record(session, venue_id))


def on_record(session: Session, venue_id: int) -> OnRecord:
    """The areas and the devices in use that a plan of the venue may hold."""
    at = {"venue": venue_id}
    areas = [KnownArea(*row) for row in session.execute(_AREAS, at)]
    devices = [
        KnownDevice(row.id, row.code, DeviceKind(row.kind), row.area_id) for row in session.execute(_DEVICES, at)
    ]
    return OnRecord({area.id: area for area in areas}, {device.id: device for device in devices})


def _sketched(row: Any, known: OnRecord) -> Plan:
    return sketch(
        Venue(Category(row.category), row.students, tuple(known.areas.values()), tuple(known.devices.values()))
    )


def _recorded(session: Session, venue_id: int) -> Plan:
    at = {"venue": venue_id}
    parts = _by_floor(session.execute(_PARTS, at).mappings())
    routes = _by_floor(session.execute(_ROUTES, at).mappings())
    places = _by_floor(session.execute(_PLACES, at).mappings())
    floors: dict[int, list[Floor]] = defaultdict(list)
    for row in session.execute(_FLOORS, at):
        floors[row.building_id].append(
            Floor(
                row.level,
                row.height,
                _ring(row.outline) if row.outline else None,
                tuple(FloorArea(part["name"], _ring(part["outline"]), part["area_id"]) for part in parts[row.id]),
                tuple(Route(_spots(route["line"])) for route in routes[row.id]),
                tuple(_place(place) for place in places[row.id]),
            )
        )
    return Plan(
        tuple(
            Building(row.name, _ring(row.outline), tuple(floors[row.id]), row.is_outdoors)
            for row in session.execute(_BUILDINGS, at)
        )
    )


def _by_floor(rows: Iterable[Mapping[Any, Any]]) -> dict[int, list[Mapping[Any, Any]]]:
    found: dict[int, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in rows:
        found[row["floor_id"]].append(row)
    return found


def _place(row: Mapping[Any, Any]) -> DevicePlace:
    cone = None
    if row["cone_heading"] is not None:
        cone = Cone(row["cone_heading"], row["cone_angle"], row["cone_reach"])
    return DevicePlace(row["device_id"], row["x"], row["y"], row["z"], cone)


def _ring(geojson: str) -> Ring:
    return tuple((x, y) for x, y in json.loads(geojson)["coordinates"][0][:-1])


def _spots(geojson: str) -> Ring:
    return tuple((x, y) for x, y in json.loads(geojson)["coordinates"])
