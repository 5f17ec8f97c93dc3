"""Letters as PDF, typeset by typst with the project's own fonts embedded: the same on every machine."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATE = Path(__file__).with_name("letter.typ")
FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts" / "noto-serif-sc"


def letter(facts: dict[str, Any], made_at: datetime) -> bytes:
    """The PDF of a letter; the same facts give the same bytes."""
    drawn = typst.compile(
        str(TEMPLATE),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        timestamp=int(made_at.timestamp()),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst answers one document for one letter")
    return drawn
