"""Venues as a list: by region, category and words, with their standing as of a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import region_range


@dataclass(frozen=True, slots=True)
class VenueFilters:
    """What to list; None leaves a filter out."""

    region: int | None = None
    category: str | None = None
    words: str | None = None
    """Part of the name or address, or the beginning of the pinyin initials or the code."""


@dataclass(frozen=True, slots=True)
class VenueListed:
    """One venue in scope of the programme, with its standing."""

    id: int
    code: str
    name: str
    category: str
    sub_type: str | None
    county: int
    county_name: str
    address: str
    lng: float
    lat: float
    accessed: bool
    on_duty: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class VenuePage:
    """A stretch of the list and how long the whole list is."""

    total: int
    rows: tuple[VenueListed, ...]


_CHOSEN = """
    from venues v
    where v.county between :lo and :hi and (cast(:category as text) is null or v.category = :category)
        and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
        and (cast(:anywhere as text) is null or v.name ilike :anywhere or v.address ilike :anywhere
             or v.name_initials like :start or lower(v.code) like :start)
"""

_COUNT = text(f"select count(*) {_CHOSEN}")

_ROWS = text(
    f"""
    select v.id, v.code, v.name, v.category, v.sub_type, v.county, r.name as county_name, v.address,
           st_x(v.point) as lng, st_y(v.point) as lat,
           exists (select from access_history a where a.venue_id = v.id and a.accessed_from <= :day
                   and (a.accessed_until is null or a.accessed_until > :day)) as accessed,
           exists (select from duty_history d where d.venue_id = v.id and d.declared_from <= :day
                   and (d.declared_until is null or d.declared_until > :day)) as on_duty, v.is_demo
    from (select v.* {_CHOSEN} order by v.id limit :limit offset :offset) v
    join regions r on r.adcode = v.county order by v.id
    """
)


def venues(session: Session, filters: VenueFilters, as_of: date, *, limit: int, offset: int) -> VenuePage:
    """Venues within the session's scope, by number."""
    lo, hi = region_range(filters.region) if filters.region is not None else (0, 999_999)
    typed = (filters.words or "").strip()
    plain = typed.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    chosen = {
        "lo": lo,
        "hi": hi,
        "category": filters.category,
        "day": as_of,
        "anywhere": f"%{plain}%" if plain else None,
        "start": f"{plain.lower()}%",
    }
    rows = session.execute(_ROWS, {**chosen, "limit": limit, "offset": offset}).mappings()
    return VenuePage(session.scalar(_COUNT, chosen) or 0, tuple(VenueListed(**row) for row in rows))
