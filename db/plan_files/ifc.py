"""IFC (ISO 16739) to a plan: storeys with their outlines and spaces. Needs IfcOpenShell, the extra `anwang[ifc]`.

Only what stands in the model's spatial structure is taken: IfcBuilding, IfcBuildingStorey, IfcSpace, and slabs for the
outline of a storey. A model rarely knows a venue's devices; they are placed in the editor afterwards.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from shapely import MultiPoint, Polygon, unary_union
from shapely.geometry.base import BaseGeometry

from db.errors import CannotStart
from db.plan_files.taken import Found, area_called
from db.rules.plan import Building, Floor, FloorArea, Plan, PlanSource, Ring, Spot
from db.rules.plan_checks import OnRecord, faults, ring_fault
from db.rules.plan_geometry import to_local

MISSING = "To read IFC files, IfcOpenShell must be installed here: pip install anwang[ifc]."
USUAL_HEIGHT = 3.6
FAR_METRES = 3000.0
SIMPLER_METRES = 0.1
MOST_TRIANGLES = 2_000_000


@dataclass(frozen=True, slots=True)
class _Model:
    """The open file, with metres a unit, and how its axes turn to the north."""

    file: Any
    ifc: Any
    scale: float
    turn: float
    """Radians that its y axis stands east of north."""


def read(path: Path, known: OnRecord, origin: Spot) -> Found:
    """The plan in a file; with faults it is not to be recorded. `CannotStart` without IfcOpenShell."""
    ifc = _library()
    found = Found(PlanSource.IFC)
    try:
        file = ifc.open(str(path))
    except Exception:
        found.fault("This is not an IFC file, or it is damaged.")
        return found
    if isinstance(file, Exception) or not hasattr(file, "by_type"):
        found.fault("This is not an IFC file, or it is damaged.")
        return found
    model = _Model(file, ifc, _scale(file), _north(file))
    raw = [_building(model, building, number, found) for number, building in enumerate(file.by_type("IfcBuilding"), 1)]
    houses = [house for house in raw if house is not None]
    if not houses:
        found.fault("No storey of this model has an outline: it has neither spaces nor slabs.")
        return found
    shift = _shift(model, houses, origin, found)
    found.plan = Plan(tuple(_placed(house, shift, model.turn, known, found) for house in houses))
    if not found.faults:
        found.faults += faults(found.plan, known)
    return found


def _library() -> Any:
    try:
        import ifcopenshell
        import ifcopenshell.geom
        import ifcopenshell.util.unit
    except ImportError as error:
        raise CannotStart(MISSING) from error
    return ifcopenshell


def is_installed() -> bool:
    """Asked without loading it: it weighs a hundred megabytes."""
    return find_spec("ifcopenshell") is not None


def _scale(file: Any) -> float:
    from ifcopenshell.util.unit import calculate_unit_scale

    return float(calculate_unit_scale(file))


def _north(file: Any) -> float:
    """Radians clockwise by which the model's y axis stands off true north."""
    for context in file.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
        north = getattr(context, "TrueNorth", None)
        if north is not None:
            x, y = north.DirectionRatios[:2]
            return -math.atan2(x, y)
    return 0.0


@dataclass(frozen=True, slots=True)
class _Storey:
    level: int
    height: float
    outline: Ring
    spaces: tuple[tuple[str, Ring], ...]


@dataclass(frozen=True, slots=True)
class _House:
    name: str
    storeys: tuple[_Storey, ...]


def _building(model: _Model, building: Any, number: int, found: Found) -> _House | None:
    """One building in the model's own coordinates; storeys without any outline are left out and said."""
    name = (building.LongName or building.Name or f"{number}号楼").strip()[:60]
    storeys = sorted(
        (child for rel in building.IsDecomposedBy for child in rel.RelatedObjects if child.is_a("IfcBuildingStorey")),
        key=lambda storey: storey.Elevation or 0.0,
    )
    levels = _levels([(storey.Elevation or 0.0) * model.scale for storey in storeys])
    made = []
    for i, storey in enumerate(storeys):
        here = (storey.Elevation or 0.0) * model.scale
        above = (storeys[i + 1].Elevation or 0.0) * model.scale if i + 1 < len(storeys) else here + USUAL_HEIGHT
        outline, spaces = _outlines(model, storey)
        if outline is None:
            found.remark("The storey {name} has no outline and is left out.", name=storey.Name or "?")
            continue
        made.append(_Storey(levels[i], round(above - here, 2), outline, spaces))
    return _House(name, _closed_up(made)) if made else None


def _closed_up(storeys: list[_Storey]) -> tuple[_Storey, ...]:
    """Levels without gaps, where storeys were left out: those above come down."""
    above = [s for s in storeys if s.level > 0]
    below = [s for s in storeys if s.level < 0]
    first = 1 if above else 0
    return tuple(
        _Storey(level, s.height, s.outline, s.spaces)
        for level, s in (
            *((i - len(below), s) for i, s in enumerate(below)),
            *((first + i, s) for i, s in enumerate(above)),
        )
    )


def _levels(elevations: list[float]) -> list[int]:
    """The storey nearest to the ground, from a metre below it, is 1; basements count down from -1."""
    ground = next((i for i, z in enumerate(elevations) if z > -1.0), len(elevations))
    return [i - ground + 1 if i >= ground else i - ground for i in range(len(elevations))]


def _outlines(model: _Model, storey: Any) -> tuple[Ring | None, tuple[tuple[str, Ring], ...]]:
    """The storey's outline from its slabs and spaces, and each space that has one."""
    inside = [child for rel in storey.IsDecomposedBy for child in rel.RelatedObjects if child.is_a("IfcSpace")]
    held = [child for rel in storey.ContainsElements for child in rel.RelatedElements if child.is_a("IfcSlab")]
    shapes = [(space, _footprint(model, space)) for space in inside]
    slabs = [shape for shape in (_footprint(model, slab) for slab in held) if shape is not None]
    rooms = [shape for _, shape in shapes if shape is not None]
    whole = _one(slabs + [room.buffer(0.15, join_style="mitre") for room in rooms])
    spaces = tuple(
        ((space.LongName or space.Name or "").strip()[:60], ring)
        for space, shape in shapes
        if shape is not None and (ring := _ring(shape)) is not None
    )
    return (_ring(whole) if whole is not None else None), spaces


def _footprint(model: _Model, product: Any) -> BaseGeometry | None:
    """What a body covers, seen from above, in metres of the model; None where it has no body."""
    if product.Representation is None:
        return None
    settings = model.ifc.geom.settings()
    settings.set("use-world-coords", True)
    try:
        shape = model.ifc.geom.create_shape(settings, product)
    except RuntimeError:
        return None
    corners, triangles = shape.geometry.verts, shape.geometry.faces
    if len(triangles) > MOST_TRIANGLES:
        return None
    spots = [(corners[i], corners[i + 1]) for i in range(0, len(corners), 3)]
    flat = [Polygon([spots[triangles[i + k]] for k in range(3)]) for i in range(0, len(triangles), 3)]
    solid = [triangle for triangle in flat if triangle.area > 1e-6]
    if not solid:
        return None
    return unary_union([triangle.buffer(1e-4) for triangle in solid]).buffer(-1e-4)


def _one(shapes: Iterable[BaseGeometry]) -> BaseGeometry | None:
    """All of them as one piece: gaps of a wall's width are closed; what is still apart is wrapped."""
    together = unary_union(list(shapes))
    if together.is_empty:
        return None
    closed = together.buffer(0.4, join_style="mitre").buffer(-0.4, join_style="mitre")
    if closed.geom_type == "Polygon":
        return closed
    return MultiPoint([spot for piece in closed.geoms for spot in piece.exterior.coords]).convex_hull


def _ring(shape: BaseGeometry) -> Ring | None:
    """The outer outline, simplified; None where nothing sound is left."""
    if shape.geom_type == "MultiPolygon":
        shape = max(shape.geoms, key=lambda piece: piece.area)
    if shape.geom_type != "Polygon":
        return None
    simple = shape.simplify(SIMPLER_METRES)
    ring = tuple((round(x, 3), round(y, 3)) for x, y in list(simple.exterior.coords)[:-1])
    # Far from the origin a sound outline looks far away; only its shape is asked for here.
    x0, y0 = ring[0] if ring else (0.0, 0.0)
    return ring if ring and ring_fault(tuple((x - x0, y - y0) for x, y in ring)) is None else None


def _shift(model: _Model, houses: list[_House], origin: Spot, found: Found) -> Spot:
    """Metres to the model's origin: from its site's coordinates, else so that its middle is the venue's point."""
    site = next(iter(model.file.by_type("IfcSite")), None)
    if site is not None and site.RefLatitude and site.RefLongitude:
        spot = to_local(_degrees(site.RefLongitude), _degrees(site.RefLatitude), origin)
        if math.hypot(*spot) <= FAR_METRES:
            return spot
        found.remark(
            "The model says that it stands {km} km away; it is put at the venue's point.",
            km=round(math.hypot(*spot) / 1000),
        )
    else:
        found.remark("The model does not say where it stands; its middle is put at the venue's point.")
    spots = [_turned(spot, model.turn) for house in houses for storey in house.storeys for spot in storey.outline]
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    return -(min(xs) + max(xs)) / 2, -(min(ys) + max(ys)) / 2


def _degrees(parts: tuple[int, ...]) -> float:
    """Degrees, minutes, seconds, millionths of a second: all of one sign."""
    return sum(part / unit for part, unit in zip(parts, (1, 60, 3600, 3.6e9), strict=False))


def _turned(spot: Spot, turn: float) -> Spot:
    """From the model's axes to east and north."""
    return (
        spot[0] * math.cos(turn) + spot[1] * math.sin(turn),
        -spot[0] * math.sin(turn) + spot[1] * math.cos(turn),
    )


def _placed(house: _House, shift: Spot, turn: float, known: OnRecord, found: Found) -> Building:
    def ring(spots: Ring) -> Ring:
        turned = [_turned(spot, turn) for spot in spots]
        return tuple((round(x + shift[0], 3), round(y + shift[1], 3)) for x, y in turned)

    floors = []
    for storey in house.storeys:
        areas = []
        for name, outline in storey.spaces:
            area = area_called(known, storey.level, name)
            if name:
                areas.append(FloorArea(name, ring(outline), area.id if area else None))
        floors.append(Floor(storey.level, storey.height, ring(storey.outline), tuple(areas)))
    plain = sum(area.area_id is None for floor in floors for area in floor.areas)
    if plain:
        found.remark(
            "{building}: {n} spaces are no controlled areas on record and are plain rooms.",
            building=house.name,
            n=plain,
        )
    ground = next((floor for floor in floors if floor.level == 1), floors[0])
    assert ground.outline is not None
    return Building(house.name, ground.outline, tuple(floors))
