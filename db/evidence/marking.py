"""Marks burnt into a copy of a picture; the original is never touched."""

import io
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from db.rules.patrol_marks import Mark, MarkKind

FONT = Path(__file__).resolve().parents[2] / "assets/fonts/noto-serif-sc/NotoSerifSC-Regular.otf"
RED, PAPER = (214, 31, 38), (255, 255, 255)
QUALITY = 90


def burnt(content: bytes, marks: Sequence[Mark], below: str) -> bytes:
    """The picture as JPEG with its marks, and a line below that says what it is."""
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    width, height = picture.size
    foot = max(18, height // 24)
    whole = Image.new("RGB", (width, height + foot), (20, 24, 32))
    whole.paste(picture)
    drawn = ImageDraw.Draw(whole)
    line = max(3, width // 240)
    for mark in marks:
        _DRAW[mark.kind](drawn, mark, width, height, line)
    drawn.text((foot // 3, height + foot // 8), below, PAPER, _font(foot * 2 // 3))
    made = io.BytesIO()
    whole.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


def _rectangle(drawn: ImageDraw.ImageDraw, mark: Mark, width: int, height: int, line: int) -> None:
    xs, ys = sorted((mark.x * width, mark.x2 * width)), sorted((mark.y * height, mark.y2 * height))
    drawn.rectangle((xs[0], ys[0], xs[1], ys[1]), outline=RED, width=line)


def _arrow(drawn: ImageDraw.ImageDraw, mark: Mark, width: int, height: int, line: int) -> None:
    x, y, x2, y2 = mark.x * width, mark.y * height, mark.x2 * width, mark.y2 * height
    towards = math.atan2(y2 - y, x2 - x)
    length = line * 5
    drawn.line((x, y, x2 - math.cos(towards) * length * 0.7, y2 - math.sin(towards) * length * 0.7), RED, line)
    sides = [(x2 - math.cos(towards + turn) * length, y2 - math.sin(towards + turn) * length) for turn in (-0.45, 0.45)]
    drawn.polygon([(x2, y2), *sides], fill=RED)


def _words(drawn: ImageDraw.ImageDraw, mark: Mark, width: int, height: int, line: int) -> None:
    font = _font(max(16, height // 18))
    place = (mark.x * width, mark.y * height)
    box = drawn.textbbox(place, mark.words, font)
    drawn.rectangle((box[0] - line, box[1] - line, box[2] + line, box[3] + line), fill=RED)
    drawn.text(place, mark.words, PAPER, font)


_DRAW = {MarkKind.RECTANGLE: _rectangle, MarkKind.ARROW: _arrow, MarkKind.WORDS: _words}


@lru_cache(maxsize=8)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size)
