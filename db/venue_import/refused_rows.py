"""The refused rows as a spreadsheet: as they were, each with its number and reasons, to be corrected and imported."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from db.errors import InvalidInput
from db.venue_import.cells import CellValue
from db.venue_import.check import RefusedRow
from db.venue_import.columns import HEADERS, Recognised
from geodata.coordinates import Datum

NUMBER, REASONS = "行号", "原因"
SUFFIX = "-待更正"
WIDTHS = {"A": 8, "B": 60}
_RISKY = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


@dataclass(frozen=True, slots=True)
class Parked:
    """Rows written under a name of their own, until what they belong to is safe."""

    written: Path | None
    place: Path

    def keep(self) -> None:
        """Give them their place; nothing where no row was refused."""
        if self.written is not None:
            self.written.replace(self.place)


def free_place(file: Path) -> Path:
    """Beside the file, never over rows that somebody may be correcting."""
    stem = file.stem.partition(SUFFIX)[0] + SUFFIX
    names = (file.with_name(f"{stem}{'' if number == 1 else number}.xlsx") for number in count(1))
    return next(place for place in names if not place.exists())


@contextmanager
def parked(place: Path, columns: Recognised, rows: Sequence[RefusedRow], datum: Datum | None) -> Iterator[Parked]:
    """The rows on disk, removed again unless they are kept. `datum` is written where a row names none."""
    if not rows:
        yield Parked(None, place)
        return
    try:
        with NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".xlsx", delete=False) as file:
            written = Path(file.name)
            _workbook(columns, rows, datum).save(file)
        written.chmod(0o644)
    except OSError as error:
        raise InvalidInput(f"{place} cannot be written: {error.strerror or error}; nothing was imported.") from error
    try:
        yield Parked(written, place)
    finally:
        written.unlink(missing_ok=True)


def _workbook(columns: Recognised, rows: Sequence[RefusedRow], datum: Datum | None) -> Workbook:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("待更正")
    for letter, characters in WIDTHS.items():
        sheet.column_dimensions[letter].width = characters
    sheet.freeze_panes = "A2"
    width = max(len(columns.header), *(len(entry.row.cells) for entry in rows))
    header = [*columns.header, *[""] * (width - len(columns.header))]
    kept = [place for place, text in enumerate(header) if text not in (NUMBER, REASONS)]
    names_datum = "datum" in columns.places
    added = [] if names_datum or datum is None else [HEADERS["datum"]]
    sheet.append([NUMBER, REASONS, *(harmless(header[place]) for place in kept), *added])
    for entry in rows:
        cells = [*entry.row.cells, *[None] * (width - len(entry.row.cells))]
        if datum is not None and names_datum and not entry.row.written.datum:
            cells[columns.places["datum"]] = datum.value
        values = [harmless(cells[place]) for place in kept]
        sheet.append([entry.row.number, "；".join(entry.reasons), *values, *([datum] if added else [])])
    return book


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row of a sheet as it was, with every reason against it."""

    number: int
    cells: tuple[CellValue, ...]
    reasons: tuple[str, ...]


def give_back(place: Path, header: Sequence[str], refused: Sequence[RefusedLine]) -> None:
    """The refused rows as they were, each with its number and reasons, under their name only once they are whole."""
    book = Workbook(write_only=True)
    page: Any = book.create_sheet("待更正")
    page.freeze_panes = "A2"
    page.column_dimensions["B"].width = WIDTHS["B"]
    kept = [at for at, text in enumerate(header) if text not in (NUMBER, REASONS)]
    page.append([NUMBER, REASONS, *(harmless(header[at]) for at in kept)])
    for each in refused:
        cells = [*each.cells, *[None] * len(header)]
        page.append([each.number, "；".join(each.reasons), *(harmless(cells[at]) for at in kept)])
    try:
        with NamedTemporaryFile(dir=place.parent, prefix=".", suffix=".xlsx", delete=False) as file:
            book.save(file)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(place)
    except OSError as error:
        raise InvalidInput(f"{place} cannot be written: {error.strerror or error}; nothing was imported.") from error


def harmless(cell: CellValue) -> CellValue:
    """Text that a spreadsheet would run begins with an apostrophe instead; what no spreadsheet may hold is left out."""
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)
    return f"'{text}" if _RISKY.match(text) else text
