"""What is wrong with a plan: one sentence for every fault, all of them at once."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.rules.device_kinds import DeviceKind
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, Ring, Route, Spot, level_name
from db.rules.plan_geometry import area, distance_to_outline, holds, is_simple, lies_within

MOST_BUILDINGS, MOST_FLOORS, MOST_CORNERS, MOST_PARTS = 60, 60, 200, 400
MOST_SPOTS = 12_000
"""Corners and points of a whole plan: what is to be checked is bounded."""
MOST_METRES = 3000.0
"""From the venue's point."""
LOWEST, HIGHEST = 2.0, 30.0
"""Of a storey: a gymnasium is one."""
SMALLEST_AREA = 0.5
TOLERANCE = 0.35
"""Walls have a thickness, and drawings are not exact."""
ROUTE_METRES_OUT = 60.0
MOST_FAULTS = 200


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault in one sentence, whose names and figures stand in `facts`."""

    message: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownArea:
    """A controlled area on record."""

    id: int
    name: str
    floor: int
    kind: str = ""


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device in use at the venue."""

    id: int
    code: str
    kind: DeviceKind
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What the venue has."""

    areas: Mapping[int, KnownArea]
    devices: Mapping[int, KnownDevice]


def faults(plan: Plan, known: OnRecord) -> list[Refusal]:
    """Everything that keeps the plan from being recorded, in the order of the plan."""
    found: list[Refusal] = []
    if len(plan.buildings) > MOST_BUILDINGS:
        return [Refusal("A venue has at most {n} buildings.", {"n": MOST_BUILDINGS})]
    if _spots(plan) > MOST_SPOTS:
        return [Refusal("A plan has at most {n} corners and points in all.", {"n": MOST_SPOTS})]
    for name, times in Counter(b.name.strip() for b in plan.buildings).items():
        if times > 1:
            found.append(Refusal("Two buildings are called {name}.", {"name": name}))
    for fault in _all(plan, known):
        found.append(fault)
        if len(found) >= MOST_FAULTS:
            break
    return found


def _spots(plan: Plan) -> int:
    return sum(len(building.outline) for building in plan.buildings) + sum(
        len(floor.outline or ())
        + len(floor.devices)
        + sum(len(part.outline) for part in floor.areas)
        + sum(len(route.line) for route in floor.routes)
        for _, floor in plan.floors()
    )


def _all(plan: Plan, known: OnRecord) -> Iterator[Refusal]:
    for building in plan.buildings:
        yield from _of_building(building)
        for floor in building.floors:
            yield from _of_floor(building, floor, known)
    areas = Counter(a.area_id for _, f in plan.floors() for a in f.areas if a.area_id is not None)
    for area_id, times in areas.items():
        if times > 1 and area_id in known.areas:
            yield Refusal("The area {name} is drawn {n} times.", {"name": known.areas[area_id].name, "n": times})
    devices = Counter(d.device_id for _, f in plan.floors() for d in f.devices)
    for device_id, times in devices.items():
        if times > 1 and device_id in known.devices:
            yield Refusal("The device {code} hangs in {n} places.", {"code": known.devices[device_id].code, "n": times})


def _of_building(building: Building) -> Iterator[Refusal]:
    about = {"building": building.name}
    if not building.name.strip() or len(building.name) > 60:
        yield Refusal("Every building needs a name of at most 60 characters.")
    yield from _of_ring(building.outline, _OF_BUILDING, about)
    levels = sorted(floor.level for floor in building.floors)
    if not levels:
        yield Refusal("{building} has no floor.", about)
    elif len(levels) > MOST_FLOORS:
        yield Refusal("{building} has more than {n} floors.", {**about, "n": MOST_FLOORS})
    elif 0 in levels:
        yield Refusal("{building}: there is no floor 0; the ground floor is 1, the first basement -1.", about)
    elif len(set(levels)) != len(levels):
        yield Refusal("{building} has a floor twice.", about)
    elif building.is_outdoors and levels != [1]:
        yield Refusal("{building} lies outdoors and has the one floor 1.", about)
    elif _stairs(levels) != list(range(_stairs(levels)[0], _stairs(levels)[0] + len(levels))):
        yield Refusal("{building}: floors follow one another without a gap.", about)


def _stairs(levels: list[int]) -> list[int]:
    """Levels without the hole at 0."""
    return [level if level < 0 else level - 1 for level in levels]


def _of_floor(building: Building, floor: Floor, known: OnRecord) -> Iterator[Refusal]:
    about = {"building": building.name, "floor": level_name(floor.level)}
    if not building.is_outdoors and not LOWEST <= floor.height <= HIGHEST:
        yield Refusal(
            "{building} {floor}: a storey is {low} to {high} m high.", {**about, "low": LOWEST, "high": HIGHEST}
        )
    if floor.outline is not None:
        yield from _of_ring(floor.outline, _OF_FLOOR, about)
    if max(len(floor.areas), len(floor.devices), len(floor.routes)) > MOST_PARTS:
        yield Refusal("{building} {floor} holds more than {n} things of a kind.", {**about, "n": MOST_PARTS})
        return
    drawn = building.outline_of(floor)
    outline = drawn if ring_fault(drawn) is None else None
    for part in floor.areas:
        yield from _of_area(part, outline, floor, known, about)
    for route in floor.routes:
        yield from _of_route(route, outline, about)
    for place in floor.devices:
        yield from _of_device(place, outline, building, floor, known, about)


_OF_BUILDING = {
    "corners": Refusal("The outline of {building} needs 3 to 200 corners."),
    "far": Refusal("The outline of {building} lies far from the venue."),
    "crosses": Refusal("The outline of {building} crosses itself."),
    "small": Refusal("The outline of {building} encloses next to nothing."),
}
_OF_FLOOR = {
    "corners": Refusal("The outline of {building} {floor} needs 3 to 200 corners."),
    "far": Refusal("The outline of {building} {floor} lies far from the venue."),
    "crosses": Refusal("The outline of {building} {floor} crosses itself."),
    "small": Refusal("The outline of {building} {floor} encloses next to nothing."),
}
_OF_AREA = {
    "corners": Refusal("{building} {floor}: the area {area} needs 3 to 200 corners."),
    "far": Refusal("{building} {floor}: the area {area} lies far from the venue."),
    "crosses": Refusal("{building} {floor}: the outline of the area {area} crosses itself."),
    "small": Refusal("{building} {floor}: the area {area} encloses next to nothing."),
}


def ring_fault(ring: Ring) -> str | None:
    """What is wrong with an outline, by a key of the sentences above; None where it is sound."""
    if len(ring) < 3 or len(ring) > MOST_CORNERS:
        return "corners"
    if not all(map(_is_near, ring)):
        return "far"
    if not is_simple(ring):
        return "crosses"
    return "small" if area(ring) < SMALLEST_AREA else None


def _of_ring(ring: Ring, sentences: Mapping[str, Refusal], about: dict[str, Any]) -> Iterator[Refusal]:
    fault = ring_fault(ring)
    if fault is not None:
        yield Refusal(sentences[fault].message, about)


def _is_near(spot: Spot) -> bool:
    return all(math.isfinite(value) and abs(value) <= MOST_METRES for value in spot)


def _of_area(
    part: FloorArea, outline: Ring | None, floor: Floor, known: OnRecord, about: dict[str, Any]
) -> Iterator[Refusal]:
    record = known.areas.get(part.area_id) if part.area_id is not None else None
    named = {**about, "area": record.name if record else part.name or "?"}
    if part.area_id is not None and record is None:
        yield Refusal("{building} {floor}: the area {area} is not one of this venue's.", named)
    elif record is not None and record.floor != floor.level:
        yield Refusal(
            "{building} {floor}: the area {area} is on record on {recorded}.",
            {**named, "recorded": level_name(record.floor)},
        )
    elif record is None and not 0 < len(part.name.strip()) <= 60:
        yield Refusal("{building} {floor}: an area needs a name of at most 60 characters.", about)
    broken = list(_of_ring(part.outline, _OF_AREA, named))
    yield from broken
    if not broken and outline is not None and not lies_within(part.outline, outline, tolerance=TOLERANCE):
        yield Refusal("{building} {floor}: the area {area} reaches beyond the floor.", named)


def _of_route(route: Route, outline: Ring | None, about: dict[str, Any]) -> Iterator[Refusal]:
    if not 2 <= len(route.line) <= MOST_CORNERS or not all(map(_is_near, route.line)):
        yield Refusal("{building} {floor}: an escape route needs 2 to 200 points near the venue.", about)
    elif max(math.dist(route.line[0], spot) for spot in route.line) < 0.3:
        yield Refusal("{building} {floor}: an escape route leads nowhere.", about)
    elif outline is not None and not any(holds(outline, spot, tolerance=TOLERANCE) for spot in route.line):
        yield Refusal("{building} {floor}: an escape route does not touch the floor.", about)
    elif outline is not None and any(
        not holds(outline, spot) and distance_to_outline(spot, outline) > ROUTE_METRES_OUT for spot in route.line
    ):
        yield Refusal("{building} {floor}: an escape route ends more than {n} m away.", {**about, "n": 60})


def _of_device(
    place: DevicePlace, outline: Ring | None, building: Building, floor: Floor, known: OnRecord, about: dict[str, Any]
) -> Iterator[Refusal]:
    device = known.devices.get(place.device_id)
    if device is None:
        yield Refusal("{building} {floor}: a device that is placed there is not in use at this venue.", about)
        return
    named = {**about, "code": device.code}
    if not _is_near((place.x, place.y)) or not math.isfinite(place.z):
        yield Refusal("{building} {floor}: the device {code} lies far from the venue.", named)
    elif outline is not None and not holds(outline, (place.x, place.y), tolerance=TOLERANCE):
        yield Refusal("{building} {floor}: the device {code} hangs outside the floor.", named)
    elif not 0 <= place.z <= (10.0 if building.is_outdoors else floor.height):
        yield Refusal("{building} {floor}: the device {code} hangs above the ceiling or below the floor.", named)
    if place.cone is not None and device.kind is not DeviceKind.CAMERA:
        yield Refusal("{building} {floor}: the device {code} is no camera and sees nothing.", named)
    elif place.cone is not None and not _is_sound(place.cone):
        yield Refusal(
            "{building} {floor}: the camera {code} looks 0 to 360 degrees round, 5 to 360 across and 1 to 200 m far.",
            named,
        )


def _is_sound(cone: Cone) -> bool:
    return 0 <= cone.heading <= 360 and 5 <= cone.angle <= 360 and 1 <= cone.reach <= 200
