"""Where points lie: in which county, and how far outside one. Coordinates are CGCS2000 degrees."""

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geodata.coordinates import Degrees
from geodata.districts import districts

METRES_PER_DEGREE_NORTH = 110_800.0
METRES_PER_DEGREE_EAST = 111_320.0
"""At Jiangxi's latitudes and at the equator: good to 0.5 % over a county."""

Codes = NDArray[np.int64]


@cache
def _counties() -> shapely.STRtree:
    return shapely.STRtree([county.boundary for county in districts("county")])


def counties_at(lng: Degrees, lat: Degrees) -> Codes:
    """The code of the county around each point, 0 where there is none or the point is NaN."""
    found = np.zeros(len(lng), np.int64)
    known = np.flatnonzero(np.isfinite(lng) & np.isfinite(lat))
    points, counties = _counties().query(shapely.points(lng[known], lat[known]), predicate="intersects")
    codes = np.array([county.adcode for county in districts("county")])
    found[known[points]] = codes[counties]
    return found


def metres_outside(adcode: int, lng: float, lat: float) -> float:
    """How far a point lies outside a county, 0 for one inside."""
    boundary = _in_metres(adcode)
    east, north = _scale(adcode)
    return float(shapely.distance(boundary, shapely.Point(lng * east, lat * north)))


@cache
def _scale(adcode: int) -> tuple[float, float]:
    _west, south, _east, north = _boundary(adcode).bounds
    return METRES_PER_DEGREE_EAST * float(np.cos(np.radians((south + north) / 2))), METRES_PER_DEGREE_NORTH


@cache
def _in_metres(adcode: int) -> BaseGeometry:
    scale = np.array(_scale(adcode))
    scaled: BaseGeometry = shapely.transform(_boundary(adcode), lambda degrees: degrees * scale)
    shapely.prepare(scaled)
    return scaled


def _boundary(adcode: int) -> BaseGeometry:
    return next(county.boundary for county in districts("county") if county.adcode == adcode)
