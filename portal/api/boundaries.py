"""The regions' boundaries for maps: one coverage, simplified together so that neighbours keep one line between them.

Large maps take them as tiles (portal/region_tiles.py), small ones and other programs as GeoJSON.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any, Literal

import shapely

from geodata.districts import District, districts
from portal import regions

Level = Literal["province", "city", "county"]

TOLERANCE_DEGREES = 0.005
DECIMALS = 0.0001
"""About ten metres."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """A GeoJSON FeatureCollection and the hash of its content."""

    body: bytes
    digest: str


def boundaries(level: Level) -> Boundaries:
    """The boundaries of one level; made once a process, when the record has its regions."""
    names = {row.adcode: (row.name, row.name_en) for row in regions.tree().level(level)}
    return _made(level, tuple(sorted(names.items())))


@cache
def _shapes() -> dict[int, Any]:
    """County shapes simplified as one coverage; cities and the province are their unions."""
    counties = districts("county")
    simple = shapely.coverage_simplify([county.boundary for county in counties], TOLERANCE_DEGREES)
    shapes = {county.adcode: shape for county, shape in zip(counties, simple, strict=True)}
    for level in ("city", "province"):
        for district in districts(level):
            shapes[district.adcode] = shapely.coverage_union_all(_inside(district, shapes, counties))
    return {adcode: shapely.set_precision(shape, DECIMALS) for adcode, shape in shapes.items()}


def _inside(district: District, shapes: dict[int, Any], counties: tuple[District, ...]) -> list[Any]:
    width = 10_000 if district.level == "province" else 100
    return [shapes[c.adcode] for c in counties if c.adcode // width == district.adcode // width]


@cache
def _made(level: Level, names: tuple[tuple[int, tuple[str, str]], ...]) -> Boundaries:
    shapes, parents = _shapes(), {district.adcode: district.parent for district in districts(level)}
    features = [
        {
            "type": "Feature",
            "properties": {
                "adcode": adcode,
                "level": level,
                "parent": parents.get(adcode),
                "name": name,
                "name_en": name_en,
            },
            "geometry": json.loads(shapely.to_geojson(shapes[adcode])),
        }
        for adcode, (name, name_en) in names
        if adcode in shapes
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    return Boundaries(text.encode(), hashlib.sha256(text.encode()).hexdigest()[:16])


def county_shapes() -> dict[int, Any]:
    """Each county's boundary by its code, in degrees."""
    return {county.adcode: _shapes()[county.adcode] for county in districts("county")}


@cache
def borders() -> dict[Level, Any]:
    """Every border once, as lines by the highest level that they divide.

    The levels' own shapes one over the other would draw most pieces two to four times. Neighbours share their points,
    so a piece that two counties have is one piece.
    """
    sides: dict[tuple[Any, ...], list[int]] = {}
    for adcode, shape in county_shapes().items():
        for polygon in shapely.get_parts(shape):
            for ring in (polygon.exterior, *polygon.interiors):
                for ends in pairwise(ring.coords):
                    sides.setdefault(tuple(sorted(ends)), []).append(adcode // 100)
    pieces: dict[Level, list[tuple[Any, ...]]] = {"county": [], "city": [], "province": []}
    for ends, cities in sides.items():
        pieces["province" if len(cities) == 1 else "county" if cities[0] == cities[1] else "city"].append(ends)
    return {level: shapely.line_merge(shapely.multilinestrings(found)) for level, found in pieces.items()}


def outline(adcode: int) -> dict[str, Any] | None:
    """One region's boundary as a GeoJSON feature; None where it has none of its own."""
    shape = _shapes().get(adcode)
    if shape is None:
        return None
    return {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}


def address(level: Level) -> str:
    """The boundaries' address with their hash in it, so that browsers may keep them for ever."""
    return f"/api/v1/regions.geojson?level={level}&m={boundaries(level).digest}"
