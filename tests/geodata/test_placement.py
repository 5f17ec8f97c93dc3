import numpy as np
import pytest
from shapely import Point

from geodata.districts import county_weights, districts
from geodata.placement import inside, settled


@pytest.mark.parametrize("adcode", [360102, 360702, 360428, 361128])
def test_points_lie_inside_and_gather(adcode: int) -> None:
    county = next(d for d in districts("county") if d.adcode == adcode)
    points = settled(county.boundary, county.label, county_weights()[adcode].townships, 400, np.random.default_rng(1))
    assert points.shape == (400, 2)
    assert inside(county.boundary, points).all()
    seat = np.hypot(*(points - county.label).T) < 0.05
    assert seat.mean() > 0.25, "dense around the seat, not uniform"


def test_the_tree_of_districts_is_whole() -> None:
    cities, counties = districts("city"), districts("county")
    assert len(cities) == 11
    assert len(counties) == 100
    assert {county.parent for county in counties} == {city.adcode for city in cities}
    for city in cities:
        assert city.boundary.covers(Point(city.label))
