"""The spreadsheet to fill in: headers, lists to choose from, one example and what to know."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from db.rules.venue_categories import CATEGORIES
from db.rules.venue_checks import EXAMPLE_NAME
from db.rules.venue_words import SUB_TYPE_NAMES
from db.venue_import.columns import COLUMNS, REQUIRED
from geodata.coordinates import Datum
from geodata.districts import districts

TEMPLATE = Path(__file__).parent / "场所导入模板.xlsx"
"""As it is in the project; a test holds it to `template()`."""

EXAMPLE: dict[str, str | int | float] = {
    "name": EXAMPLE_NAME,
    "category": "幼儿园",
    "city": "赣州市",
    "county": "章贡区",
    "address": "章贡区某某路 1 号",
    "lng": 114.9349,
    "lat": 25.8312,
    "datum": Datum.CGCS2000.value,
    "students": 180,
    "operator": "张某某",
    "operator_phone": "0797-8000000",
    "scope_from": "2024-01-15",
}
NOTES = (
    "带 * 的列必填，其余可留空；列的顺序可以改，也可以加自己的列。",
    "场所类别、办学层次、设区市、县区、坐标系可从下拉列表选择；办学层次只用于高校。",
    "县区也可填六位行政区划代码。赣江新区、开发区的场所填坐标所在的县（市、区）。",
    "坐标系：天地图、卫星定位为 CGCS2000；高德、腾讯地图为 GCJ-02；百度地图为 BD-09。填错会偏出数百米。",
    "经纬度用十进制度（114.9349），也可用度分秒（114°56′05″）；入库前统一换算为 CGCS2000，并核对是否在所填县区内。",
    "场所编码是本单位已有的编码（如学校标识码），留空时由系统编号。同一县区内名称不能重复。",
    "纳入日期是场所纳入接入范围的日期，写作 2024-01-15；留空时为导入当天。",
    "不合格的行会连同行号和原因写入另一张表，改好后直接再次导入即可；已入库的行不会重复导入。",
    "第 2 行是示例，填写前请删除。",
)
LAST_ROW = 20_001
SHEET, NOTES_SHEET, LISTS_SHEET = "场所", "填写说明", "字典"
MADE_AT = datetime(2024, 1, 1)  # noqa: DTZ001 - the format knows no zone
WIDE = {"name": 30, "address": 34, "category": 18}


def template() -> bytes:
    """The workbook's file, the same at every call."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    _write_sheet(sheet, _write_lists(book))
    notes: Any = book.create_sheet(NOTES_SHEET, 1)
    for note in NOTES:
        notes.append([note])
        notes.cell(notes.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    notes.column_dimensions["A"].width = 100
    return _settled(book)


def _write_sheet(sheet: Any, choices: dict[str, str]) -> None:
    sheet.append([column.header + ("*" if column.key in REQUIRED else "") for column in COLUMNS])
    sheet.append([EXAMPLE.get(column.key) for column in COLUMNS])
    for place, column in enumerate(COLUMNS, 1):
        letter = get_column_letter(place)
        head = sheet.cell(1, place)
        head.font = Font(bold=True)
        head.fill = PatternFill("solid", fgColor="F8E3C8" if column.key in REQUIRED else "DCE6F4")
        sheet.cell(2, place).font = Font(italic=True, color="808080")
        sheet.column_dimensions[letter].width = WIDE.get(column.key, 15)
        if column.key.endswith("phone") or column.key in ("code", "scope_from"):
            sheet.column_dimensions[letter].number_format = "@"
        if column.key in choices:
            # Others than the listed spellings are understood too: the list helps, it does not insist.
            rule = DataValidation("list", choices[column.key], allow_blank=True, showErrorMessage=False)
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "B2"


def _write_lists(book: Workbook) -> dict[str, str]:
    """The allowed values on a hidden sheet; answers the range of each column's list."""
    lists: Any = book.create_sheet(LISTS_SHEET)
    lists.sheet_state = "hidden"
    ranges = {}
    headers = {column.key: column.header for column in COLUMNS}
    for place, (key, values) in enumerate(_allowed().items(), 1):
        lists.cell(1, place, headers[key])
        for row, value in enumerate(values, 2):
            lists.cell(row, place, value)
        letter = get_column_letter(place)
        ranges[key] = f"{quote_sheetname(LISTS_SHEET)}!${letter}$2:${letter}${len(values) + 1}"
    return ranges


def _allowed() -> dict[str, list[str]]:
    return {
        "category": [row.name_zh for row in CATEGORIES],
        "sub_type": list(SUB_TYPE_NAMES.values()),
        "city": [city.name for city in districts("city")],
        "county": [county.name for county in districts("county")],
        "datum": [known.value for known in Datum],
    }


def _settled(book: Workbook) -> bytes:
    """The file without the moment of its making, which stands in its properties and in the zip's directory."""
    made = BytesIO()
    book.properties.creator = "Anwang"
    book.properties.created = MADE_AT
    book.save(made)
    settled = BytesIO()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            content = archive.read(name)
            if name == "docProps/core.xml":
                content = content.replace(_stamp(book.properties.modified), _stamp(MADE_AT))
            copy.writestr(zipfile.ZipInfo(name, MADE_AT.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return settled.getvalue()


def _stamp(moment: datetime) -> bytes:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ").encode()


if __name__ == "__main__":
    TEMPLATE.write_bytes(template())
