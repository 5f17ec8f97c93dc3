"""Alarms, read: for the desk, the map, the wall and the live stream."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound


@dataclass(frozen=True, slots=True)
class AlarmCard:
    """An alarm as maps, walls and the live stream show it."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    area_name: str | None
    floor: int | None
    kind: str
    level: int
    state: str
    signal: str | None
    value: float | None
    raised_at: datetime
    recorded_at: datetime
    last_signal_at: datetime
    signal_count: int
    device_code: str | None
    lng: float
    lat: float
    window_id: int | None
    """The drill or maintenance window in which it was raised: shown with its watermark."""


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """An alarm as a line of the desk."""

    id: int
    venue_id: int
    venue_name: str
    county: int
    county_name: str
    city_name: str
    area_name: str | None
    kind: str
    level: int
    state: str
    verdict: str | None
    signal: str | None
    value: float | None
    raised_at: datetime
    acknowledged_at: datetime | None
    closed_at: datetime | None
    signal_count: int
    device_count: int
    cause: str | None
    owner_id: int | None
    owner_name: str | None
    promised_for: datetime | None
    silenced_at: datetime | None
    window_id: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alarm's life: who, when, from where, in which role, with what words and evidence."""

    at: datetime
    step: str
    actor_name: str
    note: str | None
    address: str | None = None
    role: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AlarmDetail:
    """An alarm with every step of its life, oldest first."""

    row: AlarmRow
    device_id: int | None
    device_code: str | None
    area_id: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AlarmSummary:
    """The desk and the day in figures. Medians are None where nothing was measured."""

    open_total: int
    open_signals: int
    waiting: int
    urgent: int
    raised_today: tuple[int, int, int, int]
    """By level, critical first."""
    acknowledge_median: timedelta | None
    record_delay_median: timedelta | None


@dataclass(frozen=True, slots=True)
class HourCount:
    """Alarms raised in one hour, by level 1 to 4."""

    start: datetime
    counts: tuple[int, int, int, int]


_CARD = """
    select a.id, a.venue_id, v.name as venue_name, a.county, county.name as county_name, city.name as city_name,
           area.name as area_name, area.floor, a.kind, a.level, a.state, a.signal, a.value, a.raised_at, a.recorded_at,
           a.last_signal_at, a.signal_count, d.code as device_code, st_x(v.point) as lng, st_y(v.point) as lat,
           a.window_id
    from alarms a join venues v on v.id = a.venue_id
    join regions county on county.adcode = a.county join regions city on city.adcode = v.city
    left join areas area on area.id = a.area_id left join devices d on d.id = a.device_id
"""
_OPEN = text(f"{_CARD} where a.closed_at is null order by a.level, a.raised_at desc limit :limit")
_CARDS = text(f"{_CARD} where a.id = any (:ids) order by a.id")
_SINCE = text(f"{_CARD} where a.raised_at >= :since and a.window_id is null order by a.raised_at desc limit :limit")

ROW = """
    select a.id, a.venue_id, v.name as venue_name, a.county, county.name as county_name, city.name as city_name,
           area.name as area_name, a.kind, a.level, a.state, a.verdict, a.signal, a.value, a.raised_at,
           a.acknowledged_at, a.closed_at, a.signal_count, a.device_count, a.cause, a.owner_id, a.owner_name,
           a.promised_for, a.silenced_at, a.window_id
    from alarms a join venues v on v.id = a.venue_id
    join regions county on county.adcode = a.county join regions city on city.adcode = v.city
    left join areas area on area.id = a.area_id
"""
_ONE = text(f"{ROW} where a.id = :id")
_OF_VENUE = text(f"{ROW} where a.venue_id = :id order by a.raised_at desc limit :limit")
_OF_DEVICE = text(f"{ROW} where a.device_id = :id order by a.raised_at desc limit :limit")
_STEPS = text(
    "select at, step, actor_name, note, address, role, facts from alarm_steps where alarm_id = :id order by at, id"
)
_DEVICE = text(
    "select a.device_id, d.code, a.area_id from alarms a left join devices d on d.id = a.device_id where a.id = :id"
)


def open_alarms(session: Session, limit: int) -> list[AlarmCard]:
    """Open alarms, the worst and newest first."""
    return [AlarmCard(**row) for row in session.execute(_OPEN, {"limit": limit}).mappings()]


def raised_since(session: Session, since: datetime, limit: int) -> list[AlarmCard]:
    """Alarms raised since then, closed ones too, newest first; drills are left out."""
    return [AlarmCard(**row) for row in session.execute(_SINCE, {"since": since, "limit": limit}).mappings()]


def cards(session: Session, ids: Sequence[int]) -> list[AlarmCard]:
    """These alarms, as far as they are within scope."""
    return [AlarmCard(**row) for row in session.execute(_CARDS, {"ids": list(ids)}).mappings()]


def one(session: Session, alarm_id: int) -> AlarmDetail:
    """One alarm with its steps; `NotFound` outside the reader's scope."""
    row = session.execute(_ONE, {"id": alarm_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such alarm within your scope.")
    steps = tuple(Step(*step) for step in session.execute(_STEPS, {"id": alarm_id}))
    device_id, code, area_id = session.execute(_DEVICE, {"id": alarm_id}).one()
    return AlarmDetail(AlarmRow(**row), device_id, code, area_id, steps)


def of_venue(session: Session, venue_id: int, limit: int) -> list[AlarmRow]:
    """A venue's alarms, newest first."""
    return [AlarmRow(**row) for row in session.execute(_OF_VENUE, {"id": venue_id, "limit": limit}).mappings()]


def of_device(session: Session, device_id: int, limit: int) -> list[AlarmRow]:
    """Alarms that this device raised, newest first."""
    return [AlarmRow(**row) for row in session.execute(_OF_DEVICE, {"id": device_id, "limit": limit}).mappings()]


def open_count(session: Session) -> int:
    return session.scalar(text("select count(*) from alarms where closed_at is null and window_id is null")) or 0


_SUMMARY = text(
    """
    select count(*) as open_total, coalesce(sum(signal_count), 0)::int as open_signals,
           count(*) filter (where state = 'raised') as waiting, count(*) filter (where level <= 2) as urgent
    from alarms where closed_at is null and window_id is null
    """
)
_TODAY = text(
    """
    select count(*) filter (where level = 1), count(*) filter (where level = 2), count(*) filter (where level = 3),
           count(*) filter (where level = 4),
           percentile_cont(0.5) within group (order by acknowledged_at - raised_at)
               filter (where acknowledged_at is not null),
           percentile_cont(0.5) within group (order by recorded_at - raised_at)
    from alarms
    where raised_at >= date_trunc('day', cast(:now as timestamptz), 'Asia/Shanghai') and window_id is null
    """
)
_HOURS = text(
    """
    select date_trunc('hour', raised_at) as hour, level, count(*) as n from alarms
    where raised_at >= date_trunc('hour', cast(:since as timestamptz)) and raised_at <= :now
        and window_id is null group by 1, 2
    """
)


def summary(session: Session, now: datetime) -> AlarmSummary:
    """Open alarms now, and the day so far."""
    open_total, signals, waiting, urgent = session.execute(_SUMMARY).one()
    *levels, acknowledged, recorded = session.execute(_TODAY, {"now": now}).one()
    return AlarmSummary(
        open_total, signals, waiting, urgent, (levels[0], levels[1], levels[2], levels[3]), acknowledged, recorded
    )


def by_hour(session: Session, since: datetime, now: datetime) -> list[HourCount]:
    """One entry for every hour from `since` to `now`, empty hours too, oldest first."""
    counted = {(row.hour, row.level): row.n for row in session.execute(_HOURS, {"since": since, "now": now})}
    hour = since.replace(minute=0, second=0, microsecond=0)
    hours = []
    while hour <= now:
        n = [counted.get((hour, level), 0) for level in (1, 2, 3, 4)]
        hours.append(HourCount(hour, (n[0], n[1], n[2], n[3])))
        hour += timedelta(hours=1)
    return hours
