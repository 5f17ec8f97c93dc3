"""Evidence, read: what lies beside a hazard or an order, and what is doubtful about it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.evidence_checks import Doubt, Picture, Stage, are_alike, doubts


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """One file, with everything doubtful about it."""

    id: int
    stage: Stage
    round: int
    media_type: str
    name: str
    taken_at: datetime | None
    has_place: bool
    camera: str | None
    uploaded_at: datetime
    uploaded_by_name: str
    doubts: tuple[Doubt, ...]

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class EvidenceFileRow:
    """Where the bytes of a file lie, and what to call it."""

    sha256: bytes
    media_type: str
    name: str


_SEEN = """
    select e.id, e.stage, e.round, e.media_type, e.name, e.taken_at, e.taken_lng, e.taken_lat, e.camera, e.look,
        e.uploaded_at, e.uploaded_by_name, st_x(v.point) as lng, st_y(v.point) as lat, {since} as since,
        exists (select from evidence_files o where o.sha256 = e.sha256 and o.{key} <> e.{key}) as is_elsewhere
    from evidence_files e left join venues v on v.id = e.venue_id join {table} s on s.id = e.{key}
    where e.{key} = :id order by e.id
"""
_OF_HAZARD = text(_SEEN.format(since="s.found_at", key="hazard_id", table="hazards"))
_OF_ORDER = text(_SEEN.format(since="s.given_at", key="order_id", table="work_orders"))
_OF_APPEAL = text(_SEEN.format(since="s.filed_at", key="appeal_id", table="appeals"))
_ONE = text("select sha256, media_type, name from evidence_files where id = :id")


def of_hazard(session: Session, hazard_id: int) -> list[EvidenceSeen]:
    """Everything beside a hazard, oldest first, former rounds too."""
    rows = session.execute(_OF_HAZARD, {"id": hazard_id}).all()
    before = [row.look for row in rows if row.stage == Stage.BEFORE and row.look is not None]
    return [_seen(row, before) for row in rows]


def of_order(session: Session, order_id: int) -> list[EvidenceSeen]:
    return [_seen(row, []) for row in session.execute(_OF_ORDER, {"id": order_id})]


def of_appeal(session: Session, appeal_id: int) -> list[EvidenceSeen]:
    """Everything beside an appeal, oldest first."""
    return [_seen(row, []) for row in session.execute(_OF_APPEAL, {"id": appeal_id})]


def one_file(session: Session, evidence_id: int) -> EvidenceFileRow:
    """Where one file lies; `NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": evidence_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such file within your scope.")
    return EvidenceFileRow(bytes(row.sha256), row.media_type, row.name)


def _seen(row: Any, before: list[int]) -> EvidenceSeen:
    stage = Stage(row.stage)
    is_picture = row.media_type.startswith("image/")
    picture = Picture(
        *(stage, row.uploaded_at, row.taken_at, row.taken_lng, row.taken_lat, row.is_elsewhere),
        row.look is not None and any(are_alike(row.look, look) for look in before),
    )
    return EvidenceSeen(
        *(row.id, stage, row.round, row.media_type, row.name, row.taken_at, row.taken_lng is not None, row.camera),
        *(row.uploaded_at, row.uploaded_by_name),
        doubts(picture, row.since, row.lng, row.lat) if is_picture else (),
    )
