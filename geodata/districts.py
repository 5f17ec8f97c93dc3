"""Jiangxi's province, cities and counties: codes, names, boundaries, and weights for placing things in them."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

FILES = Path(__file__).parent / "files" / "jiangxi"
LEVELS = ("province", "city", "county")


@dataclass(frozen=True, slots=True)
class District:
    """A region with its boundary in CGCS2000 degrees and a point to write its name at."""

    adcode: int
    level: str
    parent: int | None
    name: str
    name_en: str | None
    boundary: MultiPolygon
    label: tuple[float, float]


@dataclass(frozen=True, slots=True)
class CountyWeight:
    """Estimates for spreading things inside a city; never shown as census data."""

    adcode: int
    parent: int
    townships: int
    est_population: int
    label: tuple[float, float]


@cache
def county_weights() -> dict[int, CountyWeight]:
    with (FILES / "county_weights.csv").open(encoding="utf-8") as file:
        return {
            int(row["adcode"]): CountyWeight(
                int(row["adcode"]),
                int(row["parent"]),
                int(row["townships_2023"]),
                int(row["est_population"]),
                (float(row["label_lng"]), float(row["label_lat"])),
            )
            for row in csv.DictReader(file)
        }


@cache
def districts(level: str) -> tuple[District, ...]:
    """Every district of a level, by code."""
    features = json.loads((FILES / f"{level}.geojson").read_text(encoding="utf-8"))["features"]
    return tuple(sorted((_district(feature) for feature in features), key=lambda district: district.adcode))


def _district(feature: dict[str, dict[str, object]]) -> District:
    properties = feature["properties"]
    adcode = int(str(properties["adcode"]))
    boundary: BaseGeometry = shape(feature["geometry"])
    known = county_weights().get(adcode)
    inside = boundary.representative_point()
    if known is not None:
        label = known.label
    elif properties["level"] == "city":
        # A city's name stands at its seat: the district with the lowest code (GB/T 2260 numbers it first).
        label = min((w for w in county_weights().values() if w.parent == adcode), key=lambda w: w.adcode).label
    else:
        label = (inside.x, inside.y)
    parent = properties.get("parent")
    return District(
        adcode,
        str(properties["level"]),
        int(str(parent)) if parent and int(str(parent)) >= 360_000 else None,
        str(properties["name"]),
        str(properties["name_en"]) if "name_en" in properties else None,
        boundary if isinstance(boundary, MultiPolygon) else MultiPolygon([boundary]),
        label,
    )
