"""Cameras as whoever looks through them needs them: stream, zones, rules, hours; and how they do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.camera_rules import Fitness, Mode, VisionRule
from db.rules.timetables import Hours, Period


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One rule as it is judged: `corners` empty is the whole picture."""

    id: int
    rule: VisionRule
    mode: Mode
    is_muted: bool
    periods: frozenset[Period]
    threshold: float
    params: dict[str, float]
    corners: tuple[tuple[float, float], ...]
    reference: bytes | None


@dataclass(frozen=True, slots=True)
class CameraSet:
    """A camera with everything that a worker needs to watch it."""

    device_id: int
    code: str
    venue_id: int
    kind: str
    address: str
    decode: str
    target_fps: float
    is_repeating: bool
    reference: bytes | None
    fitness: Fitness
    rules: tuple[RuleSet, ...]
    timetable: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class CameraRow:
    """How a camera does, as lists show it."""

    device_id: int
    code: str
    venue_id: int
    venue_name: str
    area_name: str | None
    kind: str
    decode: str
    target_fps: float
    is_watched: bool
    leased_by: str | None
    leased_until: datetime | None
    fitness: Fitness
    fitness_since: datetime | None
    seen_at: datetime | None
    decoded_fps: float | None
    analysed_fps: float | None
    is_degraded: bool
    trouble: str | None


_SETS = text(
    """
    select s.device_id, d.code, s.venue_id, s.kind, s.address, s.decode, s.target_fps, s.is_repeating, s.reference,
        w.fitness
    from camera_streams s join devices d on d.id = s.device_id join camera_watches w on w.device_id = s.device_id
    where s.device_id = any (:cameras) order by s.device_id
    """
)
_RULES = text(
    """
    select r.*, z.polygon from camera_rules r left join camera_zones z on z.id = r.zone_id
    where r.device_id = any (:cameras) and r.retired_at is null and r.mode <> 'off' and z.retired_at is null
    order by r.id
    """
)
_HOURS = text("select * from timetable_periods where venue_id = any (:venues) order by id")
_ROWS = text(
    """
    select s.device_id, d.code, s.venue_id, v.name as venue_name, a.name as area_name, s.kind, s.decode, s.target_fps,
        s.is_watched, w.leased_by, w.leased_until, w.fitness, w.fitness_since, w.seen_at, w.decoded_fps,
        w.analysed_fps, w.is_degraded, w.trouble
    from camera_streams s join devices d on d.id = s.device_id join venues v on v.id = s.venue_id
    join camera_watches w on w.device_id = s.device_id left join areas a on a.id = d.area_id
    order by s.venue_id, d.code limit :most
    """
)
_WAITING = text(
    """
    select a.id as alarm_id, a.raised_at, a.venue_id, s.device_id
    from alarms a join camera_streams s on s.venue_id = a.venue_id
    where a.closed_at is null and a.recorded_at > :since and s.device_id = any (:cameras) and a.kind <> 'camera_unfit'
        and a.device_id is distinct from s.device_id
        and not exists (select from camera_frames f where f.alarm_id = a.id and f.device_id = s.device_id)
    order by a.id limit 64
    """
)


def sets(session: Session, cameras: Sequence[int]) -> dict[int, CameraSet]:
    """These cameras with their rules and hours, by number."""
    rows = session.execute(_SETS, {"cameras": list(cameras)}).all()
    rules: dict[int, list[RuleSet]] = {}
    for row in session.execute(_RULES, {"cameras": list(cameras)}):
        rules.setdefault(row.device_id, []).append(_rule(row))
    hours: dict[int, list[Hours]] = {}
    for row in session.execute(_HOURS, {"venues": sorted({row.venue_id for row in rows})}):
        hours.setdefault(row.venue_id, []).append(_hours(row))
    return {
        row.device_id: CameraSet(
            *(row.device_id, row.code, row.venue_id, row.kind, row.address, row.decode, row.target_fps),
            *(row.is_repeating, bytes(row.reference) if row.reference else None, Fitness(row.fitness)),
            tuple(rules.get(row.device_id, ())),
            tuple(hours.get(row.venue_id, ())),
        )
        for row in rows
    }


def listed(session: Session, most: int = 500) -> list[CameraRow]:
    """Every camera with a stream within scope, and how it does."""
    return [
        CameraRow(**{**row._mapping, "fitness": Fitness(row.fitness)}) for row in session.execute(_ROWS, {"most": most})
    ]


@dataclass(frozen=True, slots=True)
class WantedFrame:
    """An alarm that something else raised, of which a camera of its venue has no picture yet."""

    alarm_id: int
    device_id: int
    raised_at: datetime


def wanted_frames(session: Session, cameras: Sequence[int], since: datetime) -> list[WantedFrame]:
    """Open alarms at these cameras' venues, recorded after `since`, that want a picture from them."""
    rows = session.execute(_WAITING, {"cameras": list(cameras), "since": since})
    return [WantedFrame(row.alarm_id, row.device_id, row.raised_at) for row in rows]


def _rule(row: Any) -> RuleSet:
    return RuleSet(
        *(row.id, VisionRule(row.rule), Mode(row.mode), row.muted_at is not None),
        *(frozenset(map(Period, row.periods)), row.threshold, dict(row.params)),
        tuple((float(x), float(y)) for x, y in row.polygon or ()),
        bytes(row.reference) if row.reference else None,
    )


def _hours(row: Any) -> Hours:
    days = frozenset(row.weekdays)
    return Hours(Period(row.period), days, row.from_time, row.until_time, row.first_on, row.last_on)
