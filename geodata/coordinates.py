"""Datums: CGCS2000 (as WGS 84 at this scale, within centimetres), GCJ-02 (Amap, Tencent), BD-09 (Baidu).

GCJ-02 is the shift that Chinese maps must use: in Jiangxi about 450 to 560 m to the east and 260 to 400 m to the south.
Its owner publishes no formula; this one, and that of Baidu's further shift, are in wide public use (eviltransform,
coordtransform) and meet the one example that Baidu's own conversion service documents within 1 m.
Arguments and results are degrees, arrays of any one shape.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]

SEMI_MAJOR = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
"""Of Krasovsky's ellipsoid of 1940, on which the shift is computed."""
BD_ANGLE = np.pi * 3000.0 / 180.0
WEST, EAST, SOUTH, NORTH = 72.004, 137.8347, 0.8293, 55.8271
"""The shift ends at this box around China."""
STEPS = 3
"""Fixed-point steps of the inverse, each over a hundred times nearer; measured after three: see `to_cgcs2000`."""


class Datum(StrEnum):
    """A coordinate datum, by the name to write it with."""

    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


class LngLat(NamedTuple):
    """Longitudes and latitudes in degrees."""

    lng: Degrees
    lat: Degrees


_SPELLINGS = {
    Datum.CGCS2000: (
        *("cgcs2000", "cgcs", "wgs84", "wgs1984", "wgs", "epsg4490", "epsg4326", "4490", "4326", "gps"),
        *("国家2000", "国家2000坐标系", "国家2000大地坐标系", "2000国家大地坐标系", "2000坐标系", "大地2000"),
        *("cgcs2000坐标系", "wgs84坐标系", "天地图", "原始坐标"),
    ),
    Datum.GCJ02: (
        *("gcj02", "gcj", "gcj02坐标系", "国测局", "国测局坐标", "火星", "火星坐标", "火星坐标系"),
        *("高德", "高德地图", "高德坐标", "腾讯", "腾讯地图", "腾讯坐标", "amap", "tencent"),
    ),
    Datum.BD09: ("bd09", "bd09ll", "bd", "bd09坐标系", "百度", "百度地图", "百度坐标", "百度坐标系", "baidu"),
}
_BY_SPELLING = {spelling: known for known, spellings in _SPELLINGS.items() for spelling in spellings}


def datum(text: str) -> Datum | None:
    """The datum that a person wrote, in any usual spelling; None where it is no datum's name."""
    return _BY_SPELLING.get("".join(c for c in text.lower() if c.isalnum()))


def to_cgcs2000(lng: ArrayLike, lat: ArrayLike, given: Datum) -> LngLat:
    """CGCS2000 of coordinates in `given`. In Jiangxi `from_cgcs2000` leads back within 0.05 mm, for BD-09 1 mm."""
    x, y = np.asarray(lng, float), np.asarray(lat, float)
    if given is Datum.BD09:
        x, y = _bd_to_gcj(x, y)
    if given is Datum.CGCS2000:
        return LngLat(x, y)
    return _where_shifted(x, y, _inverse(_gcj_shift, x, y))


def from_cgcs2000(lng: ArrayLike, lat: ArrayLike, wanted: Datum) -> LngLat:
    """Coordinates in `wanted` of CGCS2000 ones. Outside China no map shifts: there all three are the same."""
    x, y = np.asarray(lng, float), np.asarray(lat, float)
    if wanted is Datum.CGCS2000:
        return LngLat(x, y)
    east, north = _gcj_shift(x, y)
    x, y = _where_shifted(x, y, LngLat(x + east, y + north))
    return _gcj_to_bd(x, y) if wanted is Datum.BD09 else LngLat(x, y)


def _where_shifted(lng: Degrees, lat: Degrees, shifted: LngLat) -> LngLat:
    inside = (lng > WEST) & (lng < EAST) & (lat > SOUTH) & (lat < NORTH)
    return LngLat(np.where(inside, shifted.lng, lng), np.where(inside, shifted.lat, lat))


def _gcj_shift(lng: Degrees, lat: Degrees) -> LngLat:
    """How far GCJ-02 lies to the east and north, in degrees."""
    x, y = lng - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6 * x * np.pi) + 20.0 * np.sin(2 * x * np.pi)
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north = north + 2 / 3 * (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3 * np.pi))
    north = north + 2 / 3 * (160.0 * np.sin(y / 12 * np.pi) + 320.0 * np.sin(y * np.pi / 30))
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east = east + 2 / 3 * (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3 * np.pi))
    east = east + 2 / 3 * (150.0 * np.sin(x / 12 * np.pi) + 300.0 * np.sin(x / 30 * np.pi))
    angle = np.radians(lat)
    flattened = 1 - ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    root = np.sqrt(flattened)
    north = north * 180.0 / (SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED) / (flattened * root) * np.pi)
    east = east * 180.0 / (SEMI_MAJOR / root * np.cos(angle) * np.pi)
    return LngLat(east, north)


def _bd_shift(lng: Degrees, lat: Degrees) -> LngLat:
    """How far BD-09 lies to the east and north of GCJ-02, in degrees."""
    radius = np.hypot(lng, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * BD_ANGLE)
    return LngLat(radius * np.cos(angle) + 0.0065 - lng, radius * np.sin(angle) + 0.006 - lat)


def _gcj_to_bd(lng: Degrees, lat: Degrees) -> LngLat:
    east, north = _bd_shift(lng, lat)
    return _where_shifted(lng, lat, LngLat(lng + east, lat + north))


def _bd_to_gcj(lng: Degrees, lat: Degrees) -> LngLat:
    return _where_shifted(lng, lat, _inverse(_bd_shift, lng, lat))


def _inverse(shift: Callable[[Degrees, Degrees], LngLat], lng: Degrees, lat: Degrees) -> LngLat:
    """Where a point stood before the shift: neither shift has a closed inverse."""
    x, y = lng, lat
    for _step in range(STEPS):
        east, north = shift(x, y)
        x, y = lng - east, lat - north
    return LngLat(x, y)
