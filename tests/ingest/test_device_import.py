"""A list of devices taken over: good rows in, the others back with every reason, the gateway hears them at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection, text

from db.commands.people import Operator
from db.device_import.columns import COLUMNS
from db.device_import.take_over import Outcome, take_over
from db.device_import.template import template
from db.errors import InvalidInput
from db.rules.access_scope import EVERYTHING, Scope
from db.rules.device_checks import ReadDevice, WrittenDevice, read_device
from db.rules.device_kinds import AreaKind
from tests import factories
from tests.ingest.gateways import rows, running, say, wait_for
from tests.plugins.services import TestRecord

TODAY = date(2026, 3, 2)
GOOD = {
    "设备编号": "yg-0001",
    "设备类型": "烟感",
    "型号": "JTY-GD-930",
    "场所编码": "T-1",
    "楼层": "3层",
    "部位": "3楼走廊",
    "安装日期": "2026/3/1",
}
WRITTEN = WrittenDevice("yg-0001", "烟感", "JTY-GD-930", "", "T-1", "3层", "3楼走廊", "", "2026/3/1")
IMEI, IDENTITY = "860374051096202", "ABCD012603010000000011" + "01AB9"


def row(**changed: str) -> dict[str, str]:
    return GOOD | changed


Taken = Callable[..., Outcome]


@pytest.fixture
def venue(owner: Connection) -> factories.MadeVenue:
    made = factories.venue(owner)
    owner.execute(text("update venues set code = 'T-1' where id = :id"), {"id": made.id})
    return made


@pytest.fixture
def take(empty_record: TestRecord, tmp_path: Path) -> Taken:
    def taking(
        *given: dict[str, str], scope: Scope = EVERYTHING, file: Path | None = None, dry: bool = False
    ) -> Outcome:
        path = file or tmp_path / "devices.xlsx"
        if file is None:
            book = Workbook()
            headers = list(dict.fromkeys(key for each in given for key in each))
            book.active.append(["某县设备清单"])
            book.active.append(headers)
            for each in given:
                book.active.append([each.get(header) for header in headers])
            book.save(path)
        return take_over(empty_record.record, path, scope, Operator(None, "test"), TODAY, dry_run=dry)

    return taking


def test_a_good_row_is_a_device_in_its_area(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    done = take(GOOD)
    assert (done.taken, done.areas, done.refused, done.rejects) == (1, 1, (), None)
    told = owner.execute(
        text(
            "select d.code, d.kind, d.model, d.installed_on, a.kind as area, a.floor, a.name, d.is_demo"
            " from devices d join areas a on a.id = d.area_id"
        )
    ).one()
    assert tuple(told) == (
        *("yg-0001", "smoke_detector", "JTY-GD-930", date(2026, 3, 1), "corridor", 3, "3楼走廊", False),
    )
    assert owner.scalar(text("select act from audit_log order by id desc limit 1")) == "devices imported"


def test_again_it_is_on_record(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    take(GOOD)
    done = take(GOOD, row(设备编号="yg-0002"))
    assert (done.taken, done.on_record, done.areas) == (1, 1, 0)
    assert rows(owner, "devices") == 2


def test_addresses_and_gateways_are_tied(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    done = take(
        row(设备编号="yg-0001", 网关编号="yc-1"),
        row(设备编号="yc-1", 设备类型="用户信息传输装置", 传输装置地址="889"),
        row(设备编号="yg-0003", IMEI=IMEI, 平台="电信 CTWing", 国标编码=IDENTITY),
    )
    assert done.refused == ()
    book = owner.execute(text("select door, address from device_addresses order by door")).all()
    assert book == [("ctwing", IMEI), ("gb26875", "889"), ("identity", IDENTITY)]
    pair = "select g.code from devices d join devices g on g.id = d.gateway_id where d.code = 'yg-0001'"
    assert owner.scalar(text(pair)) == "yc-1"


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"设备编号": ""}, "设备编号缺少"),
        ({"设备编号": "烟感一号"}, "应为 2 至 64 位字母"),
        ({"设备类型": "冰箱"}, "设备类型“冰箱”无法识别，可填：感烟探测器"),
        ({"安装日期": "去年"}, "不是完整的日期"),
        ({"安装日期": "2031-01-01"}, "应在 2000-01-01 至 2026-03-02 之间"),
        ({"场所编码": "T-9"}, "没有编码为“T-9”的场所"),
        ({"场所编码": "", "场所名称": "无名学校"}, "没有名为“无名学校”的场所"),
        ({"场所编码": ""}, "缺少场所编码或场所名称"),
        ({"部位": "某处"}, "看不出部位类型"),
        ({"楼层": "顶楼"}, "的楼层“顶楼”不是楼层"),
        ({"IMEI": "123"}, "不是 15 位数字"),
        ({"IMEI": "860374051096203", "平台": "电信"}, "校验位不对"),
        ({"IMEI": IMEI}, "须在“平台”列写明"),
        ({"国标编码": "12"}, "不是 GB/T 45839 的 27 位设备标识"),
        ({"传输装置地址": "889"}, "只用于用户信息传输装置"),
        ({"网关编号": "yc-9"}, "网关编号“yc-9”不在库中，也不在本表中"),
    ],
)
def test_a_bad_row_comes_back_with_its_reason(
    take: Taken, venue: factories.MadeVenue, owner: Connection, changed: dict[str, str], reason: str
) -> None:
    done = take(row(设备编号="yg-0009"), row(**changed))
    assert (done.taken, len(done.refused)) == (1, 1)
    assert reason in "；".join(done.refused[0].reasons)
    assert done.rejects is not None
    page = load_workbook(done.rejects).active
    assert [cell.value for cell in page[1]][:3] == ["行号", "原因", "设备编号"]
    assert reason in str(page["B2"].value)


def test_corrected_rows_are_imported_from_the_file_that_came_back(
    take: Taken, venue: factories.MadeVenue, owner: Connection
) -> None:
    done = take(row(设备类型="冰箱"), row(设备编号="=1+1"))
    assert done.rejects is not None
    book = load_workbook(done.rejects)
    places = {cell.value: cell.column for cell in book.active[1]}
    book.active.cell(2, places["设备类型"]).value = "烟感"
    book.active.cell(3, places["设备编号"]).value = "yg-0002"
    book.save(done.rejects)
    assert take(file=done.rejects).taken == 2


def test_repeats_and_changes_are_told(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    done = take(GOOD, GOOD)
    assert done.refused[0].reasons == ("设备编号与第 3 行相同",)
    done = take(row(型号="别的"))
    assert done.refused[0].reasons == ("设备 yg-0001 已在库，但型号与库中不同；导入不修改已有设备",)
    take(row(设备编号="a-1", IMEI=IMEI, 平台="移动"))
    done = take(row(设备编号="a-2", IMEI=IMEI, 平台="移动"))
    assert done.refused[0].reasons == (f"地址“{IMEI}”已属于设备 a-1",)


def test_outside_the_scope_nothing_is_taken(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    done = take(GOOD, scope=Scope(361_000, 361_999))
    assert (done.taken, rows(owner, "devices")) == (0, 0)
    assert "不在您的管理范围内" in done.refused[0].reasons[0]


def test_a_dry_run_records_nothing(take: Taken, venue: factories.MadeVenue, owner: Connection) -> None:
    assert take(GOOD, dry=True).taken == 1
    assert (rows(owner, "devices"), rows(owner, "areas")) == (0, 1)


def test_what_is_no_list_is_refused_in_a_sentence(take: Taken, empty_record: TestRecord, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no header row with the columns"):
        take({"姓名": "张三"})
    (tmp_path / "words.xlsx").write_text("hello")
    with pytest.raises(InvalidInput, match="no spreadsheet"):
        take(file=tmp_path / "words.xlsx")


def test_the_template_is_a_list_without_devices(take: Taken, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    path.write_bytes(template())
    assert [cell.value for cell in load_workbook(path)["设备"][1]] == [headers[0] for headers in COLUMNS.values()]
    with pytest.raises(InvalidInput, match="no device below it"):
        take(file=path)


def test_the_running_gateway_hears_an_imported_device(
    take: Taken, venue: factories.MadeVenue, empty_record: TestRecord, owner: Connection, device_client
) -> None:
    with running(empty_record):
        take(GOOD)
        say(device_client, "anwang/v1/yg-0001/smoke", b'{"value": 0.1}')
        wait_for(lambda: rows(owner, "signals") == 1)


@pytest.mark.parametrize(
    ("area", "kind", "floor", "found"),
    [
        ("3楼走廊", "", "3", (AreaKind.CORRIDOR, 3)),
        ("地下配电间", "楼梯", "B1", (AreaKind.STAIRS, -1)),
        ("男生宿舍201", "", "-2", (AreaKind.DORMITORY, -2)),
        ("疏散走道", "", "", (AreaKind.ESCAPE_ROUTE, 1)),
    ],
)
def test_where_it_hangs(area: str, kind: str, floor: str, found: tuple[AreaKind, int]) -> None:
    written = replace(WRITTEN, area=area, area_kind=kind, floor=floor)
    read = read_device(written, TODAY)
    assert isinstance(read, ReadDevice)
    assert read.area is not None
    assert (read.area.kind, read.area.floor) == found
