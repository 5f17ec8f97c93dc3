"""A bureau's ledger taken over: good rows in, the others back with every reason, and in again once corrected."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands.people import Operator
from db.errors import InvalidInput
from db.hazard_import.take_over import LedgerOutcome, take_over
from db.hazard_import.template import template
from db.rules.access_scope import region_scope
from db.rules.hazard_checks import ReadHazard, WrittenHazard, read_hazard
from db.rules.hazard_deadlines import HERE
from db.rules.hazard_kinds import Grade, HazardKind
from db.rules.hazard_lifecycle import HazardState
from tests import factories
from tests.factories import MadeVenue
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 2, 9, tzinfo=HERE)
TODAY = NOW.date()
HEAD = (
    *("序号", "单位名称", "隐患部位", "存在的问题", "隐患级别", "检查时间", "整改责任人", "整改措施", "完成时限"),
    *("整改状态", "复查人", "整改完成时间"),
)


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def ledger(path: Path, *rows: tuple[Any, ...]) -> Path:
    """As bureaus keep it: a title, a head further down, signatures at the end."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["某县学校消防安全隐患台账"])
    sheet.append([])
    sheet.append(list(HEAD))
    for number, row in enumerate(rows, 1):
        sheet.append([number, *row])
    sheet.append(["单位负责人（签字）：", "x"])
    book.save(path)
    return path


def taken(record: TestRecord, path: Path, scope: int = 360_000, **options: Any) -> LedgerOutcome:
    return take_over(record.record, path, region_scope(scope), Operator(None, "test"), NOW, **options)


def good_rows(venue: MadeVenue, name: str) -> list[tuple[Any, ...]]:
    return [
        (name, "走廊", "灭火器压力不足", "一般", "2026/2/20", "张三", "更换", "2026-03-10", "整改中"),
        (
            name,
            "后门",
            "安全出口上锁",
            "重大",
            date(2026, 1, 5),
            "李四",
            "拆锁",
            "2026-01-20",
            "已整改",
            "王五",
            "2026.1.18",
        ),
        (name, "厨房", "燃气软管老化", "", "2026年2月28日"),
    ]


def test_a_ledger_comes_in(empty_record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    venue = factories.venue(owner)
    name = str(owner.scalar(text("select name from venues where id = :id"), {"id": venue.id}))
    path = ledger(tmp_path / "台账.xlsx", *good_rows(venue, name))
    assert taken(empty_record, path, dry_run=True).taken == 3
    assert owner.scalar(text("select count(*) from hazards")) == 0
    done = taken(empty_record, path)
    assert (done.rows, done.taken, done.on_record, done.refused) == (3, 3, 0, ())
    rows = owner.execute(text("select * from hazards order by id")).all()
    assert [(r.state, r.kind, r.grade, r.area_id, r.place, r.responsible) for r in rows] == [
        ("rectifying", "equipment", "general", venue.area_id, "", "张三"),
        ("closed", "escape_route", "major", None, "后门", "李四"),
        ("found", "gas", "general", None, "厨房", None),
    ]
    assert rows[0].due_at == datetime(2026, 3, 11, tzinfo=HERE)
    assert (rows[1].acceptance, rows[1].look_back_on) == ("王五：台账记载已验收", date(2026, 2, 17))
    assert rows[1].act_by == datetime(2026, 2, 18, tzinfo=HERE)
    assert owner.scalars(text("select note from hazard_steps order by hazard_id")).all() == [
        *("台账.xlsx · 4", "台账.xlsx · 5", "台账.xlsx · 6")
    ]
    entry = owner.execute(text("select act, detail from audit_log")).one()
    assert (entry.act, entry.detail["hazards"]) == ("hazards imported", 3)
    again = taken(empty_record, path)
    assert (again.taken, again.on_record, len(again.refused)) == (0, 3, 0)


def test_bad_rows_come_back_with_every_reason(empty_record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    venue = factories.venue(owner)
    name = str(owner.scalar(text("select name from venues where id = :id"), {"id": venue.id}))
    path = ledger(
        tmp_path / "台账.xlsx",
        (name, "走廊", "", "特大", "昨天"),
        ("没有的学校", "走廊", "灭火器过期", "一般", "2026-02-01"),
        (name, "走廊", "灭火器过期", "一般", "2026-02-01", "", "", "", "已整改"),
        (name, "走廊", "灭火器过期", "一般", "2026-02-01", "", "", "", "整改中"),
        (name, "楼梯", "灭火器过期", "一般", "2026-02-01"),
        (name, "楼梯", "消火栓缺水带", "一般", "2026-02-03"),
        (name, "门厅", "=1+1", "一般", "2027-01-01"),
    )
    done = taken(empty_record, path)
    assert (done.taken, len(done.refused)) == (1, 6)
    assert done.rejects is not None
    sheet = load_workbook(done.rejects).active
    assert sheet is not None
    given_back = {row[0]: str(row[1]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    for number, reasons in {
        4: ("存在问题是空的", "隐患等级“特大”", "发现日期“昨天”"),
        5: ("没有名为“没有的学校”的场所",),
        6: ("须填写验收人", "须填写完成日期"),
        7: ("须填写责任人和整改期限",),
        9: ("与第 8 行是同一场所",),
        10: ("晚于今天",),
    }.items():
        assert all(reason in given_back[number] for reason in reasons), given_back[number]
    # The corrected file is the one that came back: its own columns of numbers and reasons are passed over.
    book = load_workbook(done.rejects)
    corrected: Any = book.active
    heads = [cell.value for cell in corrected[1]]
    for row in list(corrected.iter_rows(min_row=2)):
        cells = dict(zip(heads, row, strict=True))
        if cells["行号"].value == 6:
            cells["复查人"].value, cells["整改完成时间"].value = "王五", "2026-02-10"
    book.save(tmp_path / "再来.xlsx")
    assert taken(empty_record, tmp_path / "再来.xlsx").taken == 1


def test_nothing_outside_the_scope_is_written(empty_record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    venue = factories.venue(owner)
    name = str(owner.scalar(text("select name from venues where id = :id"), {"id": venue.id}))
    done = taken(empty_record, ledger(tmp_path / "台账.xlsx", *good_rows(venue, name)), 360_100)
    assert (done.taken, len(done.refused)) == (0, 3)
    assert owner.scalar(text("select count(*) from hazards")) == 0


def test_what_is_no_ledger_is_refused_in_a_sentence(empty_record: TestRecord, tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["设备编号", "型号"])  # type: ignore[union-attr]
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InvalidInput, match="场所名称"):
        taken(empty_record, tmp_path / "x.xlsx")
    (tmp_path / "template.xlsx").write_bytes(template())
    with pytest.raises(InvalidInput, match="no hazard below"):
        taken(empty_record, tmp_path / "template.xlsx")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"what": "电动车在楼道充电"}, (HazardKind.CHARGING, Grade.GENERAL, HazardState.FOUND)),
        ({"what": "墙皮脱落"}, (HazardKind.OTHER, Grade.GENERAL, HazardState.FOUND)),
        ({"kind": "疏散", "grade": "重大隐患"}, (HazardKind.ESCAPE_ROUTE, Grade.MAJOR, HazardState.FOUND)),
        ({"responsible": "张", "due_on": "2026-03-09"}, (HazardKind.OTHER, Grade.GENERAL, HazardState.ASSIGNED)),
        (
            {"standing": "已销号，待回头看（2026-04-01 前）", "accepted_by": "王", "closed_on": "2026-02-02"},
            (HazardKind.OTHER, Grade.GENERAL, HazardState.CLOSED),
        ),
    ],
    ids=lambda value: str(value)[:50],
)
def test_rows_that_are_read(written: dict[str, str], expected: tuple[object, ...]) -> None:
    usual = {"venue": "某校", "spot": "走廊", "what": "问题", "found_on": "2026-02-01"}
    read = read_hazard(WrittenHazard(**{**usual, **written}), TODAY)
    assert isinstance(read, ReadHazard), read
    assert (read.kind, read.grade, read.state) == expected
