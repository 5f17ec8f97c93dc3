"""Plane geometry of plans, in metres. Pure, and small enough to be proven by cases."""

import math
from collections.abc import Iterator, Sequence

from db.rules.plan import Ring, Spot

METRES_A_DEGREE = 111_320.0
"""Of latitude, near enough within a campus."""
NEAR = 1e-9


def to_local(lng: float, lat: float, origin: Spot) -> Spot:
    """Degrees to metres east and north of `origin` (longitude, latitude)."""
    across = METRES_A_DEGREE * math.cos(math.radians(origin[1]))
    return (lng - origin[0]) * across, (lat - origin[1]) * METRES_A_DEGREE


def to_degrees(spot: Spot, origin: Spot) -> Spot:
    """The way back: longitude and latitude of a spot."""
    across = METRES_A_DEGREE * math.cos(math.radians(origin[1]))
    return origin[0] + spot[0] / across, origin[1] + spot[1] / METRES_A_DEGREE


def edges(ring: Ring) -> Iterator[tuple[Spot, Spot]]:
    for i, corner in enumerate(ring):
        yield corner, ring[(i + 1) % len(ring)]


def signed_area(ring: Ring) -> float:
    """Square metres, positive where the corners turn to the left."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in edges(ring)) / 2


def area(ring: Ring) -> float:
    return abs(signed_area(ring))


def centre(ring: Ring) -> Spot:
    """The centroid; the corners' mean where there is no area."""
    doubled = 2 * signed_area(ring)
    if abs(doubled) < NEAR:
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    # About the first corner: far from the origin the sums would lose the metres between the corners.
    x0, y0 = ring[0]
    near = tuple((x - x0, y - y0) for x, y in ring)
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in edges(near))
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in edges(near))
    return x0 + x / (3 * doubled), y0 + y / (3 * doubled)


def box(spots: Sequence[Spot]) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    return min(x for x, _ in spots), min(y for _, y in spots), max(x for x, _ in spots), max(y for _, y in spots)


def _turn(a: Spot, b: Spot, c: Spot) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def distance_to_edge(spot: Spot, a: Spot, b: Spot) -> float:
    """Metres from a spot to the stretch between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length < NEAR else max(0.0, min(1.0, ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / length))
    return math.hypot(spot[0] - a[0] - t * dx, spot[1] - a[1] - t * dy)


def distance_to_outline(spot: Spot, ring: Ring) -> float:
    return min(distance_to_edge(spot, a, b) for a, b in edges(ring))


def cross(a: Spot, b: Spot, c: Spot, d: Spot) -> bool:
    """True where a-b and c-d cross in one inner spot of both; touching is not crossing."""
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _meet(a: Spot, b: Spot, c: Spot, d: Spot) -> bool:
    """True where they have any spot in common."""
    if cross(a, b, c, d):
        return True
    return any(distance_to_edge(p, q, r) < 1e-6 for p, q, r in ((a, c, d), (b, c, d), (c, a, b), (d, a, b)))


def is_simple(ring: Ring) -> bool:
    """True where the outline never meets itself."""
    n = len(ring)
    if n < 3 or area(ring) < NEAR:
        return False
    sides = list(edges(ring))
    for i in range(n):
        if math.dist(*sides[i]) < 1e-6:
            return False
        for j in range(i + 1, n):
            if j == i + 1 or (i == 0 and j == n - 1):
                before, after = (sides[i], sides[j]) if j == i + 1 else (sides[j], sides[i])
                if distance_to_edge(after[1], *before) < 1e-6 or distance_to_edge(before[0], *after) < 1e-6:
                    return False  # it goes back over itself
            elif _meet(*sides[i], *sides[j]):
                return False
    return True


def holds(ring: Ring, spot: Spot, *, tolerance: float = 0.0) -> bool:
    """True where the spot is inside, or at most `tolerance` metres outside."""
    inside = False
    for a, b in edges(ring):
        if (a[1] > spot[1]) != (b[1] > spot[1]) and spot[0] < (b[0] - a[0]) * (spot[1] - a[1]) / (b[1] - a[1]) + a[0]:
            inside = not inside
    return inside or distance_to_outline(spot, ring) <= tolerance + NEAR


STEP_METRES, MOST_STEPS = 0.5, 24


def lies_within(inner: Ring, outer: Ring, *, tolerance: float) -> bool:
    """True where no part of `inner` is more than `tolerance` outside.

    Within a convex outline corners are enough; within another the edges are walked, for they may leave it between two.
    """
    dents = _dents(outer)
    if not dents:
        return all(holds(outer, corner, tolerance=tolerance) for corner in inner)
    return all(holds(outer, spot, tolerance=tolerance) for a, b in edges(inner) for spot in _along(a, b)) and not any(
        holds(inner, corner) and distance_to_outline(corner, inner) > tolerance + NEAR for corner in dents
    )


def _dents(ring: Ring) -> list[Spot]:
    """Corners where the outline turns inwards: another outline may close over such a bay."""
    turns = 1 if signed_area(ring) > 0 else -1
    return [ring[i] for i in range(len(ring)) if _turn(ring[i - 1], ring[i], ring[(i + 1) % len(ring)]) * turns < -NEAR]


def _along(a: Spot, b: Spot) -> Iterator[Spot]:
    n = max(1, min(MOST_STEPS, math.ceil(math.dist(a, b) / STEP_METRES)))
    for i in range(n):
        yield a[0] + (b[0] - a[0]) * i / n, a[1] + (b[1] - a[1]) * i / n


def rectangle(west: float, south: float, east: float, north: float) -> Ring:
    return (west, south), (east, south), (east, north), (west, north)


def heading(a: Spot, b: Spot) -> float:
    """Degrees clockwise from north, from `a` towards `b`."""
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1])) % 360


def inner_spot(ring: Ring) -> Spot:
    """A spot inside: the centroid where it is, else the middle of the longest stretch on some line across."""
    middle = centre(ring)
    if holds(ring, middle):
        return middle
    _, south, _, north = box(ring)
    best, width = middle, -1.0
    for i in range(1, 16):
        y = south + (north - south) * (i + 0.013) / 16
        xs = sorted(
            a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in edges(ring) if (a[1] > y) != (b[1] > y)
        )
        for west, east in zip(xs[::2], xs[1::2], strict=False):
            if east - west > width:
                best, width = ((west + east) / 2, y), east - west
    return best
