"""Reading the spreadsheet: find the sheet and its header, and take every row below."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from db.errors import InvalidInput
from db.rules.written_venue import WrittenVenue
from db.venue_import.cells import CellValue, text_of
from db.venue_import.columns import Recognised, is_header, recognised, recognised_over_two_rows
from db.venue_import.merged_cells import MOST_COLUMNS, Block, Row, filled, merged
from db.venue_import.opening import opened

HEADER_WITHIN = 20
MOST_ROWS = 100_000
TOTALS = frozenset({"合计", "总计", "小计", "共计"})


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number in the sheet, what it says, and all its cells as they were."""

    number: int
    written: WrittenVenue
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was recognised."""

    name: str
    columns: Recognised
    rows: tuple[SheetRow, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A worksheet with a header, which ends at row `header_end`."""

    worksheet: Any
    columns: Recognised
    header_end: int
    blocks: tuple[Block, ...]


def read(path: Path, name: str = "", report: Callable[[int], None] = lambda _rows: None) -> Sheet:
    """The rows of the one sheet with venues, or of the sheet called `name`; `InvalidInput` in one sentence otherwise.

    `report` hears of every row that has been read.
    """
    with opened(path) as book:
        worksheets = _worksheets(book, name, path.name)
        looked = [_look_for_header(worksheet) for worksheet in worksheets]
        complete = [found for found in looked if found.columns.is_complete]
        if not complete:
            raise InvalidInput(_without_header(looked, path.name))
        sheets = [Sheet(found.worksheet.title, found.columns, tuple(_rows(found, report))) for found in complete]
    with_rows = [sheet for sheet in sheets if sheet.rows]
    if len(with_rows) > 1:
        names = ", ".join(sheet.name for sheet in with_rows)
        raise InvalidInput(f"{path.name} has several sheets with venues ({names}); name one with --sheet.")
    if not with_rows:
        raise InvalidInput(f"{path.name} has a header and no venue below it.")
    return with_rows[0]


def _worksheets(book: Workbook, name: str, file: str) -> list[Any]:
    if name and name not in book.sheetnames:
        raise InvalidInput(f"{file} has no sheet {name}; it has {', '.join(book.sheetnames)}.")
    if name:
        return [book[name]]
    visible = [worksheet for worksheet in book.worksheets if worksheet.sheet_state == "visible"]
    if not visible:
        raise InvalidInput(f"{file} has no worksheet that can be read; save it as an ordinary .xlsx.")
    return visible


def _without_header(looked: Sequence[_Found], file: str) -> str:
    nearest = max(looked, key=lambda found: len(found.columns.places))
    return f"{file} has no header row with the columns {'、'.join(nearest.columns.missing)}."


def _look_for_header(worksheet: Any) -> _Found:
    """The row, or two rows, among the first that name most columns."""
    worksheet.reset_dimensions()  # programs write wrong ones
    with worksheet._get_source() as source:
        blocks = merged(source)
    top = list(filled(_numbered(worksheet, HEADER_WITHIN + 1), blocks, across=True))
    texts = [[text_of(cell) for cell in row.cells] for row in top]
    candidates = [(recognised(cells), end) for end, cells in enumerate(texts, 1)]
    candidates += [
        (recognised_over_two_rows(upper, lower), end) for end, (upper, lower) in enumerate(pairwise(texts), 2)
    ]
    columns, end = max(candidates, key=lambda found: len(found[0].places), default=(recognised([]), 0))
    return _Found(worksheet, columns, end, blocks)


def _numbered(worksheet: Any, last: int | None = None) -> Iterator[Row]:
    rows = worksheet.iter_rows(values_only=True, max_row=last)
    yield from (Row(number, tuple(cells[:MOST_COLUMNS])) for number, cells in enumerate(rows, 1))


def _rows(found: _Found, report: Callable[[int], None]) -> Iterator[SheetRow]:
    taken = 0
    for row in filled(_numbered(found.worksheet), found.blocks, across=False):
        report(row.number)
        if row.number <= found.header_end or not any(row.cells):
            continue
        read_row = _row(row, found.columns.places)
        if _is_passed_over(read_row):
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise InvalidInput(f"The sheet {found.worksheet.title} has more than {MOST_ROWS:,} venues; split it.")
        yield read_row


def _row(row: Row, places: dict[str, int]) -> SheetRow:
    said = {key: text_of(row.cells[place]) for key, place in places.items() if place < len(row.cells)}
    return SheetRow(row.number, WrittenVenue(**said), row.cells)


def _is_passed_over(row: SheetRow) -> bool:
    """True for rows that name no venue: numbered but empty, a header repeated on a new page, totals."""
    written = row.written
    if written == WrittenVenue() or (is_header(written.name) and is_header(written.lng)):
        return True
    return written.name in ("", *TOTALS) and any(text_of(cell).replace(" ", "") in TOTALS for cell in row.cells)
