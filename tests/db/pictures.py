"""Photographs as telephones write them: real JPEG with real EXIF."""

import io
import random
from datetime import datetime, timedelta

from PIL import ExifTags, Image, ImageDraw


def jpeg(
    seed: str = "",
    taken: datetime | None = None,
    at: tuple[float, float] | None = None,
    orientation: int = 1,
    size: tuple[int, int] = (640, 480),
    scene: int | None = None,
) -> bytes:
    """A picture of its own; `scene` fixes what it shows, so that two files may show the same."""
    image = _drawn(size, seed if scene is None else f"scene {scene}")
    ImageDraw.Draw(image).point((random.Random(seed).randrange(size[0]), 0), fill=(1, 2, 3))
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Anwang", "Test Phone"
    exif[ExifTags.Base.Orientation] = orientation
    if taken is not None:
        local = taken + timedelta(hours=8)
        exif.get_ifd(ExifTags.IFD.Exif).update(
            {
                ExifTags.Base.DateTimeOriginal: local.strftime("%Y:%m:%d %H:%M:%S"),
                ExifTags.Base.OffsetTimeOriginal: "+08:00",
            }
        )
    if at is not None:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps.update({ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: _parts(at[0])})
        gps.update({ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: _parts(at[1])})
    made = io.BytesIO()
    image.save(made, "JPEG", exif=exif, quality=90)
    return made.getvalue()


def _drawn(size: tuple[int, int], seed: str) -> Image.Image:
    chance = random.Random(seed)
    image = Image.new("RGB", size, (120, 120, 120))
    draw = ImageDraw.Draw(image)
    for _n in range(12):
        left, top = chance.randrange(size[0]), chance.randrange(size[1])
        colour = tuple(chance.randrange(256) for _c in range(3))
        draw.rectangle((left, top, left + size[0] // 4, top + size[1] // 4), fill=colour)  # type: ignore[arg-type]
    return image


def _parts(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return float(int(degrees)), float(int(minutes)), round((minutes % 1) * 60, 4)
