"""The core of every act upon an alarm: its lock, its rule, its step, its entry of the audit log."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import NotAllowed, NotFound, WrongState
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import Act, Asked, Refusal, Standing, step
from db.rules.role_acts import why_not


@dataclass(frozen=True, slots=True)
class Locked:
    """An alarm that this transaction holds to its end."""

    id: int
    venue_id: int
    county: int
    area_id: int | None
    level: int
    kind: str
    state: str
    verdict: str | None
    owner_id: int | None
    silenced_at: datetime | None

    @property
    def standing(self) -> Standing:
        verdict = Verdict(self.verdict) if self.verdict else None
        return Standing(AlarmState(self.state), AlarmKind(self.kind), verdict, self.owner_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """What the audit log is to keep of an act; written last, since its lock is held to the commit."""

    alarm: Locked
    act: Act
    detail: dict[str, Any]


STEP_NAMES: dict[Act, str] = {
    Act.ACKNOWLEDGE: "acknowledged",
    Act.PROMISE: "promised",
    Act.VERIFY: "verified",
    Act.HANDLE: "handled",
    Act.CLOSE: "closed",
    Act.REOPEN: "reopened",
    Act.HAND_OVER: "handed_over",
    Act.COMMENT: "comment",
    Act.ATTACH: "evidence",
    Act.SILENCE: "silenced",
}

_LOCK = text(
    "select id, venue_id, county, area_id, level, kind, state, verdict, owner_id, silenced_at from alarms"
    " where id = any (:ids) order by id for update"
)
_LAST = text(
    """
    select actor_name as who, at from alarm_steps
    where alarm_id = :id and step not in ('raised', 'joined', 'level_raised', 'comment', 'evidence')
    order by id desc limit 1
    """
)
_STEP = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note, address, role, facts)
    values (:alarm_id, :venue_id, :county, :at, :step, :actor_id, :actor_name, :note, :address, :role,
        cast(:facts as jsonb))
    """
)
_RING = text(
    """
    select pg_notify('anwang_live', json_build_object('alarm', cast(:alarm as bigint), 'county', cast(:county as int),
        'venue', cast(:venue as int), 'what', 'changed')::text)
    """
)


def lock(session: Session, alarm_ids: Sequence[int]) -> dict[int, Locked]:
    """Hold these alarms to the end of the transaction, in one order; those outside the scope are not there."""
    return {row.id: Locked(*row) for row in session.execute(_LOCK, {"ids": list(alarm_ids)})}


def locked(session: Session, alarm_id: int) -> Locked:
    """Hold one alarm; `NotFound` outside the scope."""
    found = lock(session, [alarm_id]).get(alarm_id)
    if found is None:
        raise NotFound("There is no such alarm within your scope.")
    return found


def decide(session: Session, alarm: Locked, asked: Asked, actor: Actor, now: datetime) -> AlarmState:
    """The state after the act; `NotAllowed` for this role, `WrongState` with the name of who was first."""
    forbidden = why_not(asked.act, actor.role) if actor.role is not None else None
    if forbidden is not None:
        raise NotAllowed(forbidden.reason)
    after = step(alarm.standing, asked, now)
    if isinstance(after, Refusal):
        raise WrongState(after.reason, **_who_was_first(session, alarm.id, after.reason))
    return after


def _who_was_first(session: Session, alarm_id: int, reason: str) -> dict[str, Any]:
    if "{who}" not in reason:
        return {}
    row = session.execute(_LAST, {"id": alarm_id}).one_or_none()
    return {"who": row.who, "at": row.at} if row else {"who": "–", "at": None}


def note(
    session: Session, alarm: Locked, act: Act, actor: Actor, now: datetime, words: str | None, facts: dict[str, Any]
) -> None:
    """One step of the alarm's life: who, when, from where, in which role, with what words and evidence."""
    known = {name: value for name, value in facts.items() if value}
    session.execute(
        _STEP,
        {
            "alarm_id": alarm.id,
            "venue_id": alarm.venue_id,
            "county": alarm.county,
            "at": now,
            "step": STEP_NAMES[act],
            "actor_id": actor.person_id,
            "actor_name": actor.name,
            "note": words,
            "address": actor.address,
            "role": actor.role,
            "facts": json.dumps(known, ensure_ascii=False, default=_plain),
        },
    )


def ring(session: Session, alarm: Locked) -> None:
    """Let open pages know of a step that leaves the alarm's own row as it is."""
    session.execute(_RING, {"alarm": alarm.id, "county": alarm.county, "venue": alarm.venue_id})


def write(session: Session, entries: Sequence[Entry], actor: Actor) -> None:
    """The audit log's entries, as the last thing of the transaction."""
    for entry in entries:
        audit.write(
            session,
            actor_id=actor.person_id,
            actor_name=actor.name,
            address=actor.address,
            act=f"alarm {entry.act.value}",
            subject=f"alarms/{entry.alarm.id}",
            venue_id=entry.alarm.venue_id,
            county=entry.alarm.county,
            detail=json.loads(json.dumps(entry.detail, default=_plain)),
        )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
