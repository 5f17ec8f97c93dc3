"""The spreadsheets that people get: the template, and their own bad rows with the reasons."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from db.rules.venue_categories import CATEGORIES
from db.venue_import.check import SUB_TYPES, BadRow
from db.venue_import.columns import COLUMNS, REQUIRED

TEMPLATE = Path(__file__).parent / "场所导入模板.xlsx"
EXAMPLE = {
    "name": "某某幼儿园（示例，请删除）",
    "category": "幼儿园",
    "city": "赣州市",
    "county": "章贡区",
    "address": "江西省赣州市章贡区某某路1号",
    "lng": 114.9349,
    "lat": 25.8312,
    "datum": "CGCS2000",
    "students": 180,
    "operator": "张某",
    "operator_phone": "19900000000",
}
NUMBER, REASONS = "行号", "原因"
RISKY = ("=", "+", "-", "@", "\t", "\r")


def template() -> Workbook:
    """An empty sheet with headers, lists to choose from and one example."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "场所"
    sheet.append([c.header + ("*" if c.key in REQUIRED else "") for c in COLUMNS])
    sheet.append([EXAMPLE.get(c.key) for c in COLUMNS])
    for place, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(place)
        cell = sheet[f"{letter}1"]
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DCE6F4")
        sheet.column_dimensions[letter].width = 24 if column.key in ("name", "address") else 14
        choices = _choices(column.key)
        if choices:
            rule = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}20000")
    sheet.freeze_panes = "A2"
    notes = book.create_sheet("说明")
    for line in (
        "带 * 的列必填。县区可填名称或六位行政区划代码。",
        "坐标系填 CGCS2000、GCJ-02（高德、腾讯）或 BD-09（百度）；留空时用导入命令的 --datum。",
        "经纬度用十进制度，或 114°56′05″ 这样的度分秒；入库前换算为 CGCS2000，并核对是否在所填县区内。",
        "不合格的行会连同原因写到另一份表，改好后可直接再次导入。",
    ):
        notes.append([line])
    notes.column_dimensions["A"].width = 100
    return book


def _choices(key: str) -> list[str]:
    if key == "category":
        return [row.name_zh for row in CATEGORIES]
    if key == "sub_type":
        return list(SUB_TYPES)
    return ["CGCS2000", "GCJ-02", "BD-09"] if key == "datum" else []


def write_rejects(path: Path, header: Sequence[object], bad: Sequence[BadRow]) -> None:
    """The bad rows as they were, each with its number and reasons; ready to be corrected and imported again."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("待更正")
    kept = [place for place, cell in enumerate(header) if cell not in (NUMBER, REASONS)]
    sheet.append([NUMBER, REASONS, *(header[place] for place in kept)])
    for entry in bad:
        cells = entry.row.cells
        row = [cells[place] if place < len(cells) else None for place in kept]
        sheet.append([entry.row.number, "；".join(entry.reasons), *(_harmless(cell) for cell in row)])
    book.save(path)


def _harmless(cell: object) -> object:
    """Text that a spreadsheet would run is written with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell
