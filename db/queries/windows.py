"""Drill and maintenance windows, read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.windows import WindowPhase, phase


@dataclass(frozen=True, slots=True)
class WindowRow:
    """Windows announced together, as far as the reader sees them; `venue_name` is the first one's."""

    id: int
    kind: str
    venue_id: int
    venue_name: str
    county_name: str
    venues: int
    area_name: str | None
    maintainer_name: str | None
    device_kinds: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    over_at: datetime
    ended_by_name: str | None
    reason: str
    announced_at: datetime
    announced_by_name: str
    alarms: int
    """Watermarked in it so far."""

    def phase(self, now: datetime) -> WindowPhase:
        return phase(self.starts_at, self.ended_at, self.over_at, now)


@dataclass(frozen=True, slots=True)
class WindowPage:
    rows: tuple[WindowRow, ...]
    total: int


_LISTED = """
    select together, max(over_at) as over_at, min(starts_at) as starts_at from windows
    where {which} and (cast(:venue as int) is null or venue_id = :venue) group by together
"""
_WHICH = {
    "now": "starts_at <= :now and over_at > :now",
    "coming": "starts_at > :now and over_at > starts_at",
    "past": "(over_at <= :now or over_at <= starts_at)",
    "all": "true",
}
_ORDER = {"now": "l.over_at", "coming": "l.starts_at", "past": "l.over_at desc", "all": "l.starts_at desc"}
_ROWS = """
    with listed as ({listed})
    select w.id, w.kind, w.venue_id, v.name as venue_name, r.name as county_name, n.venues, a.name as area_name,
        m.name as maintainer_name, w.device_kinds, w.starts_at, w.ends_at, w.ended_at, w.over_at, w.ended_by_name,
        w.reason, w.announced_at, w.announced_by_name, n.alarms
    from listed l
    cross join lateral (select * from windows w where w.together = l.together and {which}
        and (cast(:venue as int) is null or w.venue_id = :venue) order by w.id limit 1) w
    cross join lateral (select count(*)::int as venues, coalesce(sum((select count(*) from alarms a
        where a.window_id = t.id)), 0)::int as alarms from windows t where t.together = l.together) n
    join venues v on v.id = w.venue_id join regions r on r.adcode = w.county
    left join areas a on a.id = w.area_id left join maintainers m on m.id = w.maintainer_id
    order by {order}, l.together limit :limit offset :offset
"""


def listed(
    session: Session, which: str, now: datetime, *, venue_id: int | None = None, limit: int = 100, offset: int = 0
) -> WindowPage:
    """Windows now, coming, past or all; those announced together are one row."""
    chosen = _LISTED.format(which=_WHICH[which])
    facts = {"now": now, "venue": venue_id}
    total = session.scalar(text(f"select count(*) from ({chosen}) l"), facts) or 0
    sql = _ROWS.format(listed=chosen, which=_WHICH[which], order=_ORDER[which])
    rows = session.execute(text(sql), {**facts, "limit": limit, "offset": offset}).mappings()
    return WindowPage(tuple(WindowRow(**{**row, "device_kinds": tuple(row["device_kinds"])}) for row in rows), total)


def counts(session: Session, now: datetime) -> dict[str, int]:
    """How many stand now and are coming."""
    return {
        which: session.scalar(text(f"select count(distinct together) from windows where {_WHICH[which]}"), {"now": now})
        or 0
        for which in ("now", "coming")
    }


def of_alarm(session: Session, window_id: int) -> WindowRow | None:
    """The window that watermarks an alarm."""
    sql = _ROWS.format(
        listed="select together, over_at, starts_at from windows where id = :id", which="true", order="1"
    )
    row = session.execute(text(sql), {"id": window_id, "venue": None, "limit": 1, "offset": 0}).mappings().one_or_none()
    return None if row is None else WindowRow(**{**row, "device_kinds": tuple(row["device_kinds"])})


@dataclass(frozen=True, slots=True)
class Place:
    """A venue or one of its areas, to choose."""

    id: int
    name: str


def areas_of(session: Session, venue_id: int) -> list[Place]:
    rows = session.execute(text("select id, name from areas where venue_id = :id order by floor, id"), {"id": venue_id})
    return [Place(*row) for row in rows]


def venues_watched(session: Session) -> list[Place]:
    """Every venue of a scope that names its venues, to choose from: a maintainer's contracts, a venue's own."""
    rows = session.execute(
        text("select id, name from venues where id = any ((select scope_venue_ids())::int[]) order by name, id")
    )
    return [Place(*row) for row in rows]
