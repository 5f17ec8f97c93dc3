"""Documents as PDF: typst with the project's own Chinese font embedded, the same on every machine."""

from datetime import datetime
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).resolve().parents[1] / "assets" / "fonts" / "noto-serif-sc"
FAMILY = '("Noto Serif CJK SC",)'
"""As a template names it."""


def typeset(
    source: str | Path, inputs: dict[str, str], made_at: datetime | None = None, *, is_tagged: bool = True
) -> bytes:
    """The PDF of a template, given as words or as a file; with `made_at` the same inputs give the same bytes.

    Tags let a screen reader follow the document; without them long tables are drawn ten times faster.
    """
    template: Any = str(source) if isinstance(source, Path) else source.encode()
    drawn = typst.compile(
        template,
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_tags=is_tagged,
        timestamp=None if made_at is None else int(made_at.timestamp()),
    )
    if not isinstance(drawn, bytes):
        raise TypeError("typst answers one document for one template")
    return drawn
