"""The spreadsheet to fill in for `anwang import hazards`."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from db.hazard_import.columns import COLUMNS, REQUIRED

ROWS = 5000
CHOICES = {
    "grade": ("一般", "重大"),
    "source": ("现场检查", "单位自查", "线上巡查", "群众举报", "告警", "视频分析"),
    "standing": ("未整改", "整改中", "已整改"),
}
NOTES = (
    "场所编码与场所名称填一项即可；同名场所须填编码。",
    "部位与库中部位同名时自动对应，否则按文字记录。",
    "隐患类别不填时按问题描述判断；隐患等级不填为一般，来源不填为现场检查，整改情况不填为未整改。",
    "整改中的隐患须填责任人和整改期限；已整改的须填验收人和完成日期（或销号日期）：导入不带照片，以具名验收为销号依据。",
    "重大隐患销号后 30 日内须回头看；已完成的填回头看日期。",
    "同一场所、同一部位、同一类别、同一发现日期的隐患视为已在库，不重复导入。",
    "本平台导出的问题清单、整改清单补上部位、发现日期后也可导入。",
)


def template() -> bytes:
    """An .xlsx with the header, lists to choose from, and notes on a second sheet."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "隐患台账"
    sheet.freeze_panes = "A2"
    for place, (key, headers) in enumerate(COLUMNS.items(), 1):
        cell = sheet.cell(1, place, headers[0])
        cell.font = Font(bold=True)
        if key in (*REQUIRED, "venue"):
            cell.fill = PatternFill("solid", fgColor="FFE9B8")
        sheet.column_dimensions[cell.column_letter].width = 30 if key in ("what", "measure", "venue") else 16
        if key in CHOICES:
            choices = DataValidation(type="list", formula1=f'"{",".join(CHOICES[key])}"')
            sheet.add_data_validation(choices)
            choices.add(f"{cell.column_letter}2:{cell.column_letter}{ROWS}")
    notes: Any = book.create_sheet("说明")
    notes.column_dimensions["A"].width = 110
    for line in NOTES:
        notes.append([line])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
