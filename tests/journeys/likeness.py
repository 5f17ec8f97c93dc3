"""How alike two pictures are to eyes rather than to bytes: by means of blocks; edges of letters do not count."""

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

BLOCK = 8
SCALE = 2
"""References are kept at half size, in a palette."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Differences of 0 to 255: of the whole, and the share of blocks that differ clearly."""

    mean: float
    clear_share: float
    """Of blocks further apart than `CLEAR`."""


CLEAR = 26.0


def kept(png: bytes) -> bytes:
    """The picture as a reference is kept."""
    picture = _half(Image.open(io.BytesIO(png)))
    out = io.BytesIO()
    picture.quantize(64, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _half(picture: Image.Image) -> Image.Image:
    return picture.convert("RGB").resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)


def _blocks(picture: Image.Image) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    values = np.asarray(picture.convert("RGB"), dtype=float)
    height, width = (values.shape[0] // BLOCK * BLOCK, values.shape[1] // BLOCK * BLOCK)
    cut = values[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    return cut.mean(axis=(1, 3))


def likeness(png: bytes, reference: bytes) -> Likeness:
    """A fresh picture against a kept one; pictures of different sizes are as unlike as can be."""
    fresh, old = _half(Image.open(io.BytesIO(png))), Image.open(io.BytesIO(reference))
    if fresh.size != old.size:
        return Likeness(255.0, 1.0)
    apart = np.abs(_blocks(fresh) - _blocks(old)).max(axis=2)
    return Likeness(float(apart.mean()), float((apart > CLEAR).mean()))


def bright_share(png: bytes) -> float:
    """The share of a picture that is nearly white."""
    values = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    return float((values > 225).mean())
