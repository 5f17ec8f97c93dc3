"""Letters as PDF: the template beside this file, filled with the letter's facts."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from db.typesetting import typeset

TEMPLATE = Path(__file__).with_name("letter.typ")


def letter(facts: dict[str, Any], made_at: datetime) -> bytes:
    """The PDF of a letter; the same facts give the same bytes."""
    return typeset(TEMPLATE, {"facts": json.dumps(facts, ensure_ascii=False)}, made_at)
