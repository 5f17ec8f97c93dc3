"""The spreadsheet to fill in for `anwang import devices`."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from db.device_import.columns import COLUMNS, REQUIRED
from db.rules.device_words import first_names

ROWS = 5000
NOTES = (
    "设备编号：设备在平台上的唯一编号，MQTT 设备即主题中的编号。",
    "场所编码与场所名称填一项即可；同名场所须填编码。",
    "部位不在库中时按楼层和部位名称新建；看不出类型的部位须填部位类型。",
    "IMEI 须同时填平台（CTWing 或 OneNET）。国标编码为 GB/T 45839-2025 的 27 位设备标识。",
    "传输装置地址为 GB/T 26875.3 的源地址（十进制），只用于用户信息传输装置；挂在其下的设备填网关编号。",
)


def template() -> bytes:
    """An .xlsx with the header, a list of kinds to choose from, and notes on a second sheet."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "设备"
    sheet.freeze_panes = "A2"
    for place, (key, headers) in enumerate(COLUMNS.items(), 1):
        cell = sheet.cell(1, place, headers[0])
        cell.font = Font(bold=True)
        if key in REQUIRED:
            cell.fill = PatternFill("solid", fgColor="FFE9B8")
        sheet.column_dimensions[cell.column_letter].width = 18
        if key in ("code", "imei", "identity", "venue_code", "source", "gateway"):
            for row in range(2, 200):
                sheet.cell(row, place).number_format = "@"
        if key == "kind":
            kinds = DataValidation(type="list", formula1=f'"{",".join(first_names())}"')
            sheet.add_data_validation(kinds)
            kinds.add(f"{cell.column_letter}2:{cell.column_letter}{ROWS}")
    notes: Any = book.create_sheet("说明")
    notes.column_dimensions["A"].width = 110
    for line in NOTES:
        notes.append([line])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
