"""Excused venues, read; and the least number of units that is ranked."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.measures import MeasureKey

USUAL_MINIMUM = 5


@dataclass(frozen=True, slots=True)
class ExcuseRow:
    """One request to excuse a venue, as far as it has come; `measure` None: from all."""

    id: int
    venue_id: int
    venue_name: str
    category: str
    county_name: str
    measure: str | None
    since: date
    until: date
    reason: str
    state: str
    asked_at: datetime
    asked_by: int
    asked_by_name: str
    decided_at: datetime | None
    decided_by_name: str | None
    decision: str | None


_ROWS = """
    select e.id, e.venue_id, v.name as venue_name, v.category, r.name as county_name, e.measure, e.since, e.until,
        e.reason, e.state, e.asked_at, e.asked_by, e.asked_by_name, e.decided_at, e.decided_by_name, e.decision
    from excused_venues e join venues v on v.id = e.venue_id join regions r on r.adcode = e.county
    where {which} order by {order} limit :limit
"""
WHICH = {
    "waiting": ("e.state = 'asked'", "e.asked_at"),
    "standing": ("e.state = 'approved' and e.until > :day", "e.until, e.id"),
    "past": ("e.state in ('refused', 'withdrawn') or (e.state = 'approved' and e.until <= :day)", "e.asked_at desc"),
}
_MINIMUM = text("select minimum from ranking_minimums where measure = :measure")


def listed(session: Session, which: str, day: date, limit: int = 200) -> list[ExcuseRow]:
    """`which` is waiting, standing or past."""
    condition, order = WHICH[which]
    rows = session.execute(text(_ROWS.format(which=condition, order=order)), {"day": day, "limit": limit}).mappings()
    return [ExcuseRow(**row) for row in rows]


def minimum(session: Session, measure: MeasureKey) -> int:
    """Regions with fewer units are listed and not ranked."""
    found: int | None = session.scalar(_MINIMUM, {"measure": measure.value})
    return USUAL_MINIMUM if found is None else found
