"""A venue in three dimensions: buildings, floors, areas, routes, places of devices; metres from its point.

A floor's level is as people say it: 1 is the ground floor, -1 the first basement, and there is no 0.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

Spot = tuple[float, float]
"""East, north, in metres."""
Ring = tuple[Spot, ...]
"""Corners in turn, the last not repeating the first."""


class PlanSource(StrEnum):
    """Where a plan comes from."""

    DRAWN = "drawn"
    GEOJSON = "geojson"
    IFC = "ifc"
    SKETCH = "sketch"
    """Worked out from category, areas and devices; nobody measured it."""


@dataclass(frozen=True, slots=True)
class FloorArea:
    """A part of a floor; `area_id` ties it to a controlled area on record."""

    name: str
    outline: Ring
    area_id: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """An escape route, in the direction in which people leave."""

    line: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Cone:
    """What a camera sees: degrees clockwise from north, degrees across, metres far."""

    heading: float
    angle: float
    reach: float


@dataclass(frozen=True, slots=True)
class DevicePlace:
    """Where a device hangs: `z` is its height above the floor."""

    device_id: int
    x: float
    y: float
    z: float
    cone: Cone | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """One storey; without an outline of its own it has the building's."""

    level: int
    height: float
    outline: Ring | None = None
    areas: tuple[FloorArea, ...] = ()
    routes: tuple[Route, ...] = ()
    devices: tuple[DevicePlace, ...] = ()


@dataclass(frozen=True, slots=True)
class Building:
    """A building; or, outdoors, a piece of ground with the one floor 1."""

    name: str
    outline: Ring
    floors: tuple[Floor, ...]
    is_outdoors: bool = False

    def outline_of(self, floor: Floor) -> Ring:
        return floor.outline or self.outline


@dataclass(frozen=True, slots=True)
class Plan:
    buildings: tuple[Building, ...] = ()

    def floors(self) -> Iterator[tuple[Building, Floor]]:
        """Every floor with its building."""
        for building in self.buildings:
            for floor in building.floors:
                yield building, floor


def elevations(building: Building) -> dict[int, float]:
    """Height of each level's floor above the ground, from the heights of those between."""
    found: dict[int, float] = {}
    up = down = 0.0
    for floor in sorted((f for f in building.floors if f.level > 0), key=lambda f: f.level):
        found[floor.level] = up
        up += floor.height
    for floor in sorted((f for f in building.floors if f.level < 0), key=lambda f: -f.level):
        down -= floor.height
        found[floor.level] = down
    return found


def level_name(level: int) -> str:
    """As it stands beside a lift: 3F, B1."""
    return f"{level}F" if level > 0 else f"B{-level}"
