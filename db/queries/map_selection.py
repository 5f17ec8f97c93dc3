"""Venues within a shape that somebody drew on the map."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.map_shapes import Circle, Shape
from geodata.distance import circle

ALL = "all"


@dataclass(frozen=True, slots=True)
class SelectedVenue:
    """One venue of a selection as of its day; what is open is counted now."""

    id: int
    code: str
    name: str
    category: str
    county_name: str
    address: str
    students: int | None
    lng: float
    lat: float
    accessed: bool
    on_duty: bool
    open_alarms: int
    open_hazards: int


@dataclass(frozen=True, slots=True)
class Selection:
    """How many there are, what is theirs, and the first of them."""

    venues: int
    accessed: int
    on_duty: int
    students: int
    rows: tuple[SelectedVenue, ...]


_INSIDE = """
    from venues v join regions r on r.adcode = v.county
    left join access_history a on a.venue_id = v.id
        and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)
    left join duty_history d on d.venue_id = v.id
        and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    where v.mercator && st_transform(st_geomfromtext(:shape, 4490), 3857)
        and st_covers(st_makevalid(st_geomfromtext(:shape, 4490)), v.point)
        and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
        and (cast(:category as text) is null or v.category = :category)
"""
_COUNTS = text(
    "select count(*)::int, count(a.venue_id)::int, count(d.venue_id)::int, coalesce(sum(v.students), 0)::int" + _INSIDE
)
_ROWS = text(
    f"""
    select v.id, v.code, v.name, v.category, r.name as county_name, v.address, v.students, st_x(v.point) as lng,
        st_y(v.point) as lat, a.venue_id is not null as accessed, d.venue_id is not null as on_duty,
        (select count(*) from alarms l where l.venue_id = v.id and l.closed_at is null and l.window_id is null)::int
            as open_alarms,
        (select count(*) from hazards h where h.venue_id = v.id and h.state <> 'closed')::int as open_hazards
    {_INSIDE} order by (a.venue_id is null) desc, v.students desc nulls last, v.id limit :limit
    """
)


def select(session: Session, shape: Shape, as_of: date, category: str, limit: int) -> Selection:
    """Counts of all, and the first `limit`: those without access before the others, large ones first."""
    facts = _facts(shape, as_of, category)
    counts = session.execute(_COUNTS, facts).one()
    return Selection(counts[0], counts[1], counts[2], counts[3], tuple(_rows(session, facts, limit)))


def every(session: Session, shape: Shape, as_of: date, category: str, most: int) -> Iterator[SelectedVenue]:
    """All of them, in the same order."""
    return _rows(session, _facts(shape, as_of, category), most)


def _rows(session: Session, facts: dict[str, object], limit: int) -> Iterator[SelectedVenue]:
    for row in session.execute(_ROWS, {**facts, "limit": limit}).mappings():
        yield SelectedVenue(**row)


def _facts(shape: Shape, as_of: date, category: str) -> dict[str, object]:
    if isinstance(shape, Circle):
        ring = circle(shape.lng, shape.lat, shape.metres)
    else:
        ring = [list(corner) for corner in (*shape.corners, shape.corners[0])]
    written = ", ".join(f"{lng:.6f} {lat:.6f}" for lng, lat in ring)
    return {"shape": f"POLYGON(({written}))", "day": as_of, "category": None if category == ALL else category}
