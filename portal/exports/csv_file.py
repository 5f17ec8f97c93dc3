"""CSV that opens in a Chinese Excel without garbling, and never runs as a formula."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

RISKY = ("=", "+", "-", "@", "\t", "\r")
MARK = "\ufeff"
CHUNK = 64 * 1024


def csv_bytes(rows: Iterable[Sequence[str | int | float]]) -> bytes:
    """UTF-8 with a byte order mark; text that a spreadsheet would run is made harmless by a leading apostrophe."""
    return b"".join(csv_stream(rows))


def csv_stream(rows: Iterable[Sequence[str | int | float]]) -> Iterator[bytes]:
    """The same, piece by piece, while the rows are read."""
    text = StringIO(MARK)
    text.seek(0, 2)
    writer = csv.writer(text, lineterminator="\r\n")
    for row in rows:
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell.startswith(RISKY) else cell for cell in row])
        if text.tell() > CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
