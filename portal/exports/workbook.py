"""A list as an Excel sheet."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from db.venue_import.refused_rows import harmless


def workbook(head: Sequence[str], rows: Iterable[Sequence[str | int | float]], widths: Sequence[int] = ()) -> bytes:
    """An .xlsx with a bold head that stays in sight; text that a spreadsheet would run is made harmless."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    for place, _name in enumerate(head):
        sheet.column_dimensions[get_column_letter(place + 1)].width = widths[place] if place < len(widths) else 18
    heads = [WriteOnlyCell(sheet, name) for name in head]
    for cell in heads:
        cell.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()
