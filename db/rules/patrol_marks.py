"""What an official drew on a captured picture: rectangles, arrows, words; places as parts of width and height. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.rules.alarm_lifecycle import Refusal

MOST_MARKS = 40
MOST_WORDS = 60


class MarkKind(StrEnum):
    RECTANGLE = "rectangle"
    ARROW = "arrow"
    """Its head is at (x2, y2)."""
    WORDS = "words"
    """They begin at (x, y)."""


@dataclass(frozen=True, slots=True)
class Mark:
    kind: MarkKind
    x: float
    y: float
    x2: float
    y2: float
    words: str = ""

    def told(self) -> dict[str, Any]:
        """As the record keeps it."""
        return {"kind": self.kind.value, "x": self.x, "y": self.y, "x2": self.x2, "y2": self.y2, "words": self.words}


def read_marks(told: Any) -> tuple[Mark, ...] | Refusal:
    """The marks that a browser sent, or what is wrong with them."""
    if not isinstance(told, list) or not told:
        return Refusal("Draw something on the picture first.")
    if len(told) > MOST_MARKS:
        return Refusal("There are too many marks on the picture.")
    found = [_read(each) for each in told]
    marks = tuple(mark for mark in found if mark is not None)
    return marks if len(marks) == len(found) else Refusal("A mark on the picture cannot be read.")


def _read(told: Any) -> Mark | None:
    if not isinstance(told, Mapping) or told.get("kind") not in tuple(MarkKind):
        return None
    x, y, x2, y2 = (_place(told.get(name)) for name in ("x", "y", "x2", "y2"))
    if x is None or y is None or x2 is None or y2 is None:
        return None
    words = told.get("words", "")
    if not isinstance(words, str) or len(words) > MOST_WORDS:
        return None
    if told["kind"] == MarkKind.WORDS and not words.strip():
        return None
    return Mark(MarkKind(told["kind"]), x, y, x2, y2, " ".join(words.split()))


def _place(told: Any) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool) and math.isfinite(told)
    return round(float(told), 4) if is_number and 0 <= told <= 1 else None
