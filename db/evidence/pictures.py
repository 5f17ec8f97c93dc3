"""Reading a picture: what it says of itself, and two copies to show, upright and without a word of metadata."""

import io
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from db.errors import InvalidInput

MOST_PIXELS = 64_000_000
"""Beyond it a small file unpacks into gigabytes."""
SHOWN_EDGE, THUMBNAIL_EDGE = 1600, 360
HERE = ZoneInfo("Asia/Shanghai")
"""Of a camera's clock that names no zone."""
FORMATS = ("JPEG", "PNG", "WEBP")
_ONE_AT_A_TIME = threading.Lock()
"""A picture takes some hundred MB and a core for a moment; and filters of warnings are the whole process's."""
SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations in which width and height change places."""


@dataclass(frozen=True, slots=True)
class PictureRead:
    """A picture's own words, and its copies as JPEG."""

    width: int
    height: int
    taken_at: datetime | None
    lng: float | None
    lat: float | None
    camera: str | None
    look: int
    shown: bytes
    thumbnail: bytes


def read_picture(content: bytes) -> PictureRead:
    """Decode a picture whole; `InvalidInput` in one sentence where it is damaged or too large to unpack."""
    with _ONE_AT_A_TIME, _sentences(), Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise InvalidInput("The picture unpacks to more than can be taken; take it smaller.")
        exif = image.getexif()
        taken_at, (lng, lat), camera = _taken_at(exif), _place(exif), _camera(exif)
        size = image.size[::-1] if exif.get(ExifTags.Base.Orientation) in SIDEWAYS else image.size
        image.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))
        upright = ImageOps.exif_transpose(image).convert("RGB")
        shown = ImageOps.contain(upright, (SHOWN_EDGE, SHOWN_EDGE)) if max(upright.size) > SHOWN_EDGE else upright
        return PictureRead(
            *size,
            taken_at,
            lng,
            lat,
            camera,
            _look(shown),
            _jpeg(shown, 82),
            _jpeg(ImageOps.contain(shown, (THUMBNAIL_EDGE, THUMBNAIL_EDGE)), 75),
        )


@contextmanager
def _sentences() -> Iterator[None]:
    """What Pillow raises over a broken file, in a sentence; what it warns of is refused by us."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Image.DecompressionBombError as error:
            raise InvalidInput("The picture unpacks to more than can be taken; take it smaller.") from error
        except InvalidInput:
            raise
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError) as error:
            raise InvalidInput("The picture is damaged; take it or send it again.") from error


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """Pixels alone: a fresh JPEG carries nothing of the original's EXIF, XMP or colour profile."""
    made = io.BytesIO()
    plain = Image.new("RGB", image.size)
    plain.paste(image)
    plain.save(made, "JPEG", quality=quality, optimize=True)
    return made.getvalue()


def _look(image: Image.Image) -> int:
    """64 bits: whether each of 8 × 8 fields is brighter than its right neighbour; signed, as the record keeps it."""
    fields = list(image.convert("L").resize((9, 8), Image.Resampling.LANCZOS).tobytes())
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (fields[row * 9 + column] > fields[row * 9 + column + 1])
    return bits - (1 << 64) if bits >= 1 << 63 else bits


def _taken_at(exif: Image.Exif) -> datetime | None:
    """When the shutter opened, by the camera's clock."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    written = inner.get(ExifTags.Base.DateTimeOriginal) or inner.get(ExifTags.Base.DateTimeDigitized)
    try:
        local = datetime.strptime(str(written).strip("\x00 "), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone follows
    except ValueError:
        return None
    return local.replace(tzinfo=_zone(inner.get(ExifTags.Base.OffsetTimeOriginal)) or HERE)


def _zone(written: object) -> timezone | None:
    """+08:00."""
    text = str(written or "").strip("\x00 ")
    if len(text) != 6 or text[0] not in "+-" or not (text[1:3] + text[4:]).isdigit():
        return None
    span = timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return timezone(-span if text[0] == "-" else span) if span < timedelta(hours=24) else None


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    """Longitude and latitude by the camera's own receiver; None where it had none, or wrote nonsense."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    lng = _degrees(gps, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, b"W", 180)
    lat = _degrees(gps, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, b"S", 90)
    return (None, None) if lng is None or lat is None or (lng, lat) == (0, 0) else (lng, lat)


def _degrees(gps: Mapping[int, Any], value: int, reference: int, negative: bytes, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in gps[value])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not 0 <= found <= most:
        return None
    side = gps.get(reference, "")
    return -found if (side if isinstance(side, bytes) else str(side).encode()).startswith(negative) else found


def _camera(exif: Image.Exif) -> str | None:
    parts = (str(exif.get(tag, "")).strip("\x00 ") for tag in (ExifTags.Base.Make, ExifTags.Base.Model))
    said = " ".join(part for part in parts if part and part.isprintable())
    return said[:80] or None
