"""Frames kept on patrol, with the hazards that came of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import region_range


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """A frame and what became of it."""

    id: int
    round_id: int | None
    device_id: int
    code: str
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    area_id: int | None
    area_name: str | None
    taken_at: datetime
    captured_at: datetime
    person_id: int
    person_name: str
    role: str
    form: str
    marks: list[dict[str, Any]]
    marked_at: datetime | None
    hazard_id: int | None
    hazard_state: str | None
    hazard_act_by: datetime | None


@dataclass(frozen=True, slots=True)
class CaptureFile:
    """The pictures of a capture by their hashes, and where heads are in the original, of `width` by `height` points."""

    sha256: bytes
    marked_sha256: bytes | None
    form: str
    code: str
    taken_at: datetime
    person_id: int
    width: int
    height: int
    heads: list[list[float]] | None


_COLUMNS = """
    select c.id, c.round_id, c.device_id, d.code, c.venue_id, v.name as venue_name, c.county, r.name as county_name,
        c.area_id, a.name as area_name, c.taken_at, c.captured_at, c.person_id, c.person_name, c.role, c.form, c.marks,
        c.marked_at, c.hazard_id, h.state as hazard_state, h.act_by as hazard_act_by
    from patrol_captures c join devices d on d.id = c.device_id join venues v on v.id = c.venue_id
        join regions r on r.adcode = c.county left join areas a on a.id = c.area_id
        left join hazards h on h.id = c.hazard_id
"""
_ONE = text(f"{_COLUMNS} where c.id = :id")
_NEWEST = text(
    f"""
    {_COLUMNS} where c.county between :lo and :hi and (cast(:venue as int) is null or c.venue_id = :venue)
        and (cast(:person as int) is null or c.person_id = :person)
        and (cast(:camera as int) is null or c.device_id = :camera)
        and (cast(:before as bigint) is null or c.id < :before)
        and (:show = 'all' or (:show = 'filed' and c.hazard_id is not null)
            or (:show = 'open' and h.state <> 'closed') or (:show = 'closed' and h.state = 'closed'))
    order by c.id desc limit :limit
    """
)
_FILES = """
    select c.sha256, c.marked_sha256, c.form, d.code, c.taken_at, c.person_id, c.width, c.height, c.heads
    from patrol_captures c join devices d on d.id = c.device_id
"""
_FILE = text(f"{_FILES} where c.id = :id")
_PLAIN = text(f"{_FILES} where c.form = 'plain' and (c.sha256 = :sha256 or c.marked_sha256 = :sha256) limit 1")


@dataclass(frozen=True, slots=True)
class CaptureFilters:
    """Which captures; `show`: all, filed (a hazard came of it), open, closed."""

    region: int = 360_000
    show: str = "all"
    venue: int | None = None
    person: int | None = None
    camera: int | None = None


def one(session: Session, capture_id: int) -> CaptureRow:
    """`NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": capture_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such picture within your scope.")
    return CaptureRow(**row)


def newest(session: Session, filters: CaptureFilters, limit: int, before: int | None = None) -> list[CaptureRow]:
    """The newest captures first, from those before `before` on."""
    lo, hi = region_range(filters.region)
    facts = {
        "lo": lo,
        "hi": hi,
        "show": filters.show,
        "venue": filters.venue,
        "person": filters.person,
        "camera": filters.camera,
        "before": before,
        "limit": limit,
    }
    return [CaptureRow(**row) for row in session.execute(_NEWEST, facts).mappings()]


def file(session: Session, capture_id: int) -> CaptureFile:
    """Where its pictures lie; `NotFound` outside the reader's scope."""
    row = session.execute(_FILE, {"id": capture_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such picture within your scope.")
    return CaptureFile(*row)


def plain_file(session: Session, sha256: bytes) -> CaptureFile | None:
    """The capture with faces in it that this picture is of; None for every other picture."""
    row = session.execute(_PLAIN, {"sha256": sha256}).one_or_none()
    return None if row is None else CaptureFile(*row)
