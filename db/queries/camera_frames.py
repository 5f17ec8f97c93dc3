"""Pictures that cameras gave: the evidence card's frames, and where their bytes lie."""

from collections.abc import Collection, Sequence
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

_NEWEST = text("select id, taken_at from camera_frames where device_id = :id order by taken_at desc, id desc limit 1")

_OF_ALARM = text(
    """
    select exists (select from camera_frames f join alarms a on a.id = :alarm
        where f.id = :frame and (f.alarm_id = a.id or (f.venue_id = a.venue_id
            and f.taken_at between a.raised_at - cast(:around as interval)
                and a.raised_at + cast(:around as interval))))
    """
)
_OF_VERDICT = text("select exists (select from vision_verdicts where id = :verdict and frame_id = :frame)")
_HEADLESS = text(
    """
    (select false as is_capture, id, sha256 from camera_frames where device_id = any (:cameras) and heads is null
        and taken_at between :since and :until and id <> all (cast(:but as bigint[])) order by id desc limit :most)
    union all
    (select true, id, sha256 from patrol_captures where device_id = any (:cameras) and heads is null and form = 'plain'
        and captured_at >= :since and id <> all (cast(:but_captures as bigint[])) order by id desc limit :most)
    """
)
Box = tuple[float, float, float, float]


class RecordedFrames:
    """What `db.frame_source.FrameSource` asks for, from the frames on record."""

    def near(self, session: Session, camera_ids: Sequence[int], at: datetime, /) -> dict[int, Frame]:
        """The picture nearest to the moment, by camera."""
        asked = {"cameras": list(camera_ids), "at": at, "since": at - AROUND, "until": at + AROUND}
        return {
            row.device_id: Frame(
                row.device_id,
                row.taken_at,
                row.id,
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
    device_id: int
    camera: str
    venue_id: int
    county: int
    heads: tuple[Box, ...] | None
    """None: nobody has looked for them."""


def one(session: Session, frame_id: int) -> FrameFile:
    """One picture's files; `NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": frame_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such picture within your scope.")
    stamp = row.taken_at.strftime("%Y%m%d-%H%M%S")
    heads = None if row.heads is None else tuple((each[0], each[1], each[2], each[3]) for each in row.heads)
    return FrameFile(
        sha256=bytes(row.sha256),
        clip=bytes(row.clip) if row.clip else None,
        name=f"{row.code}-{stamp}",
        device_id=row.device_id,
        camera=row.code,
        venue_id=row.venue_id,
        county=row.county,
        heads=heads,
    )


def is_of_alarm(session: Session, frame_id: int, alarm_id: int) -> bool:
    """True where the alarm's card shows this picture: kept for it, or of its venue about its moment."""
    return bool(session.scalar(_OF_ALARM, {"frame": frame_id, "alarm": alarm_id, "around": AROUND}))


def is_of_verdict(session: Session, frame_id: int, verdict_id: int) -> bool:
    """True where the verdict rests on this picture."""
    return bool(session.scalar(_OF_VERDICT, {"frame": frame_id, "verdict": verdict_id}))


@dataclass(frozen=True, slots=True)
class Headless:
    """A picture in which nobody has looked for heads."""

    id: int
    sha256: bytes
    is_capture: bool = False
    """Kept on patrol, in plain form."""


def headless(
    session: Session,
    cameras: Sequence[int],
    since: datetime,
    until: datetime,
    most: int,
    but: Collection[Headless] = (),
) -> list[Headless]:
    """The newest such pictures of these cameras, `but` those that were handed on already."""
    asked = {
        "cameras": list(cameras),
        "since": since,
        "until": until,
        "most": most,
        "but": [each.id for each in but if not each.is_capture],
        "but_captures": [each.id for each in but if each.is_capture],
    }
    rows = session.execute(_HEADLESS, asked)
    return [Headless(row.id, bytes(row.sha256), row.is_capture) for row in rows]
