"""The desk's list: filtered, sorted and counted by the database, for whoever asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.alarms import ROW, AlarmRow
from db.rules.access_scope import region_range

COUNTED = 10_000
"""A longer list is said to be longer than this; nobody scrolls there."""


@dataclass(frozen=True, slots=True)
class Mine:
    """Whose desk it is; `is_told_at_once`: what nobody has taken on is this person's business too."""

    person_id: int
    is_told_at_once: bool


@dataclass(frozen=True, slots=True)
class AlarmFilters:
    """What the desk shows; an empty tuple or None leaves that side open."""

    states: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()
    region: int | None = None
    venue_id: int | None = None
    verdicts: tuple[str, ...] = ()
    venue_words: str | None = None
    mine: Mine | None = None
    overdue_at: datetime | None = None
    """Open alarms whose promise had passed by then."""
    is_in_window: bool | None = None
    """Raised in a drill or maintenance window, or outside of any."""


@dataclass(frozen=True, slots=True)
class Sort:
    """By which of `SORTS`, and which way."""

    by: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """Some rows of the desk, and how many there are in all; `is_more`: more than were counted."""

    rows: tuple[AlarmRow, ...]
    total: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class DeskCounts:
    """Open alarms, for the desk's head and its chips."""

    open: int
    signals: int
    waiting: int
    urgent: int
    mine: int
    overdue: int
    in_window: int


SORTS: dict[str, str] = {
    "level": "a.level {way}, a.raised_at desc",
    "what": "a.kind {way}, a.raised_at desc",
    "where": "named.name {way}, a.raised_at desc",
    "county": "a.county {way}, a.raised_at desc",
    "raised_at": "a.raised_at {way}",
    "lasted": "coalesce(a.closed_at, now()) - a.raised_at {way}",
    "state": "array_position(array['raised', 'acknowledged', 'verified', 'handled', 'closed'], a.state) {way},"
    " a.raised_at desc",
    "promised_for": "a.promised_for {way} nulls last, a.raised_at desc",
}
_WORST_FIRST, _NEWEST_FIRST = "a.level, a.raised_at desc, a.id", "a.raised_at desc, a.id"

_BY_NAME = text(
    "select set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true), set_config('enable_sort', 'off', true)"
)
"""By the venues' names through the closed ones: venue after venue in that order, until the page is full, in place of
sorting every alarm by its venue's name. The planner takes the policy's scope for narrow and would sort."""

_MINE = """
    (a.owner_id = :me or a.owner_id is null and a.state = 'raised' and (cast(:told_at_once as bool) or a.id in (
        select n.subject_id from notices n where n.person_id = :me and n.subject_kind = 'alarm')))
"""
_COUNTS = text(
    f"""
    select count(*), coalesce(sum(a.signal_count), 0)::int, count(*) filter (where a.state = 'raised'),
           count(*) filter (where a.level <= 2), count(*) filter (where {_MINE}),
           count(*) filter (where a.promised_for < :now), count(*) filter (where a.window_id is not null)
    from alarms a where a.closed_at is null
    """
)


def desk(
    session: Session,
    filters: AlarmFilters,
    limit: int,
    offset: int = 0,
    sort: Sort | None = None,
    count_up_to: int | None = None,
) -> AlarmPage:
    """The desk's rows: sorted as asked, else open ones by level and age, lists with closed ones newest first."""
    conditions, values = _conditions(filters)
    order = _order(filters, sort)
    named = "join venues named on named.id = a.venue_id" if "named." in order else ""
    if "named." in order and _has_closed(filters):
        session.execute(_BY_NAME)
    picked = f"select a.id from alarms a {named} where {conditions} order by {order} limit :limit offset :offset"
    rows = session.execute(
        text(
            f"with picked as materialized (select id, row_number() over () as place from ({picked}) p)"
            f" {ROW} join picked on picked.id = a.id order by picked.place"
        ),
        {**values, "limit": limit, "offset": offset},
    )
    most = "" if count_up_to is None else "limit :most"
    counted = text(f"select count(*) from (select from alarms a where {conditions} {most}) found")
    total = session.scalar(counted, {**values, "most": (count_up_to or 0) + 1}) or 0
    is_more = count_up_to is not None and total > count_up_to
    return AlarmPage(tuple(AlarmRow(**row) for row in rows.mappings()), total - is_more, is_more)


def counts(session: Session, mine: Mine, now: datetime) -> DeskCounts:
    """How many open alarms stand behind each of the desk's chips."""
    asked = {"me": mine.person_id, "told_at_once": mine.is_told_at_once, "now": now}
    return DeskCounts(*session.execute(_COUNTS, asked).one())


def _order(filters: AlarmFilters, sort: Sort | None) -> str:
    if sort is not None and sort.by in SORTS:
        return SORTS[sort.by].format(way="desc" if sort.is_descending else "asc") + ", a.id"
    return _NEWEST_FIRST if _has_closed(filters) else _WORST_FIRST


def _has_closed(filters: AlarmFilters) -> bool:
    return not filters.states or "closed" in filters.states


def _conditions(filters: AlarmFilters) -> tuple[str, dict[str, Any]]:
    """A condition of fixed words and its values; nothing that a person typed becomes SQL."""
    parts, values = ["true"], dict[str, Any]()
    for column, wanted in (
        ("state", filters.states),
        ("level", filters.levels),
        ("kind", filters.kinds),
        ("verdict", filters.verdicts),
    ):
        if wanted:
            parts.append(f"a.{column} = any (:{column}s)")
            values[f"{column}s"] = list(wanted)
    if not _has_closed(filters):
        parts.append("a.closed_at is null")
    if filters.region is not None:
        parts.append("a.county between :lo and :hi")
        values["lo"], values["hi"] = region_range(filters.region)
    if filters.venue_id is not None:
        parts.append("a.venue_id = :venue_id")
        values["venue_id"] = filters.venue_id
    if filters.venue_words:
        plain = filters.venue_words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        parts.append(
            "a.venue_id in (select v.id from venues v where v.name ilike :anywhere or v.name_initials like :start)"
        )
        values["anywhere"], values["start"] = f"%{plain}%", f"{plain.lower()}%"
    if filters.mine is not None:
        parts.append(_MINE)
        values |= {"me": filters.mine.person_id, "told_at_once": filters.mine.is_told_at_once}
    if filters.overdue_at is not None:
        parts.append("a.closed_at is null and a.promised_for < :overdue_at")
        values["overdue_at"] = filters.overdue_at
    if filters.is_in_window is not None:
        parts.append(f"a.window_id is {'not ' if filters.is_in_window else ''}null")
    return " and ".join(parts), values
