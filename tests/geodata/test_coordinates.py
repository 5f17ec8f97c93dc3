import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.coordinates import Datum, datum, from_cgcs2000, to_cgcs2000

METRES = 111_320.0
inside = {"lng": st.floats(113.5, 118.5), "lat": st.floats(24.4, 30.1)}


@given(**inside)
def test_gcj02_comes_back_within_a_tenth_of_a_millimetre(lng: float, lat: float) -> None:
    x, y = to_cgcs2000(*from_cgcs2000(lng, lat, Datum.GCJ02), Datum.GCJ02)
    assert abs(x - lng) * METRES < 1e-4
    assert abs(y - lat) * METRES < 1e-4


@given(**inside)
def test_bd09_comes_back_within_a_millimetre(lng: float, lat: float) -> None:
    x, y = to_cgcs2000(*from_cgcs2000(lng, lat, Datum.BD09), Datum.BD09)
    assert abs(x - lng) * METRES < 1e-3
    assert abs(y - lat) * METRES < 1e-3


def test_gcj02_lies_some_hundreds_of_metres_to_the_south_east_in_jiangxi() -> None:
    x, y = from_cgcs2000([114.9, 115.9, 117.9], [25.8, 28.7, 28.4], Datum.GCJ02)
    east = (x - [114.9, 115.9, 117.9]) * METRES * np.cos(np.radians(27))
    north = (y - [25.8, 28.7, 28.4]) * METRES
    assert np.all((east > 350) & (east < 650))
    assert np.all((north > -450) & (north < -200))


def test_cgcs2000_is_left_alone() -> None:
    assert to_cgcs2000(115.0, 27.0, Datum.CGCS2000) == (115.0, 27.0)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CGCS2000", Datum.CGCS2000),
        ("wgs-84", Datum.CGCS2000),
        ("国家2000", Datum.CGCS2000),
        ("GCJ02", Datum.GCJ02),
        (" gcj-02 ", Datum.GCJ02),
        ("高德", Datum.GCJ02),
        ("火星坐标", Datum.GCJ02),
        ("BD-09", Datum.BD09),
        ("百度地图", Datum.BD09),
        ("月球", None),
        ("", None),
    ],
)
def test_spellings_of_datums(written: str, meant: Datum | None) -> None:
    assert datum(written) is meant
