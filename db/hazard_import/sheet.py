"""Reading a ledger: its header among the first rows, and every row below."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.errors import InvalidInput
from db.hazard_import.columns import missing, places
from db.rules.hazard_checks import WrittenHazard
from db.venue_import.cells import CellValue, text_of
from db.venue_import.merged_cells import MOST_COLUMNS
from db.venue_import.opening import opened

HEADER_WITHIN = 20
MOST_ROWS = 100_000
FOOT = "单位负责人"
"""How the line of signatures below a filed list begins."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A row with its number in the sheet, what it says, and its cells as they were."""

    number: int
    written: WrittenHazard
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    name: str
    header: tuple[str, ...]
    rows: tuple[LedgerRow, ...]


def read(path: Path) -> Ledger:
    """The first sheet with a ledger; `InvalidInput` in one sentence where there is none."""
    with opened(path) as book:
        nearest: list[str] | None = None
        for worksheet in book.worksheets:
            number, header, where = _header(worksheet)
            lacking = missing(where)
            if not lacking:
                rows = tuple(_rows(worksheet, number, where))
                if not rows:
                    raise InvalidInput(f"{path.name} has a header and no hazard below it.")
                return Ledger(worksheet.title, header, rows)
            nearest = lacking if nearest is None or len(lacking) < len(nearest) else nearest
    raise InvalidInput(f"{path.name} has no header row with the columns {'、'.join(nearest or missing({}))}.")


def _header(worksheet: Any) -> tuple[int, tuple[str, ...], dict[str, int]]:
    """The row among the first that names most columns."""
    worksheet.reset_dimensions()  # programs write wrong ones
    best: tuple[int, tuple[str, ...], dict[str, int]] = 0, (), {}
    for number, cells in enumerate(worksheet.iter_rows(values_only=True, max_row=HEADER_WITHIN), 1):
        texts = tuple(text_of(cell) for cell in cells[:MOST_COLUMNS])
        where = places(texts)
        if len(where) > len(best[2]):
            best = number, texts, where
    return best


def _rows(worksheet: Any, header: int, where: dict[str, int]) -> Iterator[LedgerRow]:
    taken = 0
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), 1):
        if number <= header or not any(cell is not None for cell in cells):
            continue
        if text_of(cells[0]).startswith(FOOT):
            return
        said = {key: text_of(cells[place]) for key, place in where.items() if place < len(cells)}
        written = WrittenHazard(**said)
        if written.is_empty:
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise InvalidInput(f"The sheet {worksheet.title} has more than {MOST_ROWS:,} hazards; split it.")
        yield LedgerRow(number, written, tuple(cells[:MOST_COLUMNS]))
