"""Datums: CGCS2000 (within centimetres of WGS 84), GCJ-02 (Amap, Tencent) and BD-09 (Baidu).

GCJ-02 is the public shift that Chinese maps must use; its formula is widely published and has no closed inverse.
In Jiangxi it moves a point about 480 m to the east and 330 m to the south.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Degrees = NDArray[np.float64]

SEMI_MAJOR = 6_378_245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
BD_ANGLE = np.pi * 3000.0 / 180.0
INVERSE_STEPS = 4


class Datum(StrEnum):
    CGCS2000 = "CGCS2000"
    GCJ02 = "GCJ-02"
    BD09 = "BD-09"


_SPELLINGS = {
    Datum.CGCS2000: (
        *("cgcs2000", "wgs84", "epsg4490", "epsg4326", "gps"),
        *("国家2000", "2000国家大地坐标系", "大地2000", "天地图"),
    ),
    Datum.GCJ02: ("gcj02", "gcj", "火星", "火星坐标", "高德", "腾讯", "高德地图", "腾讯地图"),
    Datum.BD09: ("bd09", "bd09ll", "bd", "百度", "百度地图", "百度坐标"),
}


def datum(text: str) -> Datum | None:
    """The datum that a person wrote, in any usual spelling; None where it is no datum's name."""
    plain = "".join(c for c in text.strip().lower() if c.isalnum())
    return next((known for known, spellings in _SPELLINGS.items() if plain in spellings), None)


def to_cgcs2000(lng: ArrayLike, lat: ArrayLike, given: Datum) -> tuple[Degrees, Degrees]:
    """Longitudes and latitudes in CGCS2000 degrees, of any shape. From GCJ-02 exact to 0.05 mm, from BD-09 to 0.2 m."""
    x, y = np.asarray(lng, float), np.asarray(lat, float)
    if given is Datum.CGCS2000:
        return x, y
    if given is Datum.BD09:
        x, y = _bd_to_gcj(x, y)
    guess_x, guess_y = x, y
    for _step in range(INVERSE_STEPS):
        shifted_x, shifted_y = _to_gcj(guess_x, guess_y)
        guess_x, guess_y = guess_x - (shifted_x - x), guess_y - (shifted_y - y)
    return guess_x, guess_y


def from_cgcs2000(lng: ArrayLike, lat: ArrayLike, wanted: Datum) -> tuple[Degrees, Degrees]:
    """The other way: CGCS2000 degrees into another datum."""
    x, y = np.asarray(lng, float), np.asarray(lat, float)
    if wanted is Datum.CGCS2000:
        return x, y
    x, y = _to_gcj(x, y)
    return _gcj_to_bd(x, y) if wanted is Datum.BD09 else (x, y)


def _to_gcj(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    x, y = lng - 105.0, lat - 35.0
    waves = 20.0 * np.sin(6 * x * np.pi) + 20.0 * np.sin(2 * x * np.pi)
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    north = north + 2 / 3 * (waves + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3 * np.pi))
    north = north + 2 / 3 * (160.0 * np.sin(y / 12 * np.pi) + 320.0 * np.sin(y * np.pi / 30))
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    east = east + 2 / 3 * (waves + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3 * np.pi))
    east = east + 2 / 3 * (150.0 * np.sin(x / 12 * np.pi) + 300.0 * np.sin(x / 30 * np.pi))
    angle = np.radians(lat)
    magic = 1 - ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    root = np.sqrt(magic)
    north = north * 180.0 / (SEMI_MAJOR * (1 - ECCENTRICITY_SQUARED) / (magic * root) * np.pi)
    east = east * 180.0 / (SEMI_MAJOR / root * np.cos(angle) * np.pi)
    return lng + east, lat + north


def _gcj_to_bd(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    radius = np.hypot(lng, lat) + 0.00002 * np.sin(lat * BD_ANGLE)
    angle = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * BD_ANGLE)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _bd_to_gcj(lng: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    guess_x, guess_y = lng - 0.0065, lat - 0.006
    for _step in range(INVERSE_STEPS):
        shifted_x, shifted_y = _gcj_to_bd(guess_x, guess_y)
        guess_x, guess_y = guess_x - (shifted_x - lng), guess_y - (shifted_y - lat)
    return guess_x, guess_y
