"""A picture in which nobody can be recognised."""

import io

from PIL import Image

from db.rules.play_address import MASK_POINTS


def masked(content: bytes) -> bytes:
    """The same picture down to a few points and up again."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
        points = picture.convert("RGB").resize(
            (MASK_POINTS, max(1, MASK_POINTS * height // width)), Image.Resampling.BOX
        )
        points.resize((width, height), Image.Resampling.BILINEAR).save(made, "JPEG", quality=80)
    return made.getvalue()
