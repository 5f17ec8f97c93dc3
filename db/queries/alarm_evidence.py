"""The evidence card of an alarm: readings around the moment, cameras near by, the spot's past, who was told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

AROUND = timedelta(minutes=6)
MOST_CAMERAS = 4
LOOK_BACK = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Series:
    """What one device read around the moment; `is_own`: the device that spoke first."""

    device_code: str
    signal: str
    is_own: bool
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class NearCamera:
    """A camera in the alarm's area, on its floor, or else at its venue, nearest first."""

    id: int
    code: str
    area_name: str | None
    floor: int | None
    is_same_area: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How many alarms ended this way; verdict None: they are still open."""

    verdict: str | None
    cause: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """An alarm at the same spot before this one."""

    id: int
    kind: str
    level: int
    raised_at: datetime
    verdict: str | None
    cause: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """A person whom the record wants told of this alarm; `taken_at` None: it waits to be sent."""

    person_id: int
    name: str | None
    reason: str
    made_at: datetime
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call."""

    part: str
    name: str
    phone: str | None


_SERIES = text(
    """
    select d.code, s.signal, d.id = a.device_id as is_own, s.observed_at, s.value
    from alarms a join signals s on s.venue_id = a.venue_id
        and s.observed_at between a.raised_at - :span and a.raised_at + :span
    join devices d on d.id = s.device_id
    where a.id = :id and s.value is not null and s.signal not in ('heartbeat', 'fault', 'energy', 'picture')
        and (d.id = a.device_id or d.area_id is not distinct from a.area_id
             or s.signal = a.signal and d.kind = (select first.kind from devices first where first.id = a.device_id))
    order by is_own desc, d.area_id is not distinct from a.area_id desc, d.code, s.signal, s.observed_at limit 4000
    """
)
_CAMERAS = """
    select d.id, d.code, area.name as area_name, area.floor, d.area_id is not distinct from a.area_id as is_same_area
    from alarms a join devices d on d.venue_id = a.venue_id and d.kind = 'camera' and d.retired_on is null
    left join areas area on area.id = d.area_id left join areas own on own.id = a.area_id
    where a.id = :id
"""
_NEAREST = text(
    f"{_CAMERAS} order by is_same_area desc, abs(coalesce(area.floor, 99) - coalesce(own.floor, 1)), d.id limit :most"
)
_OF_AREA = text(f"{_CAMERAS} and a.area_id is not null and d.area_id = a.area_id order by d.id")
_EARLIER = text(
    """
    select e.id, e.kind, e.level, e.raised_at, e.verdict, e.cause, e.closed_at
    from alarms a join alarms e on e.venue_id = a.venue_id and e.area_id is not distinct from a.area_id
        and e.raised_at < a.raised_at and e.raised_at > a.raised_at - cast(:back as interval)
    where a.id = :id order by e.raised_at desc limit :most
    """
)
_SIMILAR = text(
    """
    select verdict, cause, count(*) as n from (
        select e.verdict, e.cause
        from alarms a left join areas own on own.id = a.area_id
        join alarms e on e.kind = a.kind and e.id <> a.id and e.closed_at is not null
            and e.raised_at between a.raised_at - cast(:back as interval) and a.raised_at
        left join areas area on area.id = e.area_id
        where a.id = :id and area.kind is not distinct from own.kind
        order by e.raised_at desc limit 1000) recent
    group by 1, 2 order by 3 desc
    """
)
_TOLD = text(
    """
    select n.person_id, p.name, n.reason, n.made_at, n.taken_at
    from notices n left join people p on p.id = n.person_id
    where n.subject_kind = 'alarm' and n.subject_id = :id order by n.made_at, n.id limit 60
    """
)
_UNITS = text(
    """
    select 'maintainer', m.name, m.phone from contracts c join maintainers m on m.id = c.maintainer_id
    where c.venue_id = :venue and c.starts_on <= :day and (c.ends_on is null or c.ends_on > :day) order by m.name
    """
)


def series(session: Session, alarm_id: int) -> list[Series]:
    """Readings from six minutes before the alarm to six after: its own device's first, then its neighbours'."""
    lines: dict[tuple[str, str, bool], list[Point]] = {}
    for row in session.execute(_SERIES, {"id": alarm_id, "span": AROUND}):
        lines.setdefault((row.code, row.signal, row.is_own), []).append(Point(row.observed_at, row.value))
    return [Series(code, signal, is_own, tuple(points)) for (code, signal, is_own), points in lines.items()]


def cameras(session: Session, alarm_id: int) -> list[NearCamera]:
    """The nearest few."""
    return [NearCamera(*row) for row in session.execute(_NEAREST, {"id": alarm_id, "most": MOST_CAMERAS})]


def cameras_of_area(session: Session, alarm_id: int) -> list[NearCamera]:
    """Those that see the alarm's own area."""
    return [NearCamera(*row) for row in session.execute(_OF_AREA, {"id": alarm_id})]


def earlier(session: Session, alarm_id: int, most: int = 50) -> list[Earlier]:
    """What rang at this spot in the half year before, newest first."""
    asked = {"id": alarm_id, "back": LOOK_BACK, "most": most}
    return [Earlier(*row) for row in session.execute(_EARLIER, asked)]


def similar(session: Session, alarm_id: int) -> list[Ending]:
    """How the latest thousand alarms of this kind in areas of this kind ended within scope, the most frequent first."""
    return [Ending(*row) for row in session.execute(_SIMILAR, {"id": alarm_id, "back": LOOK_BACK})]


def told(session: Session, alarm_id: int) -> list[Told]:
    """Who is to be told, in order."""
    return [Told(*row) for row in session.execute(_TOLD, {"id": alarm_id})]


def units(session: Session, venue_id: int, now: datetime) -> list[Contact]:
    """The maintainers with a contract in force."""
    return [Contact(*row) for row in session.execute(_UNITS, {"venue": venue_id, "day": now.date()})]
