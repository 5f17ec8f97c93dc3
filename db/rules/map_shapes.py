"""Shapes that a person draws on the map, as an address holds them."""

from dataclasses import dataclass
from math import isfinite

MOST_CORNERS = 100
NEAREST_M, FURTHEST_M = 50.0, 200_000.0
LNG, LAT = (70.0, 140.0), (0.0, 56.0)
"""Where a place of the country may be."""

Corner = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Circle:
    lng: float
    lat: float
    metres: float


@dataclass(frozen=True, slots=True)
class Lasso:
    """Corners in order; the last one is joined to the first."""

    corners: tuple[Corner, ...]


Shape = Circle | Lasso


def lasso_of(written: str) -> Lasso | None:
    """From `lng,lat;lng,lat;…`; None for what is no shape."""
    corners = [_numbers(part, 2) for part in written.split(";")]
    if not 3 <= len(corners) <= MOST_CORNERS or not all(c is not None and _is_place(*c[:2]) for c in corners):
        return None
    return Lasso(tuple((c[0], c[1]) for c in corners if c is not None))


def circle_of(written: str) -> Circle | None:
    """From `lng,lat,metres`; None for what is no circle."""
    found = _numbers(written, 3)
    if found is None or not _is_place(*found[:2]) or not NEAREST_M <= found[2] <= FURTHEST_M:
        return None
    return Circle(*found)


def _numbers(written: str, wanted: int) -> list[float] | None:
    try:
        numbers = [float(part) for part in written.split(",")]
    except ValueError:
        return None
    return numbers if len(numbers) == wanted and all(map(isfinite, numbers)) else None


def _is_place(lng: float, lat: float) -> bool:
    return LNG[0] <= lng <= LNG[1] and LAT[0] <= lat <= LAT[1]
