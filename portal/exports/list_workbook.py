"""A filed list as an Excel workbook."""

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from portal.exports.csv_file import RISKY
from portal.exports.hazard_lists import FiledList

CHARACTERS_A_CM = 4.4
_EDGE = Side(style="thin", color="FF7F7F7F")
_BOX = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def workbook(filed: FiledList) -> bytes:
    """Title, unit and date, head repeated on every printed page, A4 across, signatures below."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(filed.title[-4:])
    last = len(filed.columns) + 1
    for place, cm in enumerate((1.2, *(column.cm for column in filed.columns)), 1):
        sheet.column_dimensions[get_column_letter(place)].width = cm * CHARACTERS_A_CM
    sheet.freeze_panes = "A4"
    sheet.print_title_rows = "3:3"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    sheet.append([_cell(sheet, filed.title, Font(name="方正小标宋简体", size=20), _CENTRE)])
    sheet.append([_cell(sheet, filed.line, Font(name="仿宋", size=12), _LEFT)])
    head = Font(name="黑体", size=11)
    fill = PatternFill("solid", fgColor="FFEDEFF3")
    sheet.append([_cell(sheet, text, head, _CENTRE, _BOX, fill) for text in ("序号", *(c.head for c in filed.columns))])
    body = Font(name="宋体", size=11)
    aligned = [_CENTRE, *(_CENTRE if column.is_centred else _LEFT for column in filed.columns)]
    for number, row in enumerate(filed.rows, 1):
        texts = zip(filed.cells(number, row), aligned, strict=True)
        sheet.append([_cell(sheet, text, body, alignment, _BOX) for text, alignment in texts])
    sheet.append([])
    sheet.append([_cell(sheet, "单位负责人（签字）：　　　　　　　　填表人：　　　　　　　　联系电话：", body, _LEFT)])
    for row_number in (1, 2, len(filed.rows) + 5):
        sheet.merged_cells.ranges.add(f"A{row_number}:{get_column_letter(last)}{row_number}")
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _cell(
    sheet: Any,
    text: str,
    font: Font,
    alignment: Alignment,
    border: Border | None = None,
    fill: PatternFill | None = None,
) -> Any:
    """Text that a spreadsheet would run is made harmless by a leading apostrophe."""
    plain = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell: Any = WriteOnlyCell(sheet, value=f"'{plain}" if plain.startswith(RISKY) else plain)
    cell.font, cell.alignment = font, alignment
    if border is not None:
        cell.border = border
    if fill is not None:
        cell.fill = fill
    return cell
