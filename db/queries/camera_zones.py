"""What one camera watches, for whoever draws it: zones, rules, hours, and which edition it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.camera_rules import Mode, VisionRule
from db.rules.timetables import Hours, Period

_CAMERA = text(
    """
    select s.device_id, d.code, s.venue_id, v.name as venue_name, s.county, a.name as area_name,
        s.zones_revision as revision, s.zones_changed_at as changed_at, s.zones_changed_by_name as changed_by_name,
        s.is_watched
    from camera_streams s join devices d on d.id = s.device_id join venues v on v.id = s.venue_id
        left join areas a on a.id = d.area_id
    where s.device_id = :id and d.retired_on is null
    """
)
_ZONES = text(
    "select id, name, polygon, drawn_at, drawn_by_name from camera_zones"
    " where device_id = :id and retired_at is null order by id"
)
_RULES = text("select * from camera_rules where device_id = :id and retired_at is null order by id")
_HOURS = text("select * from timetable_periods where venue_id = :venue order by id")


@dataclass(frozen=True, slots=True)
class RuleOnRecord:
    """A rule as it stands; `has_look`: how its equipment looks is registered."""

    id: int
    zone_id: int | None
    rule: VisionRule
    mode: Mode
    periods: frozenset[Period]
    threshold: float
    params: dict[str, float]
    has_look: bool
    muted_at: datetime | None
    judged: int


@dataclass(frozen=True, slots=True)
class ZoneOnRecord:
    """A zone as it stands, with its rules."""

    id: int
    name: str
    corners: tuple[tuple[float, float], ...]
    drawn_at: datetime
    drawn_by_name: str
    rules: tuple[RuleOnRecord, ...]


@dataclass(frozen=True, slots=True)
class Watched:
    """Everything that is judged in one camera's pictures. `revision` 0: nobody has drawn in the portal yet."""

    device_id: int
    code: str
    venue_id: int
    venue_name: str
    county: int
    area_name: str | None
    revision: int
    changed_at: datetime | None
    changed_by_name: str | None
    is_watched: bool
    zones: tuple[ZoneOnRecord, ...]
    whole: tuple[RuleOnRecord, ...]
    timetable: tuple[Hours, ...]


def of_camera(session: Session, device_id: int) -> Watched:
    """As it stands now; `NotFound` outside the scope, and where nobody has said where its pictures come from."""
    camera = session.execute(_CAMERA, {"id": device_id}).one_or_none()
    if camera is None:
        raise NotFound("There is no such camera here.")
    rules = [_rule(row) for row in session.execute(_RULES, {"id": device_id})]
    zones = tuple(
        ZoneOnRecord(
            *(row.id, row.name, tuple((float(x), float(y)) for x, y in row.polygon), row.drawn_at, row.drawn_by_name),
            tuple(rule for rule in rules if rule.zone_id == row.id),
        )
        for row in session.execute(_ZONES, {"id": device_id})
    )
    whole = tuple(rule for rule in rules if rule.zone_id is None)
    hours = timetable(session, camera.venue_id)
    return Watched(**camera._mapping, zones=zones, whole=whole, timetable=hours)


def timetable(session: Session, venue_id: int) -> tuple[Hours, ...]:
    """The venue's hours, in the order in which they were entered."""
    return tuple(
        Hours(
            *(Period(row.period), frozenset(row.weekdays), row.from_time, row.until_time, row.first_on, row.last_on),
        )
        for row in session.execute(_HOURS, {"venue": venue_id})
    )


def _rule(row: Any) -> RuleOnRecord:
    return RuleOnRecord(
        *(row.id, row.zone_id, VisionRule(row.rule), Mode(row.mode), frozenset(map(Period, row.periods))),
        *(round(row.threshold, 4), dict(row.params), row.reference is not None, row.muted_at, row.judged),
    )
