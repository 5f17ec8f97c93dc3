"""The deadline ledger, read: every hop of every alarm, scored, ranked, and down to one alarm's stamps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.access_scope import region_range
from db.rules.deadlines import BY_HOP, CAPACITY_WITHIN, CLOCK_SLACK, DEADLINES, Deadline, Hop, Stamp


@dataclass(frozen=True, slots=True)
class Span:
    """Alarms recorded from `since` to before `until`, in a region or everywhere within scope."""

    since: datetime
    until: datetime
    region: int | None = None


@dataclass(frozen=True, slots=True)
class HopFigures:
    """One hop over a span. Medians are None where nothing was measured."""

    hop: Hop
    subject: int
    """Alarms that the deadline is about."""
    met: int
    missed: int
    not_measured: int
    clock_ahead: int
    median: timedelta | None
    p95: timedelta | None
    longest: timedelta | None


@dataclass(frozen=True, slots=True)
class Capacity:
    """The busiest 60 s: how many alarms were taken, and how many of them late."""

    alarms: int
    ended_at: datetime | None
    late: int


@dataclass(frozen=True, slots=True)
class HopRow:
    """One alarm on one hop; `took` is None where the stamp never came."""

    alarm_id: int
    kind: str
    level: int
    venue_id: int
    venue_name: str
    county_name: str
    area_name: str | None
    at: datetime
    took: timedelta | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """How one venue, maintainer, model, door or county fares on a hop."""

    key: str
    name: str
    subject: int
    missed: int
    median: timedelta | None
    p95: timedelta | None


@dataclass(frozen=True, slots=True)
class Bin:
    """Alarms whose hop took from `lowest` to below `highest`; the last bin has no end."""

    lowest: timedelta
    highest: timedelta | None
    alarms: int


@dataclass(frozen=True, slots=True)
class Stamps:
    """One alarm's way, stamp by stamp."""

    alarm_id: int
    venue_id: int
    venue_name: str
    county_name: str
    kind: str
    level: int
    in_window: bool
    stamps: dict[Stamp, datetime | None]


_FROM = """
    from alarm_stamps s join alarms a on a.id = s.alarm_id
    where s.recorded_at >= :since and s.recorded_at < :until and a.window_id is null
        and s.county between :lo and :hi
"""
BY: dict[str, tuple[str, str, str]] = {
    "venue": ("v.id::text", "v.name", "join venues v on v.id = a.venue_id"),
    "county": ("r.adcode::text", "r.name", "join regions r on r.adcode = a.county"),
    "maintainer": (
        "m.id::text",
        "m.name",
        "join contracts c on c.venue_id = a.venue_id and c.starts_on <= a.raised_at::date"
        " and (c.ends_on is null or c.ends_on > a.raised_at::date) join maintainers m on m.id = c.maintainer_id",
    ),
    "model": ("d.model", "d.model", "join devices d on d.id = a.device_id"),
    "door": (
        "door.name",
        "door.name",
        "join devices d on d.id = a.device_id cross join lateral (select coalesce("
        "(select x.door from device_addresses x where x.device_id in (d.id, d.gateway_id) and x.door <> 'identity'"
        " order by x.door limit 1), 'mqtt')) door (name)",
    ),
}
"""By what alarms may be ranked: key, name, and the tables that know it. Nothing here is what a person typed."""


def _took(row: Deadline) -> str:
    """The hop's length as SQL."""
    return f"({_column(row.until)} - {_column(row.since)})"


def _column(stamp: Stamp) -> str:
    return "a.acknowledged_at" if stamp is Stamp.ACKNOWLEDGED else f"s.{stamp.value}"


def _conditions(row: Deadline) -> dict[str, str]:
    """What each score means in SQL, as `db.rules.deadlines.score` says it."""
    kinds = ", ".join(f"'{kind.value}'" for kind in row.kinds)
    subject = f"a.level <= {row.worst_level}" + (f" and a.kind in ({kinds})" if kinds else "")
    took, slack = _took(row), f"interval '{-CLOCK_SLACK.total_seconds()} seconds'"
    limit = "null" if row.limit is None else f"interval '{row.limit.total_seconds()} seconds'"
    measured = f"{took} >= {slack}"
    late = f"{measured} and {took} > {limit}" if row.limit else "false"
    never = "false"
    if row.is_owed and row.limit:
        never = f"{_column(row.until)} is null and cast(:now as timestamptz) - {_column(row.since)} > {limit}"
    return {
        "subject": subject,
        "measured": f"({subject}) and {measured}",
        "missed": f"({subject}) and (({late}) or ({never}))",
        "met": f"({subject}) and {measured} and not ({late})",
        "ahead": f"({subject}) and {took} < {slack}",
    }


def _aggregates(row: Deadline) -> str:
    where, took = _conditions(row), _took(row)
    return f"""
        count(*) filter (where {where["subject"]}) as subject_{row.hop},
        count(*) filter (where {where["met"]}) as met_{row.hop},
        count(*) filter (where {where["missed"]}) as missed_{row.hop},
        count(*) filter (where {where["ahead"]}) as ahead_{row.hop},
        percentile_cont(0.5) within group (order by {took}) filter (where {where["measured"]}) as median_{row.hop},
        percentile_cont(0.95) within group (order by {took}) filter (where {where["measured"]}) as p95_{row.hop},
        max({took}) filter (where {where["measured"]}) as longest_{row.hop}
    """


_FIGURES = text(f"select {', '.join(_aggregates(row) for row in DEADLINES)} {_FROM}")
_CAPACITY = text(
    f"""
    with counted as (
        select s.recorded_at, s.begun_at, count(*) over (order by s.recorded_at
            range between cast(:within as interval) preceding and current row) as n {_FROM}),
    busiest as (select recorded_at, n from counted order by n desc, recorded_at limit 1)
    select b.n as alarms, b.recorded_at as ended_at, (select count(*) from counted c
        where c.recorded_at between b.recorded_at - cast(:within as interval) and b.recorded_at
            and c.recorded_at - c.begun_at > cast(:limit as interval)) as late
    from busiest b
    """
)
_ONE = text(
    f"""
    select a.id as alarm_id, a.venue_id, v.name as venue_name, county.name as county_name, a.kind, a.level,
        a.window_id is not null as in_window, {", ".join(f"{_column(stamp)} as {stamp.value}" for stamp in Stamp)}
    from alarm_stamps s join alarms a on a.id = s.alarm_id join venues v on v.id = a.venue_id
    join regions county on county.adcode = a.county where a.id = :id
    """
)


def _facts(span: Span, now: datetime) -> dict[str, Any]:
    lo, hi = region_range(span.region) if span.region is not None else (0, 999_999)
    return {"since": span.since, "until": span.until, "lo": lo, "hi": hi, "now": now}


def figures(session: Session, span: Span, now: datetime) -> list[HopFigures]:
    """Every hop over the span."""
    row = session.execute(_FIGURES, _facts(span, now)).mappings().one()
    return [_figures(each.hop, row) for each in DEADLINES]


def _figures(hop: Hop, row: Any) -> HopFigures:
    subject, met, missed, ahead = (row[f"{name}_{hop}"] for name in ("subject", "met", "missed", "ahead"))
    return HopFigures(
        hop,
        subject,
        met,
        missed,
        subject - met - missed - ahead,
        ahead,
        row[f"median_{hop}"],
        row[f"p95_{hop}"],
        row[f"longest_{hop}"],
    )


def capacity(session: Session, span: Span, now: datetime) -> Capacity:
    """The busiest 60 s of the span."""
    facts = _facts(span, now) | {"within": CAPACITY_WITHIN, "limit": BY_HOP[Hop.TO_CENTRE].limit}
    row = session.execute(_CAPACITY, facts).one_or_none()
    return Capacity(0, None, 0) if row is None else Capacity(row.alarms, row.ended_at, row.late)


def worst(session: Session, span: Span, hop: Hop, now: datetime, limit: int, *, within: str = "") -> list[HopRow]:
    """The alarms that took longest on a hop: those whose stamp is owed and never came first.

    `within` names one of a ranking: `venue=12`; what is no such name is as none.
    """
    row = BY_HOP[hop]
    where = _conditions(row)
    by, _, key = within.partition("=")
    join, condition = (BY[by][2], f" and {BY[by][0]} = :key") if by in BY and key else ("", "")
    tables = f"from alarm_stamps s join alarms a on a.id = s.alarm_id {join if by != 'venue' else ''}"
    condition = condition.replace("v.id::text", "a.venue_id::text")
    sql = f"""
        select a.id as alarm_id, a.kind, a.level, a.venue_id, v0.name as venue_name, r0.name as county_name,
            area.name as area_name, s.recorded_at as at, {_took(row)} as took
        {tables} join venues v0 on v0.id = a.venue_id join regions r0 on r0.adcode = a.county
        left join areas area on area.id = a.area_id
        where s.recorded_at >= :since and s.recorded_at < :until and a.window_id is null
            and s.county between :lo and :hi and (({where["measured"]}) or ({where["missed"]})){condition}
        order by ({where["missed"]}) desc, {_took(row)} desc nulls first, a.id desc limit :limit
    """
    values = _facts(span, now) | {"limit": limit, "key": key}
    return [HopRow(**found) for found in session.execute(text(sql), values).mappings()]


def ranking(session: Session, span: Span, hop: Hop, by: str, now: datetime, limit: int) -> list[Ranked]:
    """Who fares worst on a hop: most missed first, then the slowest."""
    key, name, join = BY[by]
    row = BY_HOP[hop]
    where, took = _conditions(row), _took(row)
    sql = f"""
        select {key} as key, {name} as name, count(*) filter (where {where["subject"]}) as subject,
            count(*) filter (where {where["missed"]}) as missed,
            percentile_cont(0.5) within group (order by {took}) filter (where {where["measured"]}) as median,
            percentile_cont(0.95) within group (order by {took}) filter (where {where["measured"]}) as p95
        from alarm_stamps s join alarms a on a.id = s.alarm_id {join}
        where s.recorded_at >= :since and s.recorded_at < :until and a.window_id is null
            and s.county between :lo and :hi and ({where["subject"]})
        group by 1, 2 order by 4 desc, 6 desc nulls last, 3 desc, 1 limit :limit
    """
    found = session.execute(text(sql), _facts(span, now) | {"limit": limit}).mappings()
    return [Ranked(**each) for each in found]


def distribution(session: Session, span: Span, hop: Hop, edges: Sequence[timedelta], now: datetime) -> list[Bin]:
    """How long the hop took, counted between these edges, the first of which is zero."""
    row = BY_HOP[hop]
    sql = f"""
        select width_bucket(greatest(0, extract(epoch from {_took(row)}))::float8, cast(:edges as float8[])) as bin,
            count(*) as n
        {_FROM} and {_conditions(row)["measured"]} group by 1
    """
    values = _facts(span, now) | {"edges": [edge.total_seconds() for edge in edges]}
    counted = {found.bin: found.n for found in session.execute(text(sql), values)}
    highest = [*edges[1:], None]
    return [Bin(edge, highest[i], counted.get(i + 1, 0)) for i, edge in enumerate(edges)]


def one(session: Session, alarm_id: int) -> Stamps:
    """One alarm's stamps; `NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": alarm_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such alarm within your scope.")
    told = {name: row[name] for name in Stamps.__slots__ if name != "stamps"}
    return Stamps(**told, stamps={stamp: row[stamp.value] for stamp in Stamp})
