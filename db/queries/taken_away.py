"""Whole lists for whoever takes them away: venues with their standing, and the figures of a measure."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.venue_list import VenueFilters, VenueListed, venues

AT_ONCE = 20_000
MOST = 1_000_000
_BOUNDARIES = text("select adcode, st_asbinary(boundary) as boundary from regions where adcode = any (:codes)")


@dataclass(frozen=True, slots=True)
class VenueLists:
    """Every venue of a list, and how many there are."""

    total: int
    rows: tuple[VenueListed, ...]


def all_venues(session: Session, filters: VenueFilters, as_of: date) -> VenueLists:
    """The whole list, up to `MOST`."""
    rows: list[VenueListed] = []
    total = 0
    while len(rows) < MOST:
        page = venues(session, filters, as_of, limit=AT_ONCE, offset=len(rows))
        total = page.total
        rows += page.rows
        if len(page.rows) < AT_ONCE:
            break
    return VenueLists(total, tuple(rows))


def boundaries(session: Session, codes: list[int]) -> dict[int, bytes]:
    """Boundaries of regions as WKB, in CGCS2000."""
    return {row.adcode: bytes(row.boundary) for row in session.execute(_BOUNDARIES, {"codes": codes})}
