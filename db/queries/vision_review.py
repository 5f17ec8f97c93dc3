"""What waits for a person's word: verdicts that rang nobody, and open alarms that a camera raised."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

# An alarm is asked for once, by its newest verdict with a picture; flames only bear witness.
_OPEN = """
    with waiting as (
        select distinct on (v.alarm_id) v.* from vision_verdicts v join alarms a on a.id = v.alarm_id
        where a.closed_at is null and a.verdict is null
        order by v.alarm_id, v.frame_id is null, v.id desc
    ), everything as (
        select * from waiting
        union all
        select * from vision_verdicts where mode = 'review' and outcome is null and alarm_id is null
            and rule <> 'flame'
    )
"""
_NEXT = text(
    f"""
    {_OPEN}
    select e.id, e.rule, e.mode, e.observed_at, e.score, e.threshold, e.value, e.boxes, e.model, e.frame_id, e.alarm_id,
        d.id as device_id, d.code, v.id as venue_id, v.name as venue_name, g.name as county_name, a.name as area_name,
        z.name as zone_name, z.polygon, r.muted_at, r.params, f.clip is not null as has_clip, f.taken_at, m.card
    from everything e join devices d on d.id = e.device_id join venues v on v.id = e.venue_id
        join regions g on g.adcode = e.county left join areas a on a.id = e.area_id
        left join camera_rules r on r.id = e.rule_id left join camera_zones z on z.id = r.zone_id
        left join camera_frames f on f.id = e.frame_id left join vision_models m on m.name = e.model
    where e.id <> all (:skipped)
    order by e.alarm_id is null, e.observed_at desc, e.id desc limit :most
    """
)
_COUNT = text(f"{_OPEN} select count(*) as n, count(alarm_id) as rung from everything")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One verdict with everything that a person needs to judge it. `alarm_id` None: it rang nobody."""

    id: int
    rule: str
    mode: str
    observed_at: datetime
    score: float
    threshold: float
    value: float | None
    boxes: list[dict[str, Any]]
    model: str | None
    frame_id: int | None
    alarm_id: int | None
    device_id: int
    code: str
    venue_id: int
    venue_name: str
    county_name: str
    area_name: str | None
    zone_name: str | None
    polygon: list[list[float]] | None
    muted_at: datetime | None
    params: dict[str, float] | None
    has_clip: bool
    taken_at: datetime | None
    card: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Counted:
    """How many wait within scope, and how many of them are open alarms."""

    waiting: int
    rung: int


def following(session: Session, skipped: list[int], most: int = 2) -> list[Waiting]:
    """The next ones: open alarms first, then the newest; none that was skipped."""
    return [Waiting(*row) for row in session.execute(_NEXT, {"skipped": skipped, "most": most})]


def counted(session: Session) -> Counted:
    return Counted(*session.execute(_COUNT).one())
