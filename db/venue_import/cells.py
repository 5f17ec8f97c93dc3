"""A cell's value as the text that a person sees in it."""

import re
import unicodedata
from datetime import date, datetime

CellValue = object

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NARROWED = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()}
_BETWEEN_IDEOGRAPHS = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")
_GUARDED = re.compile(r"^'(?=\s*[=+\-@＝＋－＠])")


def text_of(cell: CellValue) -> str:
    """The text without invisible marks, broken lines and double spaces; full-width letters and digits made narrow.

    Punctuation stays as written: （东校区） is how the name is spelled.
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if (cell.hour, cell.minute) == (0, 0) else cell.isoformat(" ", "minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return _number(cell)
    return _tidy(str(cell))


def _number(value: float) -> str:
    """Without a point where it is whole, and without the noise of the sixteenth digit."""
    return str(int(value)) if value.is_integer() else f"{value:.12g}"


def _tidy(text: str) -> str:
    if not text.isprintable() or "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = " ".join(text.translate(_NARROWED).split())
    return _BETWEEN_IDEOGRAPHS.sub("", _GUARDED.sub("", text))
