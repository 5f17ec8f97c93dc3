"""How densely points lie, as a smooth surface: a quartic kernel over a grid of squares."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.distance import METRES_PER_DEGREE

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surface:
    """Density in points per square kilometre; `values[row, column]`, the first row in the south."""

    west: float
    south: float
    step_lng: float
    step_lat: float
    values: Floats


def density(
    lng: Floats, lat: Floats, box: tuple[float, float, float, float], bandwidth_m: float, across: int = 72
) -> Surface:
    """Over `box` (west, south, east, north in degrees); each point counts within `bandwidth_m` of where it is.

    The surface's integral is the number of points whose whole neighbourhood lies in the box.
    """
    west, south, east, north = box
    per_lng = METRES_PER_DEGREE * float(np.cos(np.radians((south + north) / 2)))
    width, height = (east - west) * per_lng, (north - south) * METRES_PER_DEGREE
    side = max(width, height) / across
    columns, rows = max(1, round(width / side)), max(1, round(height / side))
    values = np.zeros((rows, columns))
    step_x, step_y = width / columns, height / rows
    centres_x, centres_y = (np.arange(columns) + 0.5) * step_x, (np.arange(rows) + 0.5) * step_y
    scale = 3 / (np.pi * (bandwidth_m / 1000) ** 2)
    for x, y in zip((lng - west) * per_lng, (lat - south) * METRES_PER_DEGREE, strict=True):
        first_c, last_c = _reach(x, bandwidth_m, step_x, columns)
        first_r, last_r = _reach(y, bandwidth_m, step_y, rows)
        square = (centres_x[None, first_c:last_c] - x) ** 2 + (centres_y[first_r:last_r, None] - y) ** 2
        near = np.clip(1 - square / bandwidth_m**2, 0, None)
        values[first_r:last_r, first_c:last_c] += scale * near**2
    return Surface(west, south, (east - west) / columns, (north - south) / rows, values)


def _reach(at: float, bandwidth: float, step: float, most: int) -> tuple[int, int]:
    return max(0, int((at - bandwidth) / step)), min(most, max(0, int((at + bandwidth) / step) + 1))
