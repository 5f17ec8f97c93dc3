"""Distances on the ground, good to a few metres in a hundred kilometres."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
METRES_PER_DEGREE = 111_195.0
EARTH_M = 6_371_008.8


def great_circle_m(lng1: Floats, lat1: Floats, lng2: Floats, lat2: Floats) -> Floats:
    """Metres between points in degrees; arrays are paired as numpy broadcasts them."""
    a1, a2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((a2 - a1) / 2) ** 2 + np.cos(a1) * np.cos(a2) * np.sin(np.radians(lng2 - lng1) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(half)))


def nearest(lng: Floats, lat: Floats, to_lng: Floats, to_lat: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """For each point the number of the nearest target, and how far it is in metres."""
    which = np.zeros(len(lng), dtype=np.int64)
    metres = np.full(len(lng), np.inf)
    for start in range(0, len(lng), 2000):
        part = slice(start, start + 2000)
        all_of_them = great_circle_m(lng[part, None], lat[part, None], to_lng[None, :], to_lat[None, :])
        which[part] = all_of_them.argmin(axis=1)
        metres[part] = all_of_them.min(axis=1)
    return which, metres


def circle(lng: float, lat: float, metres: float, corners: int = 48) -> list[list[float]]:
    """A closed ring around a point, in degrees."""
    turns = np.linspace(0, 2 * np.pi, corners + 1)
    north = metres / METRES_PER_DEGREE
    east = north / float(np.cos(np.radians(lat)))
    return [[round(lng + east * float(np.cos(t)), 5), round(lat + north * float(np.sin(t)), 5)] for t in turns]
