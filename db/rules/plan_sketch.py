"""A first sketch of a venue nobody has drawn: buildings, storeys and rooms as its category usually has them.

Every controlled area on record gets its place on its floor, every device hangs in its area. It is a sketch and says so.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, Ring, Route, Spot
from db.rules.plan_checks import MOST_FLOORS, KnownArea, KnownDevice
from db.rules.plan_geometry import box, centre, heading, rectangle
from db.rules.venue_categories import Category

NAMED = re.compile(r"(?P<building>\D*?\d*号?\D*?楼)\d+楼")
"""1号宿舍楼2楼, 教学楼1楼走廊: the building's name before the floor."""
OUTDOORS = re.compile("室外|大门|操场")
CANTEEN = re.compile("食堂")
CORRIDOR, STAIRS, SIDE = 2.4, 3.6, 6.6
"""Widths in metres: of a corridor, of a staircase, and the depth of the rooms along a corridor."""
GAP, MARGIN = 14.0, 9.0
"""Between buildings (fire separation is 6 m and more, GB 50016), and to the fence."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a category usually is: name of its main building, storeys, metres long, height of a storey."""

    name: str
    storeys: int
    length: float
    height: float = 3.6
    has_grounds: bool = True


USUAL: dict[Category, Usual] = {
    Category.UNIVERSITY_OR_COLLEGE: Usual("主教学楼", 5, 66, 3.9),
    Category.SECONDARY_VOCATIONAL_SCHOOL: Usual("教学楼", 4, 54),
    Category.BOARDING_SCHOOL: Usual("教学楼", 3, 46),
    Category.KINDERGARTEN: Usual("主楼", 2, 30, 3.3),
    Category.TRAINING_INSTITUTION: Usual("培训楼", 2, 22, 3.6, has_grounds=False),
    Category.PRIVATE_CONTINUING_COLLEGE: Usual("教学楼", 3, 42),
    Category.OFF_CAMPUS_TEACHING_SITE: Usual("教学点", 3, 20, 3.3, has_grounds=False),
    Category.YOUTH_ACTIVITY_CENTRE: Usual("活动中心", 3, 38, 4.2),
    Category.PRACTICE_BASE: Usual("综合楼", 2, 32),
}


@dataclass(frozen=True, slots=True)
class Venue:
    """What a sketch is made from."""

    category: Category
    students: int | None
    areas: Sequence[KnownArea]
    devices: Sequence[KnownDevice]


def sketch(venue: Venue) -> Plan:
    """The same venue gives the same sketch."""
    usual = USUAL[venue.category]
    hung: dict[int, list[KnownDevice]] = defaultdict(list)
    for device in venue.devices:
        if device.area_id is not None:
            hung[device.area_id].append(device)
    outside = [a for a in venue.areas if usual.has_grounds and a.floor == 1 and OUTDOORS.search(a.name)]
    by_building = _by_building([area for area in venue.areas if area not in outside], usual.name)
    blocks = [
        _block(name, areas, usual, venue, hung, is_main=name == usual.name) for name, areas in by_building.items()
    ]
    placed = _arranged(blocks)
    if usual.has_grounds:
        placed.append(_grounds(placed, outside, hung))
    return Plan(tuple(placed))


def _by_building(areas: Iterable[KnownArea], main: str) -> dict[str, list[KnownArea]]:
    """Areas by the building that their name tells; the rest are in the main one, which stands first."""
    found: dict[str, list[KnownArea]] = {main: []}
    for area in areas:
        named = NAMED.match(area.name)
        canteen = CANTEEN.search(area.name)
        if named:
            found.setdefault(named["building"], []).append(area)
        elif canteen:
            found.setdefault(area.name[: canteen.end()], []).append(area)
        else:
            found[main].append(area)
    for area in list(found[main]):
        home = next((name for name in found if name != main and _is_of(area.name, name)), None)
        if home is not None:
            found[main].remove(area)
            found[home].append(area)
    return found


def _is_of(area: str, building: str) -> bool:
    """宿舍楼楼梯 belongs to 1号宿舍楼."""
    plain = re.sub(r"^\d+号", "", building)
    return len(plain) > 1 and area.startswith(plain)


@dataclass(frozen=True, slots=True)
class _Cells:
    """One storey's rooms: a corridor along the middle, stairs at both ends, rooms on both sides."""

    outline: Ring
    corridor: Ring
    stairs: tuple[Ring, Ring]
    rooms: tuple[Ring, ...]
    whole: Ring
    """Everything between the stairs."""
    door: Spot
    """Where the corridor meets the way out, in the middle of the south side."""


def _cells(length: float, wanted: int) -> _Cells:
    half, corridor = length / 2, CORRIDOR / 2
    south, north = -corridor - SIDE, corridor + SIDE
    west, east = -half + STAIRS, half - STAIRS
    n = max(wanted, round((east - west) / 8))
    width = (east - west) / n
    rooms = [
        rectangle(west + i * width, low, west + (i + 1) * width, high)
        for low, high in ((corridor, north), (south, -corridor))
        for i in range(n)
    ]
    return _Cells(
        rectangle(-half, south, half, north),
        rectangle(west, -corridor, east, corridor),
        (rectangle(-half, -corridor, west, north), rectangle(east, -corridor, half, north)),
        tuple(rooms),
        rectangle(west, south, east, north),
        (west + width * (n // 2) + width / 2, south),
    )


def _block(
    name: str, areas: list[KnownArea], usual: Usual, venue: Venue, hung: dict[int, list[KnownDevice]], *, is_main: bool
) -> Building:
    """One building about its own middle."""
    length = _length(usual, venue.students) if is_main else 24.0 if "食堂" in name else 40.0
    highest = max((area.floor for area in areas), default=1)
    storeys = min(max(highest, usual.storeys if is_main else 1), MOST_FLOORS)
    lowest = max(min((area.floor for area in areas), default=1), -9)
    levels = [level for level in range(min(lowest, 1), storeys + 1) if level != 0]
    per_floor = defaultdict(list)
    for area in areas:
        per_floor[area.floor].append(area)
    most = max((len(members) for members in per_floor.values()), default=1)
    cells = _cells(length, math.ceil(most / 2))
    height = 4.5 if "食堂" in name else usual.height
    floors = tuple(_floor(level, height, cells, per_floor[level], hung) for level in levels)
    return Building(name, cells.outline, floors)


def _length(usual: Usual, students: int | None) -> float:
    """Longer for more students, within a third of the usual."""
    if not students:
        return usual.length
    by_size = 6.0 * math.sqrt(students / usual.storeys)
    return round(min(max(by_size, usual.length * 0.75), usual.length * 1.35), 1)


def _floor(
    level: int, height: float, cells: _Cells, areas: list[KnownArea], hung: dict[int, list[KnownDevice]]
) -> Floor:
    drawn: list[FloorArea] = []
    places: list[DevicePlace] = []
    free = {"rooms": list(cells.rooms), "stairs": list(cells.stairs), "corridor": [cells.corridor]}
    if level == 1:
        free["rooms"].sort(key=lambda room: abs(centre(room)[0] - cells.door[0]) + (centre(room)[1] > 0) * 1000)
    for area in sorted(areas, key=lambda a: a.id):
        outline = _room_for(area, free, cells)
        drawn.append(FloorArea(area.name, outline, area.id))
        places += _hang(hung[area.id], outline, height)
    return Floor(level, height, None, tuple(drawn), _ways_out(level, cells), tuple(places))


def _room_for(area: KnownArea, free: dict[str, list[Ring]], cells: _Cells) -> Ring:
    """The first free place of the right kind, else a free room, else a part of the floor shared with others."""
    if area.kind == AreaKind.DORMITORY and len(free["rooms"]) == len(cells.rooms):
        free["rooms"].clear()
        free["corridor"].clear()
        return cells.whole
    wish = {AreaKind.STAIRS: "stairs", AreaKind.CORRIDOR: "corridor", AreaKind.ESCAPE_ROUTE: "corridor"}.get(
        AreaKind(area.kind) if area.kind else AreaKind.CLASSROOM, "rooms"
    )
    for kind in (wish, "rooms", "stairs", "corridor"):
        if free[kind]:
            return free[kind].pop(0)
    return cells.whole


def _ways_out(level: int, cells: _Cells) -> tuple[Route, ...]:
    """From the corridor's middle to both stairs; on the ground floor from the stairs and the middle out of doors."""
    west, south, east, _north = box(cells.outline)
    if level == 1:
        return (
            Route(((cells.door[0], 0.0), (cells.door[0], south - 4))),
            Route(((west + STAIRS / 2, 2.5), (west + STAIRS / 2, 0.0), (west - 4, 0.0))),
            Route(((east - STAIRS / 2, 2.5), (east - STAIRS / 2, 0.0), (east + 4, 0.0))),
        )
    return (
        Route(((-0.6, 0.0), (west + STAIRS / 2, 0.0), (west + STAIRS / 2, 3.5))),
        Route(((0.6, 0.0), (east - STAIRS / 2, 0.0), (east - STAIRS / 2, 3.5))),
    )


HEIGHTS: dict[DeviceKind, float] = {
    DeviceKind.CAMERA: 2.6,
    DeviceKind.ELECTRICITY_METER: 1.6,
    DeviceKind.LOUDSPEAKER_COLUMN: 1.2,
    DeviceKind.HYDRANT: 0.5,
    DeviceKind.USER_TRANSMISSION_DEVICE: 1.4,
    DeviceKind.MANUAL_CALL_POINT: 1.4,
}
"""Metres above the floor; detectors hang from the ceiling."""
AT_THE_WALL = frozenset({DeviceKind.ELECTRICITY_METER, DeviceKind.MANUAL_CALL_POINT, DeviceKind.CAMERA})


def _hang(devices: list[KnownDevice], outline: Ring, height: float) -> list[DevicePlace]:
    """Detectors along the middle, meters and call points at a wall, a camera at one end looking along."""
    west, south, east, north = box(outline)
    is_long = east - west >= north - south
    inner = [d for d in devices if d.kind not in AT_THE_WALL]
    places = []
    for i, device in enumerate(inner):
        share = (i + 1) / (len(inner) + 1)
        x = west + (east - west) * (share if is_long else 0.5)
        y = south + (north - south) * (0.5 if is_long else share)
        places.append(_at(device, x, y, min(HEIGHTS.get(device.kind, height - 0.2), height)))
    for i, device in enumerate(d for d in devices if d.kind in AT_THE_WALL):
        edge = 0.4 + 0.8 * i
        spot = (
            (min(west + edge, east), (south + north) / 2) if is_long else ((west + east) / 2, min(south + edge, north))
        )
        far = (east, spot[1]) if is_long else (spot[0], north)
        cone = None
        if device.kind is DeviceKind.CAMERA:
            reach = min(25.0, max(4.0, math.dist(spot, far)))
            cone = Cone(round(heading(spot, far), 1), 70.0, round(reach, 1))
        places.append(_at(device, *spot, min(HEIGHTS.get(device.kind, 1.5), height), cone))
    return places


def _at(device: KnownDevice, x: float, y: float, z: float, cone: Cone | None = None) -> DevicePlace:
    return DevicePlace(device.id, round(x, 2), round(y, 2), round(z, 2), cone)


def _arranged(blocks: list[Building]) -> list[Building]:
    """The main building in front, the others in rows of two behind it."""
    main, *others = blocks
    _, _, _, behind = box(main.outline)
    placed = [_moved(main, 0, 0)]
    for row in range(0, len(others), 2):
        pair = others[row : row + 2]
        widths = [box(b.outline)[2] - box(b.outline)[0] for b in pair]
        depth = max(box(b.outline)[3] - box(b.outline)[1] for b in pair)
        x = -(sum(widths) + GAP * (len(pair) - 1)) / 2
        for block, width in zip(pair, widths, strict=True):
            placed.append(_moved(block, x + width / 2, behind + GAP + depth / 2))
            x += width + GAP
        behind += GAP + depth
    return placed


def _moved(building: Building, dx: float, dy: float) -> Building:
    """All of it so much further east and north, to the centimetre."""

    def ring(spots: tuple[Spot, ...]) -> tuple[Spot, ...]:
        return tuple((round(x + dx, 2), round(y + dy, 2)) for x, y in spots)

    floors = tuple(
        Floor(
            floor.level,
            floor.height,
            None,
            tuple(FloorArea(a.name, ring(a.outline), a.area_id) for a in floor.areas),
            tuple(Route(ring(r.line)) for r in floor.routes),
            tuple(DevicePlace(d.device_id, round(d.x + dx, 2), round(d.y + dy, 2), d.z, d.cone) for d in floor.devices),
        )
        for floor in building.floors
    )
    return Building(building.name, ring(building.outline), floors, building.is_outdoors)


def _grounds(buildings: list[Building], areas: list[KnownArea], hung: dict[int, list[KnownDevice]]) -> Building:
    """The yard around everything, with the gate in the south and whatever else stands outdoors along the fence."""
    spots = [spot for building in buildings for spot in building.outline]
    west, south, east, north = box(spots)
    west, south, east, north = west - MARGIN, south - MARGIN - 12, east + MARGIN, north + MARGIN
    drawn: list[FloorArea] = []
    places: list[DevicePlace] = []
    gates = [a for a in areas if a.kind == AreaKind.ENTRANCE and "大门" in a.name]
    rest = [a for a in areas if a not in gates]
    for i, area in enumerate(gates):
        outline = rectangle(-4 + i * 10, south + 0.5, 4 + i * 10, south + 5)
        drawn.append(FloorArea(area.name, outline, area.id))
        places += _gate(hung[area.id], outline)
    for i, area in enumerate(rest):
        x = west + 3 if i % 2 == 0 else east - 5
        y = south + 8 + (north - south - 14) * (i // 2 + 0.5) / max(1, math.ceil(len(rest) / 2))
        outline = rectangle(round(x, 2), round(y, 2), round(x + 2, 2), round(y + 2, 2))
        drawn.append(FloorArea(area.name, outline, area.id))
        places += _hang(hung[area.id], outline, 3.0)
    ways = (Route(((0.0, south + 12), (0.0, south + 1))),)
    ground = Floor(1, 0.0, None, tuple(drawn), ways, tuple(places))
    return _moved(Building("室外场地", rectangle(west, south, east, north), (ground,), is_outdoors=True), 0, 0)


def _gate(devices: list[KnownDevice], outline: Ring) -> list[DevicePlace]:
    """The camera over the gate looks into the yard; the column stands beside it."""
    west, south, east, _north = box(outline)
    places = []
    for i, device in enumerate(devices):
        if device.kind is DeviceKind.CAMERA:
            cone = Cone(0.0, 80.0, 16.0)
            places.append(_at(device, (west + east) / 2, south + 0.3, 3.2, cone))
        else:
            places.append(_at(device, min(west + 0.8 + i, east), south + 1.2, HEIGHTS.get(device.kind, 2.5)))
    return places
