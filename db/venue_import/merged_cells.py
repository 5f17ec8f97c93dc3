"""Merged cells: what the first of them says holds for all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import IO

from openpyxl.utils import range_boundaries

from db.venue_import.cells import CellValue

MOST_COLUMNS = 200
_CHUNK = 1 << 20
_END_OF_ROWS = b"</sheetData>"
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]+\d+:[A-Z]+\d+)\"")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a worksheet, numbered as the worksheet numbers it."""

    number: int
    cells: tuple[CellValue, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A merged range, numbered from 1, its ends included."""

    left: int
    top: int
    right: int
    bottom: int


def merged(source: IO[bytes]) -> tuple[Block, ...]:
    """The merged ranges of a worksheet's XML: they stand behind its rows, which a streaming reader never passes on."""
    tail = b""
    behind = False
    while chunk := source.read(_CHUNK):
        tail += chunk
        if not behind:
            before, found, after = tail.partition(_END_OF_ROWS)
            behind = bool(found)
            tail = after if behind else before[-len(_END_OF_ROWS) :]
    ranges = (range_boundaries(found.group(1).decode()) for found in _MERGED.finditer(tail)) if behind else ()
    blocks = (Block(*(int(end or 0) for end in ends)) for ends in ranges)
    return tuple(replace(block, right=min(block.right, MOST_COLUMNS)) for block in blocks if block.left <= MOST_COLUMNS)


def filled(rows: Iterable[Row], blocks: Iterable[Block], *, across: bool) -> Iterator[Row]:
    """The rows with every merged cell filled; without `across` only those merged down one column.

    A header may span columns; in a row of data, cells merged across are a heading or a remark. A row that says nothing
    of its own stays empty.
    """
    starts: dict[int, list[Block]] = {}
    for block in blocks:
        if across or block.left == block.right:
            starts.setdefault(block.top, []).append(block)
    said: dict[Block, CellValue] = {}
    for row in rows:
        cells = list(row.cells)
        for block in starts.get(row.number, []):
            said[block] = cells[block.left - 1] if block.left <= len(cells) else None
        said = {block: value for block, value in said.items() if block.bottom >= row.number}
        for block, value in said.items() if any(cell is not None for cell in cells) else ():
            cells += [None] * (block.right - len(cells))
            cells[block.left - 1 : block.right] = [value] * (block.right - block.left + 1)
        yield Row(row.number, tuple(cells))
