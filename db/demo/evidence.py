"""Drawn pictures of before and after, marked as such, for some hazards of the demonstration."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import ExifTags, Image, ImageDraw

from db.demo.hazards import PICTURED_COUNTY, DemoHazard
from db.evidence.store import EvidenceStore, Stored
from db.rules.hazard_lifecycle import HazardState

MOST = 10
SIZE = (960, 720)
COLUMNS = (
    *("id", "venue_id", "county", "hazard_id", "stage", "round", "sha256", "media_type", "size_bytes", "name"),
    *("width", "height", "look", "taken_at", "taken_lng", "taken_lat", "camera", "uploaded_at", "uploaded_by_name"),
    "is_demo",
)


def make(
    hazards: Sequence[DemoHazard], favourite: int, folder: Path, rng: np.random.Generator
) -> list[tuple[Any, ...]]:
    """Pictures for the newest hazards of the demonstration's county, those of the `favourite` venue first.

    Closed hazards are then closed on their picture.
    """
    store = EvidenceStore(folder)
    near = [h for h in hazards if h.area.venue.county == PICTURED_COUNTY and h.state is not HazardState.FOUND]
    near.sort(key=lambda h: (h.area.venue.id != favourite, -h.found_at.timestamp()))
    rows: list[tuple[Any, ...]] = []
    for hazard in near[:MOST]:
        corridor = _Corridor(rng)
        rows.append(_row(len(rows) + 1, hazard, "before", store.keep(corridor.drawn(hazard, hazard.found_at, True))))
        if hazard.submitted_at is not None:
            taken = hazard.submitted_at - timedelta(minutes=20)
            rows.append(_row(len(rows) + 1, hazard, "after", store.keep(corridor.drawn(hazard, taken, False))))
            if hazard.state is HazardState.CLOSED:
                hazard.counter_evidence_id = len(rows)
    return rows


class _Corridor:
    """The same corridor twice: with what stands in the way, and without."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.wall = tuple(int(c) for c in rng.integers(196, 232, 3))
        self.boxes = [
            (int(rng.integers(120, 700)), int(rng.integers(380, 520)), int(rng.integers(80, 170)))
            for _n in range(int(rng.integers(4, 8)))
        ]
        self.tones = [(int(rng.integers(120, 190)), int(rng.integers(80, 140)), 60) for _box in self.boxes]

    def drawn(self, hazard: DemoHazard, taken: datetime, is_blocked: bool) -> bytes:
        image = Image.new("RGB", SIZE, self.wall)
        draw = ImageDraw.Draw(image)
        dark = tuple(c - 60 for c in self.wall)
        draw.polygon([(0, 720), (330, 330), (630, 330), (960, 720)], fill=(150, 152, 156))
        draw.polygon([(0, 0), (330, 150), (330, 330), (0, 720)], fill=tuple(c - 25 for c in self.wall))
        draw.polygon([(960, 0), (630, 150), (630, 330), (960, 720)], fill=tuple(c - 15 for c in self.wall))
        draw.rectangle((420, 200, 540, 330), fill=(60, 110, 90), outline=dark)
        draw.rectangle((455, 168, 505, 188), fill=(20, 150, 80))
        if is_blocked:
            for (left, top, edge), tone in zip(self.boxes, self.tones, strict=True):
                draw.rectangle((left, top, left + edge, top + edge), fill=tone, outline=(60, 40, 20), width=3)
        draw.rectangle((0, 684, 960, 720), fill=(24, 32, 49))
        draw.text(
            (16, 694), f"DEMO  {taken:%Y-%m-%d %H:%M}  {'before' if is_blocked else 'after'}", fill=(255, 255, 255)
        )
        made = io.BytesIO()
        exif = Image.Exif()
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Anwang", "demonstration"
        local = taken.astimezone(hazard.found_at.tzinfo)
        exif.get_ifd(ExifTags.IFD.Exif).update(
            {
                ExifTags.Base.DateTimeOriginal: f"{local:%Y:%m:%d %H:%M:%S}",
                ExifTags.Base.OffsetTimeOriginal: f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:],
            }
        )
        image.save(made, "JPEG", quality=85, exif=exif)
        return made.getvalue()


def _row(number: int, hazard: DemoHazard, stage: str, stored: Stored) -> tuple[Any, ...]:
    picture, venue = stored.picture, hazard.area.venue
    assert picture is not None
    at = hazard.found_at if stage == "before" else hazard.submitted_at
    return (
        *(number, venue.id, venue.county, hazard.id, stage, 1, "\\x" + stored.sha256.hex(), stored.media_type),
        *(stored.size_bytes, f"{stage}.jpg", picture.width, picture.height, picture.look, picture.taken_at),
        *(venue.lng, venue.lat, picture.camera, at, hazard.found_by if stage == "before" else hazard.officer, True),
    )
