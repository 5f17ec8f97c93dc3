"""Fire stations taken over from a spreadsheet: datum put right, wrong rows named, the demonstration's put away."""

from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from sqlalchemy import text

from db.commands import fire_stations
from db.errors import InvalidInput
from db.queries import spatial
from db.rules.access_scope import region_scope
from db.rules.map_shapes import Circle, Lasso, circle_of, lasso_of
from db.rules.station_reach import ENGINES, StationKind, straight_reach_m
from db.station_import.sheet import read
from geodata.coordinates import Datum, from_cgcs2000
from tests.plugins.services import TestRecord

HERE = (114.935, 25.831)


def sheet(
    path: Path, *rows: tuple[object, ...], head: tuple[str, ...] = ("名称", "类型", "经度", "纬度", "坐标系", "编号")
) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(("全市消防站一览",))
    page.append(head)
    for row in rows:
        page.append(row)
    book.save(path)
    return path


def test_a_list_is_taken_row_by_row(tmp_path: Path) -> None:
    gcj = from_cgcs2000(np.array([HERE[0]]), np.array([HERE[1]]), Datum.GCJ02)
    found = read(
        sheet(
            tmp_path / "a.xlsx",
            ("章贡站", "消防救援站", *HERE, "CGCS2000", "S1"),
            ("龙南站", "政府专职消防队", float(gcj.lng[0]), float(gcj.lat[0]), "GCJ-02", "S2"),
            ("反了", "", HERE[1], HERE[0], "CGCS2000", "S3"),
            ("什么站", "城堡", *HERE, "CGCS2000", "S4"),
            ("没坐标", "", "x", "", "CGCS2000", "S5"),
            ("没坐标系", "", *HERE, "", "S6"),
        ),
        None,
    )
    assert [(row.code, row.kind, row.county) for row in found.rows] == [
        ("S1", StationKind.PROFESSIONAL, 360_702),
        ("S2", StationKind.GOVERNMENT, 360_702),
    ]
    assert (found.rows[1].lng, found.rows[1].lat) == pytest.approx(HERE, abs=1e-6)
    assert [refused.row for refused in found.refused] == [5, 6, 7, 8]
    assert "exchanged" in found.refused[0].reason


def test_a_sheet_without_the_columns_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="名称、经度、纬度"):
        read(sheet(tmp_path / "b.xlsx", ("a", 1), head=("甲", "乙")), None)


def test_real_stations_put_the_demonstrations_away(demo_copy: TestRecord, tmp_path: Path) -> None:
    with demo_copy.record.scoped(region_scope(360_000)) as session:
        demo = spatial.stations(session, list(StationKind))
        assert len(demo) >= 100
        assert all(station.is_demo for station in demo)
        found = read(sheet(tmp_path / "c.xlsx", ("章贡站", "", *HERE, "CGCS2000", "S1")), None)
        for _twice in range(2):
            assert fire_stations.take_over(session, found.rows, None, "测试", "c.xlsx") == 1
        (only,) = spatial.stations(session, ENGINES)
        assert (only.name, only.is_demo) == ("章贡站", False)
        assert session.scalar(text("select count(*) from audit_log where act = 'stations.import'")) == 2


def test_reach_is_counted_by_the_straight_line(demo_copy: TestRecord, tmp_path: Path) -> None:
    found = read(sheet(tmp_path / "d.xlsx", ("章贡站", "", *HERE, "CGCS2000", "S1")), None)
    with demo_copy.record.scoped(region_scope(360_700)) as session:
        fire_stations.take_over(session, found.rows, None, "测试", "d.xlsx")
        reach = spatial.reach(session, 360_702, None, ENGINES, 5_000)
        within = session.scalar(
            text(
                "select count(*) from venues where county = 360702 and in_scope_until is null and st_distance("
                "st_setsrid(point, 4326)::geography, st_setsrid(st_makepoint(:x, :y), 4326)::geography, false) <= 5000"
            ),
            {"x": HERE[0], "y": HERE[1]},
        )
        assert abs(reach.reached - within) <= 1
        assert reach.reached + len(reach.beyond) == reach.venues > 300
        assert [v.figure for v in reach.beyond] == sorted((v.figure for v in reach.beyond), reverse=True)
        assert spatial.reach(session, 360_102, None, ENGINES, 5_000).venues == 0


def test_blind_venues_are_those_whose_detectors_all_fail(demo_copy: TestRecord) -> None:
    with demo_copy.record.scoped(region_scope(360_702)) as session:
        found = {v.id: v.figure for v in spatial.without_working_smoke(session, 360_702, None)}
        working = set(
            session.scalars(
                text(
                    "select d.venue_id from devices d join device_states s on s.device_id = d.id and s.until is null"
                    " where d.kind = 'smoke_detector' and d.retired_on is null"
                    " and s.state in ('proven', 'heard', 'flapping')"
                )
            )
        )
        everyone = set(session.scalars(text("select id from venues where in_scope_until is null")))
    assert set(found) == everyone - working
    assert 0 < len(found) < len(everyone)


def test_the_reach_is_stated() -> None:
    assert straight_reach_m() == pytest.approx(2564, abs=1)
    assert straight_reach_m(minutes=6, speed_kmh=60, detour=1.5) == pytest.approx(4000)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("115.9,28.6,5000", Circle(115.9, 28.6, 5000)),
        ("115.9,28.6,5", None),
        ("115.9,28.6,nan", None),
        ("115.9,28.6,900000", None),
        ("15.9,28.6,5000", None),
        ("115.9,28.6", None),
        ("a,b,c", None),
        ("", None),
    ],
)
def test_circles_are_read_or_refused(written: str, shape: Circle | None) -> None:
    assert circle_of(written) == shape


@pytest.mark.parametrize(
    ("written", "corners"),
    [
        ("115,28;116,28;116,29", 3),
        ("115,28;116,28", 0),
        (";".join(["115,28"] * 101), 0),
        ("115,28;116,28;inf,29", 0),
        ("115,28;116,28;116,29;", 0),
        ("", 0),
    ],
)
def test_lassos_are_read_or_refused(written: str, corners: int) -> None:
    found = lasso_of(written)
    assert (len(found.corners) if isinstance(found, Lasso) else 0) == corners
