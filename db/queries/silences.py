"""What bears on silencing an alarm from afar, and what was silenced."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.frame_source import FrameSource
from db.queries.alarm_evidence import cameras_of_area
from db.rules.remote_silence import Known, LastWord
from db.rules.signal_kinds import SIGNALS


@dataclass(frozen=True, slots=True)
class Silence:
    """One recorded silence; `carried_by` None: no door could take it to the device."""

    at: datetime
    actor_name: str
    actor_role: str
    condition: str
    evidence: dict[str, Any]
    carried_by: str | None


@dataclass(frozen=True, slots=True)
class Registered:
    """A person whom the venue has registered as responsible."""

    id: int
    duty: str
    name: str
    phone: str
    person_id: int | None


_OF_ALARM = text(
    "select at, actor_name, actor_role, condition, evidence, carried_by from alarm_silences"
    " where alarm_id = :id order by at"
)
_KIND = text("select kind, raised_at from alarms where id = :id")
_LAST_WORDS = text(
    """
    select d.code, w.signal, w.value, w.alarm, w.observed_at
    from alarms a join devices d on d.venue_id = a.venue_id and (d.id = a.device_id or d.code in (
            select s.note from alarm_steps s where s.alarm_id = a.id and s.step = 'joined'))
    left join lateral (
        select s.signal, s.value, s.alarm, s.observed_at from signals s
        where s.venue_id = a.venue_id and s.device_id = d.id and s.observed_at >= a.raised_at
            and s.signal = any (:signals)
        order by s.observed_at desc limit 1) w on true
    where a.id = :id order by d.code
    """
)
_REGISTERED = text(
    "select p.id, p.duty, p.name, p.phone, p.person_id from venue_people p join alarms a on a.venue_id = p.venue_id"
    " where a.id = :id order by p.id"
)


def of_alarm(session: Session, alarm_id: int) -> list[Silence]:
    """Every silence of an alarm, oldest first."""
    return [Silence(*row) for row in session.execute(_OF_ALARM, {"id": alarm_id})]


def registered(session: Session, alarm_id: int) -> list[Registered]:
    """The registered people of the alarm's venue."""
    return [Registered(*row) for row in session.execute(_REGISTERED, {"id": alarm_id})]


def known(session: Session, alarm_id: int, frames: FrameSource) -> Known:
    """What the three conditions are judged by."""
    about = session.execute(_KIND, {"id": alarm_id}).one()
    signals = [row.kind.value for row in SIGNALS if row.alarm_kind == about.kind]
    words = session.execute(_LAST_WORDS, {"id": alarm_id, "signals": signals})
    cameras = {camera.id: camera.code for camera in cameras_of_area(session, alarm_id)}
    pictures = frames.near(session, list(cameras), about.raised_at)
    return Known(
        tuple(LastWord(*row) for row in words),
        tuple(cameras[each.camera_id] for each in pictures.values() if each.taken_at >= about.raised_at),
        tuple(person.name for person in registered(session, alarm_id)),
    )
