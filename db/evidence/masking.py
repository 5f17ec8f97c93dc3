"""Pictures in which nobody can be recognised."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFilter

from db.rules.play_address import MASK_POINTS

MASKED_WIDTH = 640
"""With heads blurred the rest is shown so wide at most: a head that was missed far away is a few dots."""
HEAD_POINTS = 5
Box = Sequence[float]


def wholly(content: bytes) -> bytes:
    """The picture down to a few points and up again."""
    with Image.open(io.BytesIO(content)) as picture:
        return _jpeg(_coarse(picture.convert("RGB"), MASK_POINTS))


def heads_alone(content: bytes, heads: Sequence[Box], height_share: float = 1.0) -> bytes:
    """Each head down to a few points, within an oval; the rest as it is, though smaller.

    `heads` are shares of width and height, of the upper `height_share` where a line of words stands below the picture.
    """
    with Image.open(io.BytesIO(content)) as opened:
        picture = opened.convert("RGB")
    heads = [(head[0], head[1] * height_share, head[2], head[3] * height_share) for head in heads]
    if picture.width > MASKED_WIDTH:
        size = (MASKED_WIDTH, max(1, round(picture.height * MASKED_WIDTH / picture.width)))
        picture = picture.resize(size, Image.Resampling.LANCZOS)
    for head in heads:
        _blur(picture, head)
    return _jpeg(picture)


def drawn(picture: Image.Image, heads: Sequence[Box] | None) -> Image.Image:
    """A picture in memory with its heads blurred, as a whole where `heads` is None; its size stays."""
    if heads is None:
        return _coarse(picture, MASK_POINTS)
    picture = picture.copy()
    for head in heads:
        _blur(picture, head)
    return picture


def _blur(picture: Image.Image, head: Box) -> None:
    left, top = int(head[0] * picture.width), int(head[1] * picture.height)
    right, bottom = int(head[2] * picture.width) + 1, int(head[3] * picture.height) + 1
    part = picture.crop((left, top, right, bottom))
    mask = Image.new("L", part.size, 0)
    # An oval somewhat beyond its box: the corners of a face are the background's.
    beyond = (-part.width // 8, -part.height // 8, part.width + part.width // 8, part.height + part.height // 8)
    ImageDraw.Draw(mask).ellipse(beyond, fill=255)
    picture.paste(_coarse(part, HEAD_POINTS).filter(ImageFilter.GaussianBlur(2)), (left, top), mask)


def _coarse(picture: Image.Image, points: int) -> Image.Image:
    small = (min(points, picture.width), max(1, min(points, picture.width) * picture.height // picture.width))
    return picture.resize(small, Image.Resampling.BOX).resize(picture.size, Image.Resampling.BILINEAR)


def _jpeg(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()
