"""CSV that opens in a Chinese Excel without garbling, and never runs as a formula."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

RISKY = ("=", "+", "-", "@", "\t", "\r")


def csv_bytes(rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """UTF-8 with a byte order mark; text that a spreadsheet would run is made harmless by a leading apostrophe."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")
