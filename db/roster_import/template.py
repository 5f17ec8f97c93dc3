"""The spreadsheet to fill in with rosters."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill

from db.roster_import.sheet import COLUMNS, REQUIRED

NOTES = (
    "维保单位与场所编码填一项：填单位的，排班适用于该单位签约的所有场所；填编码的，只适用于该场所。在本单位页面上传时两项都可不填。",
    "时间写作 08:00；离岗时间不晚于上岗时间的，到次日；两者相同为 24 小时。",
    "排班写每天、周一至周五、周一、周三、周五，或每4天（上一休三，从开始日期算起）；不填为每天。",
    "开始日期不填为今天，结束日期不填为长期。",
    "与库中相同的班次不重复导入。值守人在平台有账号的，告警和查岗先找当班的人。",
)


def template() -> bytes:
    """An .xlsx with the header, and notes on a second sheet."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "排班表"
    sheet.freeze_panes = "A2"
    for place, (key, headers) in enumerate(COLUMNS.items(), 1):
        cell = sheet.cell(1, place, headers[0])
        cell.font = Font(bold=True)
        cell.number_format = "@"
        if key in REQUIRED:
            cell.fill = PatternFill("solid", fgColor="FFE9B8")
        sheet.column_dimensions[cell.column_letter].width = 28 if key == "unit" else 16
    notes: Any = book.create_sheet("说明")
    notes.column_dimensions["A"].width = 110
    for line in NOTES:
        notes.append([line])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
