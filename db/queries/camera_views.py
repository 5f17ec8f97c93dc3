"""Cameras that people look through, and where their pictures come from."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import region_range


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A camera's source; `address` may hold a password and never leaves the programs."""

    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera that can be looked through. `fitness` None: nobody has judged its pictures yet."""

    id: int
    code: str
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    area_name: str | None
    fitness: str | None
    seen_at: datetime | None


_STREAM = text("select kind, address from camera_streams where device_id = :id")
_COLUMNS = """
    select d.id, d.code, d.venue_id, v.name as venue_name, d.county, r.name as county_name, a.name as area_name,
        w.fitness, w.seen_at
    from devices d join camera_streams s on s.device_id = d.id join venues v on v.id = d.venue_id
        join regions r on r.adcode = d.county left join areas a on a.id = d.area_id
        left join camera_watches w on w.device_id = d.id
    where d.retired_on is null
"""
_ONE = text(f"{_COLUMNS} and d.id = :id")
_LIST = text(
    f"""
    {_COLUMNS} and d.county between :lo and :hi and (cast(:venue as int) is null or d.venue_id = :venue)
        and (:words = '' or position(:words in v.name) > 0 or position(:words in d.code) > 0)
    order by d.county, d.venue_id, d.id limit :limit offset :offset
    """
)
_COUNT = text(
    """
    select count(*) from devices d join camera_streams s on s.device_id = d.id join venues v on v.id = d.venue_id
    where d.retired_on is null and d.county between :lo and :hi
        and (cast(:venue as int) is null or d.venue_id = :venue)
        and (:words = '' or position(:words in v.name) > 0 or position(:words in d.code) > 0)
    """
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which cameras."""

    region: int = 360_000
    venue: int | None = None
    words: str = ""


def stream(session: Session, camera_id: int) -> StreamRow | None:
    """Where its pictures come from; None where nobody has said."""
    row = session.execute(_STREAM, {"id": camera_id}).one_or_none()
    return None if row is None else StreamRow(*row)


def one(session: Session, camera_id: int) -> CameraRow:
    """A camera within scope; `NotFound` where there is none that can be looked through."""
    row = session.execute(_ONE, {"id": camera_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such camera here.")
    return CameraRow(*row)


def some(session: Session, choice: Choice, limit: int, offset: int = 0) -> tuple[int, list[CameraRow]]:
    """How many there are, and a page of them by county and venue."""
    lo, hi = region_range(choice.region)
    facts = {"lo": lo, "hi": hi, "venue": choice.venue, "words": choice.words.strip()}
    rows = session.execute(_LIST, facts | {"limit": limit, "offset": offset})
    return session.scalar(_COUNT, facts) or 0, [CameraRow(*row) for row in rows]
