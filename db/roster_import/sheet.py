"""Reading a roster: its header among the first rows, and every row below."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from db.errors import InvalidInput
from db.rules.rosters import WrittenShift
from db.rules.written_values import folded
from db.venue_import.cells import CellValue, text_of
from db.venue_import.merged_cells import MOST_COLUMNS
from db.venue_import.opening import opened

COLUMNS: dict[str, tuple[str, ...]] = {
    "unit": ("维保单位", "值守单位", "单位名称", "单位"),
    "venue_code": ("场所编码", "学校标识码"),
    "person": ("值守人", "值班人", "值班人员", "值守人员", "姓名"),
    "phone": ("电话", "联系电话", "手机", "手机号"),
    "since": ("上岗时间", "开始时间", "上班时间", "起"),
    "until": ("离岗时间", "结束时间", "下班时间", "止"),
    "days": ("排班", "值班日", "星期", "周期"),
    "starts_on": ("开始日期", "生效日期"),
    "ends_on": ("结束日期", "截止日期"),
}
"""The first is the header of the template."""
REQUIRED = ("person", "since", "until")
HEADER_WITHIN = 20
MOST_ROWS = 20_000
_BY_HEADER = {folded(header): key for key, headers in COLUMNS.items() for header in headers}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A row with its number in the sheet, what it says, and its cells as they were."""

    number: int
    written: WrittenShift
    unit: str
    venue_code: str
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class RosterSheet:
    name: str
    header: tuple[str, ...]
    lines: tuple[RosterLine, ...]


def read(path: Path) -> RosterSheet:
    """The first sheet with a roster; `InvalidInput` in one sentence where there is none."""
    with opened(path) as book:
        for worksheet in book.worksheets:
            number, header, where = _header(worksheet)
            if set(REQUIRED) <= where.keys():
                lines = tuple(_lines(worksheet, number, where))
                if not lines:
                    raise InvalidInput(f"{path.name} has a header and no shift below it.")
                return RosterSheet(worksheet.title, header, lines)
    names = "、".join(COLUMNS[key][0] for key in REQUIRED)
    raise InvalidInput(f"{path.name} has no header row with the columns {names}.")


def _places(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, text in enumerate(header):
        key = _BY_HEADER.get(folded(text.partition("（")[0].partition("(")[0]))
        if key is not None:
            found.setdefault(key, place)
    return found


def _header(worksheet: Any) -> tuple[int, tuple[str, ...], dict[str, int]]:
    """The row among the first that names most columns."""
    worksheet.reset_dimensions()  # programs write wrong ones
    best: tuple[int, tuple[str, ...], dict[str, int]] = 0, (), {}
    for number, cells in enumerate(worksheet.iter_rows(values_only=True, max_row=HEADER_WITHIN), 1):
        texts = tuple(_said(cell) for cell in cells[:MOST_COLUMNS])
        where = _places(texts)
        if len(where) > len(best[2]):
            best = number, texts, where
    return best


def _lines(worksheet: Any, header: int, where: dict[str, int]) -> Iterator[RosterLine]:
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), 1):
        said = {key: _said(cells[place]) for key, place in where.items() if place < len(cells)}
        if number <= header or not any(said.values()):
            continue
        if number - header > MOST_ROWS:
            raise InvalidInput(f"The sheet {worksheet.title} has more than {MOST_ROWS:,} shifts; split it.")
        unit, venue = said.pop("unit", ""), said.pop("venue_code", "")
        yield RosterLine(number, WrittenShift(**said), unit, venue, tuple(cells[:MOST_COLUMNS]))


def _said(cell: CellValue) -> str:
    """A time of day as 08:00: spreadsheets keep it as one."""
    return f"{cell:%H:%M}" if isinstance(cell, time) else text_of(cell)
