"""Pictures that cameras gave: the evidence card's frames, and where their bytes lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.frame_source import Frame

ADDRESS = "/api/v1/frames"
AROUND = timedelta(minutes=10)
"""A picture farther from the moment shows another one."""
_NEAR = text(
    """
    select distinct on (device_id) device_id, id, taken_at, clip is not null as has_clip from camera_frames
    where device_id = any (:cameras) and taken_at between :since and :until
    order by device_id, abs(extract(epoch from taken_at - cast(:at as timestamptz))), id
    """
)
# A camera that hangs elsewhere by now leaves its pictures where they were taken.
_ONE = text(
    "select f.*, coalesce(d.code, 'camera') as code from camera_frames f left join devices d on d.id = f.device_id"
    " where f.id = :id"
)

_NEWEST = text(
    "select id, taken_at from camera_frames where device_id = :id order by taken_at desc, id desc limit 1"
)


class RecordedFrames:
    """What `db.frame_source.FrameSource` asks for, from the frames on record."""

    def near(self, session: Session, camera_ids: Sequence[int], at: datetime, /) -> dict[int, Frame]:
        """The picture nearest to the moment, by camera."""
        asked = {"cameras": list(camera_ids), "at": at, "since": at - AROUND, "until": at + AROUND}
        return {
            row.device_id: Frame(
                row.device_id,
                row.taken_at,
                f"{ADDRESS}/{row.id}",
                f"{ADDRESS}/{row.id}/clip" if row.has_clip else None,
            )
            for row in session.execute(_NEAR, asked)
        }


@dataclass(frozen=True, slots=True)
class Newest:
    """A camera's newest picture on record."""

    id: int
    taken_at: datetime


def newest(session: Session, device_id: int) -> Newest | None:
    """None where no picture of it was ever kept."""
    row = session.execute(_NEWEST, {"id": device_id}).one_or_none()
    return None if row is None else Newest(*row)


@dataclass(frozen=True, slots=True)
class FrameFile:
    """Where a picture and its clip lie."""

    sha256: bytes
    clip: bytes | None
    name: str


def one(session: Session, frame_id: int) -> FrameFile:
    """One picture's files; `NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": frame_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such picture within your scope.")
    stamp = row.taken_at.strftime("%Y%m%d-%H%M%S")
    return FrameFile(bytes(row.sha256), bytes(row.clip) if row.clip else None, f"{row.code}-{stamp}")
