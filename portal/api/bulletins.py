"""Bulletins and snapshots: what was issued, as files within the reader's scope; every download is on the audit log."""

import threading
from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session
from starlette.responses import Response

from db.commands import bulletins as bulletin_commands
from db.commands import snapshots as snapshot_commands
from db.commands.acting import Acting
from db.errors import NotAllowed, NotFound, WrongState
from db.queries import bulletins, snapshots
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import Role, region_range
from portal import asking
from portal.api.asked import BIGGEST_ID, InRegion, Paging
from portal.exports.bulletins import bundle
from portal.exports.bulletins.bundle import Format
from portal.exports.bulletins.workbook_file import category_name, measure_name
from portal.exports.csv_file import csv_bytes

router = APIRouter(tags=["bulletins"])

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MEDIA = {
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}
_one_zip = threading.Lock()
"""A zip keeps a core busy for seconds; one at a time."""


class Issued(BaseModel):
    """A bulletin; a draft has no number and is told to whoever may write."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    state: str
    number: str
    title: str
    as_of: date
    snapshot_number: int
    issued_on: date | None
    issued_by_name: str | None
    replaces_number: str
    replaced_by_number: str
    sha256: str | None


class Frozen(BaseModel):
    """A snapshot."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: int
    as_of: date
    made_at: datetime
    made_by_name: str
    definitions: dict[str, int]
    figures: int
    venues: int
    sha256: str


class FrozenFigure(BaseModel):
    """One figure of a snapshot."""

    model_config = ConfigDict(from_attributes=True)

    measure: str
    level: str
    adcode: int
    name: str
    category: str
    numerator: int
    denominator: int
    excluded: int
    rate_pct: float | None


@router.get("/bulletins")
def list_bulletins(paging: Paging) -> list[Issued]:
    """Newest first; drafts only for whoever writes them."""
    _regional()
    with asking.reading() as session:
        return [Issued.model_validate(row) for row in bulletins.latest(session, paging.limit, paging.offset)]


@router.get("/bulletins/{bulletin_id}.zip", response_class=Response)
def bulletin_zip(bulletin_id: Id, region: InRegion) -> Response:
    """A copy for every city and county within your region, each with its own rows alone."""
    if not _one_zip.acquire(blocking=False):
        raise WrongState("Another zip of copies is being made; try again in a moment.")
    try:
        with asking.reading() as session:
            row, home = _within(session, bulletin_id, region)
            made_from = bundle.source(session, row, home)
            bulletin_commands.took_away(session, row, home, "zip", _acting())
        content = bundle.bundle(made_from, home, row.issued_at or row.made_at)
    finally:
        _one_zip.release()
    name = f"{bundle.stem(made_from)}-{made_from.regions[home]}-分册.zip"
    return Response(content, media_type="application/zip", headers=_named(name))


@router.get("/bulletins/{bulletin_id}.{format}", response_class=Response)
def bulletin_file(
    bulletin_id: Id,
    format: Format,
    region: InRegion,
    red_head: Annotated[bool, Query(description="the issuer's red head above an issued bulletin")] = True,
) -> Response:
    """The copy of a region within your scope, your own by default."""
    with asking.reading() as session:
        row, home = _within(session, bulletin_id, region)
        made_from = bundle.source(session, row, home)
        bulletin_commands.took_away(session, row, home, format.value, _acting())
    content = bundle.file(made_from, home, format, row.issued_at or row.made_at, has_red_head=red_head)
    return Response(content, media_type=MEDIA[format], headers=_named(bundle.name(made_from, home, format)))


@router.get("/snapshots")
def list_snapshots(paging: Paging) -> list[Frozen]:
    """Newest first."""
    _regional()
    with asking.reading() as session:
        return [Frozen.model_validate(row) for row in snapshots.latest(session, paging.limit, paging.offset)]


@router.get("/snapshots/{snapshot_id}/figures")
def snapshot_figures(snapshot_id: Id, region: InRegion, measure: str | None = None) -> list[FrozenFigure]:
    """What was frozen, of the regions within your scope."""
    _regional()
    with asking.reading() as session:
        snapshots.one(session, snapshot_id)
        rows = snapshots.figures(session, snapshot_id, region=region or 0, measure=measure)
        return [FrozenFigure.model_validate(row) for row in rows]


@router.get("/snapshots/{snapshot_id}/behind.csv", response_class=Response)
def snapshot_behind(
    snapshot_id: Id,
    region: InRegion,
    measure: Annotated[str, Query(max_length=40)] = "access",
    category: Annotated[str, Query(max_length=40)] = "all",
) -> Response:
    """The venues behind one frozen figure as CSV: which count, which do not, which were left out."""
    _regional()
    if measure not in snapshot_commands.definitions():
        raise NotFound("There is no such measure.")
    home = region or asking.current().home
    with asking.reading() as session:
        found = snapshots.one(session, snapshot_id)
        rows = snapshots.behind(session, snapshot_id, measure, home, category)
    head: list[str | int | float] = ["场所编号", "场所名称", "场所类别", "县（市、区）", measure_name(measure), "数量"]
    lines: list[list[str | int | float]] = [
        [r.venue_id, r.name, category_name(r.category), r.county_name, _counts(r.counts, r.is_excluded), r.weight]
        for r in rows
    ]
    name = f"快照{found.number}-{measure_name(measure)}-{home}.csv"
    return Response(csv_bytes([head, *lines]), media_type=MEDIA[Format.CSV], headers=_named(name))


def _counts(counts: bool, is_excluded: bool) -> str:
    return "暂不计入" if is_excluded else "是" if counts else "否"


def _within(session: Session, bulletin_id: int, region: int | None) -> tuple[BulletinRow, int]:
    """The bulletin and the region whose copy is asked for; `NotFound` outside the reader's scope."""
    asker = asking.current()
    _regional()
    row = bulletins.one(session, bulletin_id)
    home = region or max(asker.home, row.region)
    lo, hi = region_range(home)
    first, last = region_range(row.region)
    if not (asker.scope.county_lo <= lo and hi <= asker.scope.county_hi and first <= lo and hi <= last):
        raise NotFound("There is no such bulletin within your scope.")
    return row, home


def _regional() -> None:
    asker = asking.current()
    if not asker.scope.is_regional or asker.role is Role.WALL:
        raise NotAllowed("Bulletins are for the province's, the cities' and the counties' offices.")


def _acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _named(name: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
