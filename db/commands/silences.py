"""Silencing a sounding alarm from afar: only on a lawful condition, and every time on record."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.actor import Actor
from db.commands.alarm_acting import Entry, Locked, decide, locked, note, write
from db.errors import InvalidInput, NotAllowed, WrongState
from db.frame_source import FrameSource
from db.queries import silences
from db.rules.alarm_lifecycle import Act, Asked
from db.rules.remote_silence import MQTT, Condition, Known, closed_because, missing


@dataclass(frozen=True, slots=True)
class Ground:
    """What the asker says of the condition: who confirmed and how, or which camera was looked at."""

    condition: Condition
    person: int | None = None
    """Of the venue's registered people, who confirms that there is no fire."""
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Silenced:
    """How far the command went; `carried_by` None: it is on record, and somebody has to press the button there."""

    silence_id: int
    carried_by: str | None


_INSERT = text(
    """
    insert into alarm_silences (alarm_id, venue_id, county, at, actor_id, actor_name, actor_role, address, condition,
        evidence, carried_by)
    values (:alarm_id, :venue_id, :county, :at, :actor_id, :actor_name, :actor_role, :address, :condition,
        cast(:evidence as jsonb), :carried_by) returning id
    """
)
_IS_REACHED = text(
    """
    select exists (select from alarm_devices p join device_credentials c on c.device_id = p.device_id
        where p.alarm_id = :id and c.revoked_at is null)
    """
)
_MARK = text("update alarms set silenced_at = :now where id = :id")


def silence(
    session: Session, alarm_id: int, ground: Ground, actor: Actor, now: datetime, frames: FrameSource
) -> Silenced:
    """Let it be silenced, and record on what ground; `WrongState` says which condition is missing."""
    alarm = locked(session, alarm_id)
    if actor.role is None:
        raise NotAllowed("Only the venue's own people and its maintainer may silence.")
    decide(session, alarm, Asked(Act.SILENCE, by=actor.person_id), actor, now)
    known = silences.known(session, alarm_id, frames)
    shut = closed_because(alarm.standing, alarm.silenced_at is not None) or missing(ground.condition, known)
    if shut is not None:
        raise WrongState(shut.reason)
    evidence = _evidence(session, alarm, ground, known)
    carried_by = MQTT if session.scalar(_IS_REACHED, {"id": alarm_id}) else None
    row = {
        "alarm_id": alarm.id,
        "venue_id": alarm.venue_id,
        "county": alarm.county,
        "at": now,
        "actor_id": actor.person_id,
        "actor_name": actor.name,
        "actor_role": actor.role.value,
        "address": actor.address,
        "condition": ground.condition.value,
        "evidence": json.dumps(evidence, ensure_ascii=False, default=datetime.isoformat),
        "carried_by": carried_by,
    }
    silence_id = int(session.execute(_INSERT, row).scalar_one())
    session.execute(_MARK, {"id": alarm.id, "now": now})
    told = {
        "condition": ground.condition.value,
        "carried_by": carried_by or "none",
        "confirmed_by": evidence.get("name"),
    }
    note(session, alarm, Act.SILENCE, actor, now, ground.words, told)
    write(session, [Entry(alarm, Act.SILENCE, told | {"silence": silence_id})], actor)
    return Silenced(silence_id, carried_by)


def _evidence(session: Session, alarm: Locked, ground: Ground, known: Known) -> dict[str, Any]:
    """What stands behind the condition, as it was at this moment."""
    words = (ground.words or "").strip()
    if len(words) > 500:
        raise InvalidInput("At most 500 characters of words.")
    if ground.condition is Condition.VALUE_BACK:
        return {"last_words": [asdict(word) for word in known.last_words]}
    if not words:
        raise InvalidInput("Say how it was made sure of.")
    if ground.condition is Condition.VIDEO_CLEAR:
        return {"cameras": list(known.frames_after), "words": words}
    people = {each.id: each for each in silences.registered(session, alarm.id)}
    person = people.get(ground.person or 0)
    if person is None:
        raise InvalidInput("Name the registered person who confirms that there is no fire.")
    return {"venue_person": person.id, "name": person.name, "duty": person.duty, "phone": person.phone, "words": words}
