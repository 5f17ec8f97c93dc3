"""Hot spots, densities and distances against published and worked-out values."""

import numpy as np
import pytest

from geodata.distance import circle, great_circle_m, nearest
from geodata.hot_spots import gi_star, hot_spots
from geodata.kernel_density import density

POINTS = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)], dtype=float)
VALUES = np.array([2, 3, 3.2, 5, 8, 7])
PUBLISHED = [-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331]
"""Gi* of these six points with binary weights within 15, as PySAL's manual prints them (esda.G_Local, star=True)."""


def within(points: np.ndarray, reach: float) -> list[list[int]]:
    apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
    return [[j for j in range(len(points)) if j != i and apart[i, j] <= reach] for i in range(len(points))]


def test_gi_star_is_what_was_published() -> None:
    assert gi_star(VALUES, within(POINTS, 15)) == pytest.approx(PUBLISHED, abs=1e-8)


def test_a_cluster_is_hot_and_noise_is_not() -> None:
    rng = np.random.default_rng(7)
    grid = np.array([(x, y) for x in range(20) for y in range(20)], dtype=float)
    near = within(grid, 1.5)
    noise = rng.poisson(4, 400).astype(float)
    assert (hot_spots(noise, near).sign != 0).mean() <= 0.05
    clustered = noise.copy()
    inside = (abs(grid - 10) <= 1).all(axis=1)
    clustered[inside] += 14
    found = hot_spots(clustered, near)
    assert (found.sign[inside] == 1).all()
    assert (found.sign[abs(grid - 10).max(axis=1) > 3] == 0).mean() > 0.97


@pytest.mark.parametrize("values", [np.full(9, 3.0), np.zeros(9)])
def test_where_all_places_are_alike_none_is_hot(values: np.ndarray) -> None:
    near = within(np.array([(x, y) for x in range(3) for y in range(3)], dtype=float), 1)
    assert not hot_spots(values, near).sign.any()


def test_few_places_are_not_judged() -> None:
    assert not hot_spots(np.array([0, 0, 0, 90.0]), [[1], [0], [3], [2]]).sign.any()


def test_a_density_keeps_the_number_of_points() -> None:
    rng = np.random.default_rng(3)
    lng, lat = 115.9 + rng.normal(0, 0.02, 40), 28.7 + rng.normal(0, 0.02, 40)
    made = density(lng, lat, (115.6, 28.4, 116.2, 29.0), 4_000, across=160)
    square_km = made.step_lat * 111.195 * made.step_lng * 111.195 * np.cos(np.radians(28.7))
    assert made.values.sum() * square_km == pytest.approx(40, rel=0.02)
    assert made.values[0].max() == 0
    row, column = np.unravel_index(made.values.argmax(), made.values.shape)
    assert abs(made.south + (row + 0.5) * made.step_lat - lat.mean()) < 0.03
    assert abs(made.west + (column + 0.5) * made.step_lng - lng.mean()) < 0.03


def test_distances() -> None:
    nanchang, ganzhou = (115.858, 28.683), (114.935, 25.831)
    one = great_circle_m(*(np.array(each) for each in (*nanchang, *ganzhou)))
    assert float(one) == pytest.approx(330_100, rel=0.01)
    which, metres = nearest(
        np.array([115.0, 116.0]), np.array([28.0, 28.0]), np.array([116.0, 115.001]), np.array([28.0, 28.0])
    )
    assert which.tolist() == [1, 0]
    assert metres[1] == 0
    ring = np.array(circle(115, 28, 5000))
    assert great_circle_m(np.array(115.0), np.array(28.0), ring[:, 0], ring[:, 1]) == pytest.approx(5000, rel=0.003)
