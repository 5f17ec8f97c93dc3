"""Reading a device list: its header among the first rows, and every row below."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.device_import.columns import missing, places
from db.errors import InvalidInput
from db.rules.device_checks import WrittenDevice
from db.venue_import.cells import CellValue, text_of
from db.venue_import.merged_cells import MOST_COLUMNS
from db.venue_import.opening import opened

HEADER_WITHIN = 20
MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A row with its number in the sheet, what it says, and its cells as they were."""

    number: int
    written: WrittenDevice
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class DeviceSheet:
    name: str
    header: tuple[str, ...]
    rows: tuple[DeviceRow, ...]


def read(path: Path) -> DeviceSheet:
    """The first sheet with a device list; `InvalidInput` in one sentence where there is none."""
    with opened(path) as book:
        nearest: list[str] | None = None
        for worksheet in book.worksheets:
            found = _header(worksheet)
            if found is None:
                continue
            number, header, where = found
            lacking = missing(where)
            if not lacking:
                rows = tuple(_rows(worksheet, number, where))
                if not rows:
                    raise InvalidInput(f"{path.name} has a header and no device below it.")
                return DeviceSheet(worksheet.title, header, rows)
            nearest = lacking if nearest is None or len(lacking) < len(nearest) else nearest
    wanted = "、".join(nearest or missing({}))
    raise InvalidInput(f"{path.name} has no header row with the columns {wanted}.")


def _header(worksheet: Any) -> tuple[int, tuple[str, ...], dict[str, int]] | None:
    worksheet.reset_dimensions()  # programs write wrong ones
    best: tuple[int, tuple[str, ...], dict[str, int]] | None = None
    for number, cells in enumerate(worksheet.iter_rows(values_only=True, max_row=HEADER_WITHIN), 1):
        texts = tuple(text_of(cell) for cell in cells[:MOST_COLUMNS])
        where = places(texts)
        if where and (best is None or len(where) > len(best[2])):
            best = number, texts, where
    return best


def _rows(worksheet: Any, header: int, where: dict[str, int]) -> Iterator[DeviceRow]:
    taken = 0
    for number, cells in enumerate(worksheet.iter_rows(values_only=True), 1):
        if number <= header or not any(cell is not None for cell in cells):
            continue
        said = {key: text_of(cells[place]) for key, place in where.items() if place < len(cells)}
        written = WrittenDevice(**said)
        if written.is_empty:
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise InvalidInput(f"The sheet {worksheet.title} has more than {MOST_ROWS:,} devices; split it.")
        yield DeviceRow(number, written, tuple(cells[:MOST_COLUMNS]))
