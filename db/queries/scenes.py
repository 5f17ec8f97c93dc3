"""A venue's scene: its plan with what every device says now, and the alarms that are open there."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.queries import plans
from db.queries.plans import PlanOnRecord


@dataclass(frozen=True, slots=True)
class SceneDevice:
    """A device in use and what its "online" is worth; None before it was first judged."""

    id: int
    code: str
    kind: str
    model: str
    area_id: int | None
    state: str | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class SceneAlarm:
    """An open alarm of the venue."""

    id: int
    kind: str
    level: int
    state: str
    raised_at: datetime
    area_id: int | None
    device_id: int | None
    window_id: int | None


@dataclass(frozen=True, slots=True)
class LiveState:
    """What changes while a scene is looked at."""

    at: datetime
    revision: int
    devices: tuple[SceneDevice, ...]
    alarms: tuple[SceneAlarm, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    on_record: PlanOnRecord
    live: LiveState


_DEVICES = text(
    """
    select d.id, d.code, d.kind, d.model, d.area_id, s.state, l.heard_at
    from devices d left join device_latest l on l.device_id = d.id
    left join device_states s on s.device_id = d.id and s.until is null
    where d.venue_id = :venue and d.retired_on is null order by d.id
    """
)
_ALARMS = text(
    """
    select id, kind, level, state, raised_at, area_id, device_id, window_id from alarms
    where venue_id = :venue and closed_at is null order by level, raised_at desc limit 200
    """
)
_REVISION = text(
    "select coalesce(p.revision, 0) from venues v left join plans p on p.venue_id = v.id where v.id = :venue"
)


def of_venue(session: Session, venue_id: int, now: datetime) -> Scene:
    """Everything that a view needs; `NotFound` outside the scope."""
    return Scene(plans.of_venue(session, venue_id), live_state(session, venue_id, now))


def live_state(session: Session, venue_id: int, now: datetime) -> LiveState:
    """`NotFound` outside the scope."""
    revision = session.scalar(_REVISION, {"venue": venue_id})
    if revision is None:
        raise NotFound("There is no such venue within your scope.")
    at = {"venue": venue_id}
    return LiveState(
        now,
        revision,
        tuple(SceneDevice(**row) for row in session.execute(_DEVICES, at).mappings()),
        tuple(SceneAlarm(**row) for row in session.execute(_ALARMS, at).mappings()),
    )
