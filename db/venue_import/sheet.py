"""Reading the spreadsheet: find the sheet and the header, and take every row below it as text."""

import unicodedata
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from db.errors import InvalidInput
from db.venue_import.columns import COLUMNS, REQUIRED, recognised

HEADER_WITHIN = 20
LARGEST_BYTES = 60 * 1024 * 1024
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row: its number in the sheet, what it says by column key, and all its cells as they were."""

    number: int
    said: dict[str, str]
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was recognised, with its header as it was."""

    header: tuple[object, ...]
    rows: tuple[SheetRow, ...]


def read(path: Path) -> Sheet:
    """The rows of the first sheet with a recognisable header; `InvalidInput` in one sentence otherwise."""
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}.")
    if path.stat().st_size > LARGEST_BYTES:
        raise InvalidInput(f"{path.name} is larger than {LARGEST_BYTES // 1024 // 1024} MB; split it.")
    head = path.open("rb").read(8)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise InvalidInput(
            f"{path.name} is an old .xls or a password-protected file; save it as .xlsx without a password."
        )
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"{path.name} is not a spreadsheet that can be read (.xlsx).") from error
    try:
        best: dict[str, int] = {}
        for worksheet in book.worksheets:
            rows = [tuple(row) for row in worksheet.iter_rows(values_only=True, max_row=HEADER_WITHIN)]
            for place, cells in enumerate(rows):
                found = recognised(cells)
                if all(key in found for key in REQUIRED):
                    below = worksheet.iter_rows(values_only=True, min_row=place + 2, max_row=MOST_ROWS)
                    listed = [_row(place + 2 + i, tuple(row), found) for i, row in enumerate(below)]
                    return Sheet(cells, tuple(row for row in listed if any(row.said.values())))
                best = max(best, found, key=len)
    finally:
        book.close()
    missing = [c.header for c in COLUMNS if c.key in REQUIRED and c.key not in best]
    raise InvalidInput(f"{path.name} has no header row with the columns {'、'.join(missing)}.")


def _row(number: int, cells: tuple[object, ...], places: dict[str, int]) -> SheetRow:
    said = {key: tidy(cells[place]) if place < len(cells) else "" for key, place in places.items()}
    return SheetRow(number, said, cells)


def tidy(cell: object) -> str:
    """A cell as text: full-width digits made narrow, dates as ISO, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(unicodedata.normalize("NFKC", str(cell)).replace("\u200b", "").split())
