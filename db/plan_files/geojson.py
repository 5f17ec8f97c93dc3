"""GeoJSON to a plan: buildings, floors, areas, routes and devices as features, or bare footprints with their storeys.

`properties.kind` says what a feature is: building, floor, area, route or device. A polygon without it that carries
`building` or `building:levels` (as in OpenStreetMap) is a building. PLANS.md describes every property.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from db.plan_files.taken import Found, area_called
from db.rules.plan import Building, Cone, DevicePlace, Floor, FloorArea, Plan, PlanSource, Ring, Route, Spot
from db.rules.plan_checks import MOST_FLOORS, OnRecord, faults
from db.rules.plan_geometry import to_local
from geodata.coordinates import Datum, datum, to_cgcs2000

USUAL_HEIGHT = 3.6
MOST_FEATURES = 5000
FAR_METRES = 3000.0
KINDS = ("building", "floor", "area", "route", "device")


@dataclass(slots=True)
class _Storey:
    level: int
    height: float
    outline: Ring | None = None
    areas: list[FloorArea] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    devices: list[DevicePlace] = field(default_factory=list)


@dataclass(slots=True)
class _House:
    name: str
    outline: Ring
    is_outdoors: bool
    storeys: dict[int, _Storey]


@dataclass(frozen=True, slots=True)
class _Feature:
    """One feature with its number in the file, counted from 1."""

    number: int
    kind: str
    shape: str
    coordinates: Any
    properties: dict[str, Any]

    def number_of(self, name: str) -> float | None:
        """A figure among the properties; None where it is not there, NaN where it is none."""
        value = self.properties.get(name)
        if value is None or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            return math.nan


def read(content: bytes, known: OnRecord, origin: Spot, given: Datum | None = None) -> Found:
    """The plan in a file, about the venue's point `origin`; with faults it is not to be recorded."""
    found = Found(PlanSource.GEOJSON)
    features = _features(content, found)
    place = _Placing(origin, given, features[1] if features else None)
    houses: dict[str, _House] = {}
    in_turn = sorted(features[0] if features else [], key=lambda f: min(KINDS.index(f.kind), 2))
    for feature in in_turn:
        if feature.kind == "building":
            _building(feature, place, houses, found)
        else:
            _part(feature, place, houses, known, found)
    found.plan = Plan(tuple(_built(house) for house in houses.values()))
    if not houses and not found.faults:
        found.fault("There is no building in the file: a polygon whose property kind is building.")
    if not found.faults:
        found.faults += faults(found.plan, known)
    return found


def _features(content: bytes, found: Found) -> tuple[list[_Feature], dict[str, Any]] | None:
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        found.fault("This is not JSON: the file cannot be read.")
        return None
    if not isinstance(whole, dict) or not isinstance(whole.get("features"), list):
        found.fault("This is not a GeoJSON FeatureCollection.")
        return None
    if len(whole["features"]) > MOST_FEATURES:
        found.fault("The file has more than {n} features.", n=MOST_FEATURES)
        return None
    features = []
    for number, raw in enumerate(whole["features"], 1):
        feature = _feature(number, raw)
        if feature is None:
            found.fault("Feature {n} has no geometry, or is none.", n=number)
        elif feature.kind not in KINDS:
            found.fault(
                "Feature {n}: its property kind is {kind}, not building, floor, area, route or device.",
                n=number,
                kind=feature.kind[:40],
            )
        else:
            features.append(feature)
    return features, whole


def _feature(number: int, raw: Any) -> _Feature | None:
    if not isinstance(raw, dict):
        return None
    properties, geometry = raw.get("properties"), raw.get("geometry")
    properties = properties if isinstance(properties, dict) else {}
    kind = str(properties.get("kind") or "")
    if not kind and ("building" in properties or "building:levels" in properties):
        kind = "building"
    if geometry is None and kind == "floor":
        return _Feature(number, kind, "", None, properties)
    if not isinstance(geometry, dict) or "coordinates" not in geometry:
        return None
    shape, coordinates = str(geometry.get("type")), geometry["coordinates"]
    if shape == "MultiPolygon" and isinstance(coordinates, list) and len(coordinates) == 1:
        shape, coordinates = "Polygon", coordinates[0]
    return _Feature(number, kind, shape, coordinates, properties)


class _Placing:
    """From the file's coordinates to metres about the venue's point."""

    def __init__(self, origin: Spot, given: Datum | None, whole: dict[str, Any] | None) -> None:
        self._origin = origin
        said = (whole or {}).get("anwang")
        said = said if isinstance(said, dict) else {}
        self._is_local = said.get("units") == "metres"
        self._datum = given or datum(str(said.get("datum", ""))) or Datum.CGCS2000

    def spots(self, coordinates: Any) -> tuple[Spot, ...] | None:
        """None where these are not coordinates."""
        try:
            pairs = [(float(pair[0]), float(pair[1])) for pair in coordinates]
        except (TypeError, ValueError, IndexError, KeyError):
            return None
        if not pairs or not all(math.isfinite(value) for pair in pairs for value in pair):
            return None
        if self._is_local:
            return tuple(pairs)
        lng, lat = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
        if self._datum is not Datum.CGCS2000:
            lng, lat = to_cgcs2000(lng, lat, self._datum)
        return tuple(_rounded(to_local(float(x), float(y), self._origin)) for x, y in zip(lng, lat, strict=True))


def _rounded(spot: Spot) -> Spot:
    return round(spot[0], 3), round(spot[1], 3)


def _spots(feature: _Feature, shape: str, place: _Placing, found: Found) -> tuple[Spot, ...] | None:
    """The feature's spots, or None after its fault is noted."""
    if feature.shape != shape:
        found.fault("Feature {n}: a {kind} is a {shape}.", n=feature.number, kind=feature.kind, shape=shape)
        return None
    coordinates = feature.coordinates
    if shape == "Polygon":
        if not isinstance(coordinates, list) or not coordinates:
            found.fault("Feature {n}: its coordinates cannot be read.", n=feature.number)
            return None
        if len(coordinates) > 1:
            found.fault("Feature {n} has a hole: draw what stands around a courtyard as parts.", n=feature.number)
            return None
        coordinates = coordinates[0]
    spots = place.spots([coordinates] if shape == "Point" else coordinates)
    if spots is None:
        found.fault("Feature {n}: its coordinates cannot be read.", n=feature.number)
        return None
    away = max(math.hypot(*spot) for spot in spots)
    if away > FAR_METRES:
        found.fault(
            "Feature {n} lies {km} km from the venue: is it this venue, and is the datum right?",
            n=feature.number,
            km=round(min(away, 2e7) / 1000),
        )
        return None
    return spots[:-1] if shape == "Polygon" and len(spots) > 1 and spots[0] == spots[-1] else spots


def _building(feature: _Feature, place: _Placing, houses: dict[str, _House], found: Found) -> None:
    outline = _spots(feature, "Polygon", place, found)
    if outline is None:
        return
    said = feature.properties
    name = str(said.get("name") or said.get("ref") or f"{len(houses) + 1}号楼").strip()
    if name in houses:
        found.fault("Feature {n}: a building called {name} is in the file already.", n=feature.number, name=name)
        return
    storeys = _first(feature, "floors", "building:levels")
    below = _first(feature, "basements", "building:levels:underground") or 0.0
    height = _first(feature, "floor_height")
    whole = _first(feature, "height")
    if any(value is not None and not 0 <= value < 1000 for value in (storeys, below, height, whole)):
        found.fault("Feature {n}: floors, basements and heights are figures.", n=feature.number)
        return
    is_outdoors = said.get("outdoors") is True
    count = 1 if is_outdoors else int(storeys or 1)
    if not 1 <= count + below <= MOST_FLOORS:
        found.fault("Feature {n} has more than {most} floors, or none.", n=feature.number, most=MOST_FLOORS)
        return
    each = 0.0 if is_outdoors else height or (whole / count if whole else USUAL_HEIGHT)
    levels = [*(-n for n in range(int(below), 0, -1)), *range(1, count + 1)]
    houses[name] = _House(name, outline, is_outdoors, {n: _Storey(n, round(each, 2)) for n in levels})


def _first(feature: _Feature, *names: str) -> float | None:
    """The first figure among these properties; -1 where it is no figure."""
    for name in names:
        value = feature.number_of(name)
        if value is not None:
            return value if math.isfinite(value) else -1.0
    return None


def _part(feature: _Feature, place: _Placing, houses: dict[str, _House], known: OnRecord, found: Found) -> None:
    """A floor, or what lies on one."""
    building = str(feature.properties.get("building") or "").strip()
    house = houses.get(building) or (next(iter(houses.values())) if not building and len(houses) == 1 else None)
    level = feature.number_of("level")
    if house is None:
        found.fault("Feature {n}: there is no building called {name} in the file.", n=feature.number, name=building)
        return
    if level is None or level != level // 1 or level == 0:
        found.fault("Feature {n}: its level is a whole number, 1 the ground floor, never 0.", n=feature.number)
        return
    if feature.kind == "floor":
        _floor(feature, int(level), house, place, found)
        return
    storey = house.storeys.get(int(level))
    if storey is None:
        found.fault("Feature {n}: {building} has no floor {level}.", n=feature.number, building=house.name, level=level)
    elif feature.kind == "area":
        _area(feature, storey, place, known, found)
    elif feature.kind == "route":
        line = _spots(feature, "LineString", place, found)
        if line is not None:
            storey.routes.append(Route(line))
    else:
        _device(feature, storey, place, known, found)


def _floor(feature: _Feature, level: int, house: _House, place: _Placing, found: Found) -> None:
    """What is said of one storey takes the place of what its building says of all."""
    height = feature.number_of("height")
    if height is not None and not 0 <= height < 100:
        found.fault("Feature {n}: floors, basements and heights are figures.", n=feature.number)
        return
    before = house.storeys.get(level)
    outline = None
    if feature.coordinates is not None:
        outline = _spots(feature, "Polygon", place, found)
        if outline is None:
            return
    house.storeys[level] = _Storey(
        level,
        height if height is not None else before.height if before else USUAL_HEIGHT,
        None if outline == house.outline else outline,
    )


def _area(feature: _Feature, storey: _Storey, place: _Placing, known: OnRecord, found: Found) -> None:
    outline = _spots(feature, "Polygon", place, found)
    if outline is None:
        return
    name = str(feature.properties.get("name") or "").strip()
    if not name:
        found.fault("Feature {n}: an area needs a name.", n=feature.number)
        return
    area = known.areas.get(feature.properties.get("area_id", 0)) or area_called(known, storey.level, name)
    if area is not None and area.floor != storey.level:
        area = area_called(known, storey.level, name)
    if area is None:
        found.remark("{name} is no controlled area on record: it is taken as a plain room.", name=name)
    storey.areas.append(FloorArea(name, outline, area.id if area else None))


def _device(feature: _Feature, storey: _Storey, place: _Placing, known: OnRecord, found: Found) -> None:
    spots = _spots(feature, "Point", place, found)
    if spots is None:
        return
    code = str(feature.properties.get("code") or "").strip()
    device = next((device for device in known.devices.values() if device.code == code), None)
    if device is None:
        found.fault("Feature {n}: no device {code} is in use at this venue.", n=feature.number, code=code[:64])
        return
    z = feature.number_of("z")
    sees = [feature.number_of(name) for name in ("heading", "angle", "reach")]
    told = [value for value in (z, *sees) if value is not None]
    if not all(map(math.isfinite, told)) or sum(value is None for value in sees) not in (0, 3):
        found.fault("Feature {n}: z, heading, angle and reach are figures, the last three together.", n=feature.number)
        return
    cone = Cone(sees[0], sees[1], sees[2]) if None not in sees else None  # type: ignore[arg-type]
    height = z if z is not None else max(0.0, storey.height - 0.2)
    storey.devices.append(DevicePlace(device.id, *spots[0], round(height, 2), cone))


def _built(house: _House) -> Building:
    floors = tuple(
        Floor(s.level, s.height, s.outline, tuple(s.areas), tuple(s.routes), tuple(s.devices))
        for s in sorted(house.storeys.values(), key=lambda storey: storey.level)
    )
    return Building(house.name, house.outline, floors, house.is_outdoors)
