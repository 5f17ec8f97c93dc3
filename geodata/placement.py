"""Placing points in a county as people live in it: most in the seat, the rest around its towns."""

import numpy as np
from numpy.typing import NDArray
from shapely import contains_xy, prepare
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]

SEAT_SHARE = 0.42
SEAT_SPREAD = 0.016
TOWN_SPREAD = 0.011
"""Standard deviations in degrees: about 1.7 and 1.2 km."""


def inside(boundary: BaseGeometry, points: Points) -> NDArray[np.bool_]:
    """Which of (n, 2) points lie inside."""
    return np.asarray(contains_xy(boundary, points[:, 0], points[:, 1]))


def uniform(boundary: BaseGeometry, n: int, rng: np.random.Generator) -> Points:
    """(n, 2) points spread evenly inside."""
    west, south, east, north = boundary.bounds
    kept = np.empty((0, 2))
    while len(kept) < n:
        tried = rng.uniform((west, south), (east, north), (max(64, 3 * n), 2))
        kept = np.vstack((kept, tried[inside(boundary, tried)]))
    return kept[:n]


def settled(boundary: BaseGeometry, seat: tuple[float, float], towns: int, n: int, rng: np.random.Generator) -> Points:
    """(n, 2) points inside, dense around the seat and `towns` invented towns of falling size."""
    prepare(boundary)
    centres = uniform(boundary, max(1, towns), rng)
    shares = 1 / np.arange(1, len(centres) + 1) ** 0.7
    shares /= shares.sum()
    kept = np.empty((0, 2))
    while len(kept) < n:
        wanted = max(32, 2 * (n - len(kept)))
        in_seat = rng.random(wanted) < SEAT_SHARE
        chosen = centres[rng.choice(len(centres), wanted, p=shares)]
        middle = np.where(in_seat[:, None], np.asarray(seat), chosen)
        spread = np.where(in_seat, SEAT_SPREAD, TOWN_SPREAD)[:, None]
        tried = middle + rng.normal(0, 1, (wanted, 2)) * spread
        kept = np.vstack((kept, tried[inside(boundary, tried)]))
    return kept[:n].round(6)
