"""Rosters taken over from a spreadsheet: good rows in, the others back with every reason, and in again once mended."""

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands.people import Operator
from db.commands.rosters import Keeper
from db.errors import InvalidInput
from db.roster_import.take_over import take_in, take_over
from db.roster_import.template import template
from db.rules.access_scope import region_scope
from db.rules.rosters import HERE, Shift, WrittenShift, read_shift
from tests import factories
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 2, 9, tzinfo=HERE)
OPERATOR = Operator(None, "test")
HEAD = ("序号", "单位名称", "学校标识码", "值班人员", "联系电话", "上班时间", "下班时间", "星期", "生效日期")


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def sheet(path: Path, *rows: tuple[Any, ...]) -> Path:
    """As units keep it: a title, a head further down, times as the spreadsheet's own."""
    book = Workbook()
    page: Any = book.active
    page.append(["三月值班表"])
    page.append(list(HEAD))
    for number, row in enumerate(rows, 1):
        page.append([number, *row])
    book.save(path)
    return path


def test_good_shifts_in_and_the_others_back_with_every_reason(
    empty_record: TestRecord, owner: Connection, tmp_path: Path
) -> None:
    venue = factories.venue(owner)
    unit = owner.scalar(
        text("insert into maintainers (name, city, phone) values ('赣安消防', 360700, '1') returning id")
    )
    code = owner.scalar(text("select code from venues where id = :v"), {"v": venue.id})
    file = sheet(
        tmp_path / "值班表.xlsx",
        ("赣安消防", None, "张三", 13800000000, time(8), "20:00", "周一至周五", date(2026, 3, 1)),
        ("赣安消防", None, "李四", None, "20:00", "8:00", "每4天", None),
        (None, code, "门卫老王", "0797-8123456", "0:00", "24:00", None, "2026/3/5"),
        ("没有这家", None, "", "abc", "早上", "20:00", "偶尔", "明天"),
        ("赣安消防", None, "张三", 13800000000, "08:00", "20:00", "周一至周五", "2026-03-01"),
    )
    done = take_over(empty_record.record, file, region_scope(360_000), OPERATOR, NOW)
    assert (done.rows, done.taken, done.on_record, len(done.refused)) == (5, 3, 1, 1)
    (wrong,) = done.refused
    assert wrong.number == 6
    assert len(wrong.reasons) == 6, wrong.reasons
    kept = owner.execute(
        text(
            "select maintainer_id, venue_id, person_name, phone, weekdays, cycle_days, from_time, until_time, starts_on"
            " from rosters order by id"
        )
    ).all()
    assert [tuple(row) for row in kept] == [
        (unit, None, "张三", "13800000000", [1, 2, 3, 4, 5], None, time(8), time(20), date(2026, 3, 1)),
        (unit, None, "李四", None, [1, 2, 3, 4, 5, 6, 7], 4, time(20), time(8), date(2026, 3, 2)),
        (None, venue.id, "门卫老王", "0797-8123456", [1, 2, 3, 4, 5, 6, 7], None, time(0), time(0), date(2026, 3, 5)),
    ]
    assert done.rejects is not None
    book = load_workbook(done.rejects)
    page: Any = book.active
    for column, value in (
        ("D", "赣安消防"),
        ("F", "赵六"),
        ("G", None),
        ("H", "8:00"),
        ("J", "周六、周日"),
        ("K", None),
    ):
        page[f"{column}2"] = value
    book.save(done.rejects)
    again = take_over(empty_record.record, done.rejects, region_scope(360_000), OPERATOR, NOW)
    assert (again.taken, again.refused) == (1, ())
    assert owner.scalar(text("select weekdays from rosters where person_name = '赵六'")) == [6, 7]
    assert owner.scalar(text("select count(*) from audit_log where act = 'roster written'")) == 3


def test_a_keepers_own_file_names_no_unit(empty_record: TestRecord, owner: Connection, tmp_path: Path) -> None:
    venue = factories.venue(owner)
    file = sheet(tmp_path / "a.xlsx", (None, None, "张三", None, "8:00", "8:00", "每天", None))
    with empty_record.record.scoped(region_scope(360_702)) as session:
        done, _header = take_in(session, file, OPERATOR, NOW, Keeper(venue_id=venue.id))
    assert (done.taken, done.refused) == (1, ())
    assert owner.scalar(text("select venue_id from rosters")) == venue.id
    with empty_record.record.scoped(region_scope(360_702)) as session:
        again, _header = take_in(session, file, OPERATOR, NOW, Keeper(venue_id=venue.id))
    assert (again.taken, again.on_record) == (0, 1)


def test_what_is_no_roster(empty_record: TestRecord, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    form.write_bytes(template())
    with pytest.raises(InvalidInput, match="no shift below it"):
        take_over(empty_record.record, form, region_scope(360_000), OPERATOR, NOW)
    Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(InvalidInput, match="值守人"):
        take_over(empty_record.record, tmp_path / "b.xlsx", region_scope(360_000), OPERATOR, NOW)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("", ((1, 2, 3, 4, 5, 6, 7), None)),
        ("周五至周一", ((1, 5, 6, 7), None)),
        ("周一、周三，周五", ((1, 3, 5), None)),
        ("每3天", ((1, 2, 3, 4, 5, 6, 7), 3)),
        ("每99天", None),
        ("周八", None),
    ],
)
def test_days_as_people_write_them(days: str, expected: tuple[object, object] | None) -> None:
    read = read_shift(WrittenShift("张三", "", "8:00", "20:00", days), NOW.date())
    assert (read.weekdays, read.cycle_days) == expected if isinstance(read, Shift) else expected is None
