"""A bureau's spreadsheet: good rows on record in one transaction, bad ones back with every reason."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import text

from db.commands import reference
from db.commands.people import Operator
from db.errors import AnwangError, InvalidInput, WrongState
from db.rules.access_scope import EVERYTHING, Scope, region_scope
from db.venue_import import take_over as taking
from db.venue_import.locate import Terms
from db.venue_import.take_over import Order, Outcome, take_over
from db.venue_import.template import TEMPLATE, template
from geodata.coordinates import Datum
from tests.plugins.services import TestRecord

TODAY = date(2024, 9, 2)
HEADER = ("场所名称", "场所类别", "县区", "经度", "纬度", "坐标系", "学生数", "负责人", "负责人电话")
LNG, LAT = 114.9349, 25.8312
"""In the middle of 章贡区, CGCS2000."""
GOOD = ("甲幼儿园", "幼儿园", "章贡区", LNG, LAT, "CGCS2000", 180, "张三", "13800000000")


@pytest.fixture
def record(empty_record: TestRecord) -> TestRecord:
    reference.ensure(empty_record.owner_url)
    return empty_record


def sheet(path: Path, rows: Sequence[Sequence[object]], header: Sequence[object] = HEADER) -> Path:
    book = Workbook()
    page: Any = book.active
    for row in (header, *rows):
        page.append(list(row))
    for cell in (cell for row in page.iter_rows() for cell in row if cell.data_type == "f"):
        cell.data_type = "s"  # text as somebody typed it, not a formula
    book.save(path)
    return path


def changed(**changes: object) -> tuple[object, ...]:
    """The good row with other values, by header."""
    return tuple(changes.get(header, value) for header, value in zip(HEADER, GOOD, strict=True))


def bring(
    record: TestRecord, file: Path, scope: Scope = EVERYTHING, datum: Datum | None = None, **order: Any
) -> Outcome:
    return take_over(record.record, Order(file, Terms(scope, TODAY, datum), Operator(None, "test"), **order))


def on_record(record: TestRecord) -> list[Any]:
    query = text("select name, code, county, st_x(point) as lng, st_y(point) as lat, students from venues order by id")
    with record.record.scoped(EVERYTHING) as session:
        return list(session.execute(query))


def test_good_rows_are_recorded_with_code_people_and_an_audit_entry(record: TestRecord, tmp_path: Path) -> None:
    outcome = bring(record, sheet(tmp_path / "a.xlsx", [GOOD, changed(场所名称="乙幼儿园")]))
    assert (outcome.taken, outcome.on_record, outcome.refused, outcome.rejects) == (2, 0, (), None)
    first, second = on_record(record)
    assert (first.name, first.code, first.county, first.students) == ("甲幼儿园", "V-360702-00001", 360702, 180)
    assert (first.lng, first.lat) == (LNG, LAT)
    assert second.code == "V-360702-00002"
    with record.record.scoped(EVERYTHING) as session:
        people = session.execute(text("select duty, name, phone from venue_people order by id")).all()
        assert people[0] == ("operator", "张三", "13800000000")
        entry = session.execute(text("select act, detail from audit_log order by id desc limit 1")).one()
    assert entry.act == "venues imported"
    assert (entry.detail["file"], entry.detail["venues"]) == ("a.xlsx", 2)


BAD = [
    ({"场所名称": None}, "缺少场所名称"),
    ({"场所名称": "=cmd|' /C calc'!A0"}, "不能以 =、+、-、@ 开头"),
    ({"场所名称": "示例幼儿园（请删除此行）"}, "是模板的示例行"),
    ({"场所类别": "网吧"}, "场所类别“网吧”不在字典内"),
    ({"县区": "朝阳区"}, "不是江西省的县（市、区）"),
    ({"县区": "赣州市"}, "是设区市"),
    ({"县区": "南康区"}, "坐标在南康区界外"),
    ({"经度": LAT, "纬度": LNG}, "经度与纬度疑似填反"),
    ({"经度": 38_594_123.4, "纬度": 2_857_123.5}, "疑似投影坐标"),
    ({"经度": 116.4, "纬度": 39.9}, "不在江西省范围内"),
    ({"经度": None}, "缺少经度"),
    ({"经度": "#REF!"}, "经度是公式错误（#REF!）"),
    ({"坐标系": "北京54"}, "坐标系“北京54”无法识别"),
    ({"坐标系": None}, "缺少坐标系"),
    ({"学生数": -3}, "学生数“-3”不是整数"),
    ({"学生数": 900_000}, "学生数“900000”超过 200,000"),
    ({"负责人电话": "12345"}, "负责人电话“12345”不像电话号码"),
]


def test_each_bad_row_comes_back_with_its_reason_and_the_good_ones_are_taken(
    record: TestRecord, tmp_path: Path
) -> None:
    rows = [GOOD, *(changed(**{"场所名称": f"坏{n}园"} | change) for n, (change, _why) in enumerate(BAD))]
    outcome = bring(record, sheet(tmp_path / "a.xlsx", rows))
    assert outcome.taken == 1
    assert [row.row.number for row in outcome.refused] == list(range(3, 3 + len(BAD)))
    for refused, (_change, why) in zip(outcome.refused, BAD, strict=True):
        assert any(why in reason for reason in refused.reasons), (why, refused.reasons)
    assert [row.name for row in on_record(record)] == ["甲幼儿园"]


def test_a_row_with_several_faults_says_them_all(record: TestRecord, tmp_path: Path) -> None:
    row = changed(场所类别="网吧", 县区="朝阳区", 学生数="许多")
    (refused,) = bring(record, sheet(tmp_path / "a.xlsx", [row])).refused
    said = [reason.partition("“")[0] for reason in refused.reasons]
    assert said == ["场所类别", "县区", "学生数", "坐标位于章贡区"]


def test_refused_rows_are_corrected_in_their_file_and_imported_again(record: TestRecord, tmp_path: Path) -> None:
    rows = [GOOD, changed(场所名称="=乙", 场所类别="网吧"), changed(场所名称="丙幼儿园", 经度="114.9", 县区="南康区")]
    outcome = bring(record, sheet(tmp_path / "a.xlsx", rows))
    assert outcome.rejects == tmp_path / "a-待更正.xlsx"
    book = load_workbook(outcome.rejects)
    page: Any = book.active
    assert [cell.value for cell in page[1]] == ["行号", "原因", *HEADER]
    assert page["A2"].value == 3
    assert page["C2"].value == "'=乙"  # no program that opens it may run it
    page["C2"], page["D2"], page["E3"] = "乙幼儿园", "幼儿园", "章贡区"
    book.save(outcome.rejects)
    again = bring(record, outcome.rejects)
    assert (again.taken, again.refused) == (2, ())
    assert [row.name for row in on_record(record)] == ["甲幼儿园", "乙幼儿园", "丙幼儿园"]


def test_a_second_import_of_the_same_file_changes_nothing(record: TestRecord, tmp_path: Path) -> None:
    file = sheet(tmp_path / "a.xlsx", [GOOD, changed(场所名称="乙幼儿园", 坐标系="GCJ-02")])
    bring(record, file)
    before = on_record(record)
    outcome = bring(record, file)
    assert (outcome.taken, outcome.on_record, outcome.refused) == (0, 2, ())
    assert on_record(record) == before


def test_a_row_that_differs_from_the_record_is_told_apart(record: TestRecord, tmp_path: Path) -> None:
    bring(record, sheet(tmp_path / "a.xlsx", [GOOD]))
    (refused,) = bring(record, sheet(tmp_path / "b.xlsx", [changed(学生数=200)])).refused
    assert "学生数与库中不同" in refused.reasons[0]


def test_the_same_venue_twice_in_one_sheet(record: TestRecord, tmp_path: Path) -> None:
    outcome = bring(record, sheet(tmp_path / "a.xlsx", [GOOD, changed(场所名称=" 甲 幼儿园")]))
    assert outcome.taken == 1
    assert "与第 2 行重复" in outcome.refused[0].reasons[0]


@pytest.mark.parametrize("datum", list(Datum))
def test_points_of_every_datum_land_at_the_same_place(record: TestRecord, tmp_path: Path, datum: Datum) -> None:
    """Public example of one place in three datums: shifts at Ganzhou are several hundred metres."""
    import numpy as np

    from geodata.coordinates import to_cgcs2000

    lng, lat = to_cgcs2000(np.array([LNG]), np.array([LAT]), datum)
    bring(record, sheet(tmp_path / "a.xlsx", [changed(坐标系=datum.value)]))
    (venue,) = on_record(record)
    assert (venue.lng, venue.lat) == pytest.approx((lng[0], lat[0]), abs=1e-7)
    moved = max(abs(venue.lng - LNG), abs(venue.lat - LAT)) * 110_000
    assert moved == 0 if datum is Datum.CGCS2000 else 100 < moved < 1500


def test_the_option_names_the_datum_of_rows_that_name_none(record: TestRecord, tmp_path: Path) -> None:
    headless = [value for header, value in zip(HEADER, GOOD, strict=True) if header != "坐标系"]
    file = sheet(tmp_path / "a.xlsx", [headless], [header for header in HEADER if header != "坐标系"])
    with pytest.raises(InvalidInput, match="--datum"):
        bring(record, file)
    assert bring(record, file, datum=Datum.GCJ02).taken == 1


def test_a_city_imports_into_its_own_counties_only(record: TestRecord, tmp_path: Path) -> None:
    nanchang = changed(场所名称="昌幼儿园", 县区="东湖区", 经度=115.899, 纬度=28.685)
    outcome = bring(record, sheet(tmp_path / "a.xlsx", [GOOD, nanchang]), region_scope(360_700))
    assert outcome.taken == 1
    assert "东湖区不在您的管理范围内" in outcome.refused[0].reasons


def test_headers_of_two_rows_with_merged_cells_and_a_title_above(record: TestRecord, tmp_path: Path) -> None:
    book = Workbook()
    page: Any = book.active
    page.append(["2024 年校园信息表"])
    page.merge_cells("A1:G1")
    page.append(["学校名称", "学校类别", "所属县（市、区）", "坐标（CGCS2000）", None, "负责人", None])
    page.append([None, None, None, "经度", "纬度", "姓名", "电话"])
    for place in "ABC":
        page.merge_cells(f"{place}2:{place}3")
    page.merge_cells("D2:E2")
    page.merge_cells("F2:G2")
    page.append(["甲幼儿园", "幼儿园", "章贡区", LNG, LAT, "张三", "13800000000"])
    page.append(["合计", None, None, None, None, None, 1])
    book.save(tmp_path / "a.xlsx")
    outcome = bring(record, tmp_path / "a.xlsx", datum=Datum.CGCS2000)
    assert (outcome.rows, outcome.taken) == (1, 1)


def test_nothing_is_recorded_when_the_import_fails_half_way(
    record: TestRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_named: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(taking.audit, "write", fails)
    with pytest.raises(OSError, match="the disk is gone"):
        bring(record, sheet(tmp_path / "a.xlsx", [GOOD, changed(场所类别="网吧")]))
    assert on_record(record) == []
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_one_import_at_a_time(record: TestRecord, tmp_path: Path) -> None:
    file = sheet(tmp_path / "a.xlsx", [GOOD])
    with record.record.scoped(EVERYTHING) as other:
        taking.hold(other)
        with pytest.raises(WrongState, match="under way"):
            bring(record, file)
    assert bring(record, file).taken == 1


def test_a_dry_run_records_nothing(record: TestRecord, tmp_path: Path) -> None:
    outcome = bring(record, sheet(tmp_path / "a.xlsx", [GOOD]), dry_run=True)
    assert outcome.taken == 1
    assert on_record(record) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "There is no file"),
        (b"name,county\n", "is no spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "is an old .xls"),
        (b"PK\x05\x06" + bytes(18), "is damaged, or no spreadsheet"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(
    record: TestRecord, tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    file = tmp_path / "a.xlsx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AnwangError, match=sentence) as refusal:
        bring(record, file)
    assert "\n" not in str(refusal.value)


def test_a_sheet_without_the_needed_columns_names_them(record: TestRecord, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="经度、纬度"):
        bring(record, sheet(tmp_path / "a.xlsx", [GOOD[:3]], HEADER[:3]))


def test_the_template_in_the_project_is_the_current_one() -> None:
    assert TEMPLATE.read_bytes() == template()


def test_the_template_filled_in_is_imported(record: TestRecord, tmp_path: Path) -> None:
    file = tmp_path / "filled.xlsx"
    file.write_bytes(template())
    (refused,) = bring(record, file).refused
    assert "是模板的示例行，请删除" in refused.reasons[0]
    book = load_workbook(file)
    page: Any = book.worksheets[0]
    page["A2"] = "甲幼儿园"
    book.save(file)
    assert bring(record, file).taken == 1
