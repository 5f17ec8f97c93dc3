"""Conversions between datums, against public examples and against themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from geodata.coordinates import Datum, datum, from_cgcs2000, to_cgcs2000

METRES = 111_320.0
JIANGXI = {"lng": st.floats(113.5, 118.5), "lat": st.floats(24.4, 30.1)}


def metres_apart(lng: np.ndarray, lat: np.ndarray, other_lng: np.ndarray, other_lat: np.ndarray) -> np.ndarray:
    return np.hypot((lng - other_lng) * METRES * np.cos(np.radians(lat)), (lat - other_lat) * METRES)


@pytest.mark.parametrize(("shifted", "millimetres"), [(Datum.CGCS2000, 0.0), (Datum.GCJ02, 0.05), (Datum.BD09, 1.0)])
@given(**JIANGXI)
def test_there_and_back(shifted: Datum, millimetres: float, lng: float, lat: float) -> None:
    back = to_cgcs2000(*from_cgcs2000(lng, lat, shifted), shifted)
    assert metres_apart(back.lng, back.lat, lng, lat) * 1000 <= millimetres


@pytest.mark.parametrize(("shifted", "millimetres"), [(Datum.GCJ02, 0.05), (Datum.BD09, 1.0)])
@given(**JIANGXI)
def test_back_and_there(shifted: Datum, millimetres: float, lng: float, lat: float) -> None:
    again = from_cgcs2000(*to_cgcs2000(lng, lat, shifted), shifted)
    assert metres_apart(again.lng, again.lat, lng, lat) * 1000 <= millimetres


@pytest.mark.parametrize(
    ("lng", "lat", "gcj_lng", "gcj_lat"),
    [
        (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
        (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
        (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    ],
)
def test_gcj02_as_eviltransform_has_it(lng: float, lat: float, gcj_lng: float, gcj_lat: float) -> None:
    """From the tests of github.com/googollee/eviltransform (MIT)."""
    assert_allclose(from_cgcs2000(lng, lat, Datum.GCJ02), (gcj_lng, gcj_lat), rtol=0, atol=1e-12)
    assert_allclose(to_cgcs2000(gcj_lng, gcj_lat, Datum.GCJ02), (lng, lat), rtol=0, atol=1e-9)


def test_bd09_as_coordtransform_has_it() -> None:
    """From the tests of github.com/wandergis/coordtransform (MIT): GCJ-02 116.404, 39.915."""
    plain = to_cgcs2000(116.404, 39.915, Datum.GCJ02)
    shifted = from_cgcs2000(*plain, Datum.BD09)
    assert_allclose(shifted, (116.41036949371029, 39.92133699351021), rtol=0, atol=1e-8)


def test_bd09_as_baidus_own_service_has_it() -> None:
    """The example in the description of Baidu's conversion service, geoconv from 1 (GPS) to 5 (bd09ll)."""
    shifted = from_cgcs2000(114.21892734521, 29.575429778924, Datum.BD09)
    assert metres_apart(*shifted, np.float64(114.23074789746), np.float64(29.579086404502)) < 1.0


def test_gcj02_lies_some_hundreds_of_metres_to_the_south_east_in_jiangxi() -> None:
    lng, lat = np.meshgrid(np.linspace(113.6, 118.4, 60), np.linspace(24.5, 30.0, 60))
    shifted = from_cgcs2000(lng, lat, Datum.GCJ02)
    east = (shifted.lng - lng) * METRES * np.cos(np.radians(lat))
    north = (shifted.lat - lat) * METRES
    assert_allclose(east, 500, atol=70)
    assert_allclose(north, -335, atol=80)


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3)])
@pytest.mark.parametrize("known", Datum)
def test_arrays_keep_their_shape(known: Datum, shape: tuple[int, ...]) -> None:
    lng, lat = np.full(shape, 115.9), np.full(shape, 28.7)
    there = from_cgcs2000(lng, lat, known)
    back = to_cgcs2000(*there, known)
    assert [part.shape for part in (*there, *back)] == [shape] * 4


@pytest.mark.parametrize("known", Datum)
@pytest.mark.parametrize(("lng", "lat"), [(-122.4, 37.8), (151.2, -33.9), (139.7, 35.7), (72.0, 30.0), (0.0, 0.0)])
def test_nothing_is_shifted_outside_china(known: Datum, lng: float, lat: float) -> None:
    assert tuple(from_cgcs2000(lng, lat, known)) == (lng, lat)
    assert tuple(to_cgcs2000(lng, lat, known)) == (lng, lat)


def test_one_array_holds_points_inside_and_outside() -> None:
    shifted = from_cgcs2000([115.9, 151.2], [28.7, -33.9], Datum.GCJ02)
    assert shifted.lng[0] != 115.9
    assert (shifted.lng[1], shifted.lat[1]) == (151.2, -33.9)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CGCS2000", Datum.CGCS2000),
        ("cgcs 2000", Datum.CGCS2000),
        ("WGS84", Datum.CGCS2000),
        ("wgs-84", Datum.CGCS2000),
        ("EPSG:4490", Datum.CGCS2000),
        ("国家2000", Datum.CGCS2000),
        ("2000国家大地坐标系", Datum.CGCS2000),
        ("GCJ-02", Datum.GCJ02),
        ("GCJ02", Datum.GCJ02),
        (" gcj_02 ", Datum.GCJ02),
        ("火星", Datum.GCJ02),
        ("火星坐标系", Datum.GCJ02),
        ("高德", Datum.GCJ02),
        ("腾讯地图", Datum.GCJ02),
        ("BD-09", Datum.BD09),
        ("bd09ll", Datum.BD09),
        ("百度", Datum.BD09),
        ("百度坐标", Datum.BD09),
        ("西安80", None),
        ("北京54", None),
        ("月球", None),
        ("", None),
    ],
)
def test_spellings_of_datums(written: str, meant: Datum | None) -> None:
    assert datum(written) is meant


@pytest.mark.parametrize("known", Datum)
def test_a_datum_is_called_by_its_own_name(known: Datum) -> None:
    assert datum(known.value) is known
