"""Raising alarms and working through them. Each act locks its alarm, so two at once have one result."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.alarm_raising import AlarmSignal, Raised, raise_alarm, raise_alarms
from db.errors import NotFound, WrongState
from db.rules.alarm_kinds import AlarmKind, AlarmState, Verdict
from db.rules.alarm_lifecycle import Act, Refusal, step

__all__ = [
    "Actor",
    "AlarmSignal",
    "Raised",
    "acknowledge",
    "close",
    "handle",
    "raise_alarm",
    "raise_alarms",
    "verify",
]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where."""

    person_id: int
    name: str
    address: str


_STEP = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note)
    values (:alarm_id, :venue_id, :county, :at, :step, :actor_id, :actor_name, :note)
    """
)
_LOCK = text("select id, venue_id, county, kind, state, verdict from alarms where id = :id for update")


def acknowledge(session: Session, alarm_id: int, actor: Actor, now: datetime, note: str | None = None) -> None:
    """Take the alarm on; `WrongState` where somebody has already."""
    _act(session, alarm_id, Act.ACKNOWLEDGE, actor, now, note)


def verify(
    session: Session, alarm_id: int, verdict: Verdict, actor: Actor, now: datetime, note: str | None = None
) -> None:
    """Say what it was."""
    _act(session, alarm_id, Act.VERIFY, actor, now, note, verdict)


def handle(session: Session, alarm_id: int, actor: Actor, now: datetime, note: str | None = None) -> None:
    _act(session, alarm_id, Act.HANDLE, actor, now, note)


def close(session: Session, alarm_id: int, actor: Actor, now: datetime, note: str | None = None) -> None:
    """End it; a fire needs its verdict first."""
    _act(session, alarm_id, Act.CLOSE, actor, now, note)


def _act(
    session: Session,
    alarm_id: int,
    act: Act,
    actor: Actor,
    now: datetime,
    note: str | None,
    verdict: Verdict | None = None,
) -> None:
    row = session.execute(_LOCK, {"id": alarm_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such alarm within your scope.")
    known = Verdict(row.verdict) if row.verdict else None
    after = step(AlarmState(row.state), act, AlarmKind(row.kind), verdict or known)
    if isinstance(after, Refusal):
        raise WrongState(after.reason)
    session.execute(
        _CHANGES[act], {"id": alarm_id, "state": after.value, "now": now, "by": actor.person_id, "verdict": verdict}
    )
    session.execute(
        _STEP,
        {
            "alarm_id": alarm_id,
            "venue_id": row.venue_id,
            "county": row.county,
            "at": now,
            "step": after.value,
            "actor_id": actor.person_id,
            "actor_name": actor.name,
            "note": note or (verdict.value if verdict else None),
        },
    )
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=f"alarm {act.value}",
        subject=f"alarms/{alarm_id}",
        venue_id=row.venue_id,
        county=row.county,
        detail=_detail(row.state, after, verdict, note),
    )


def _detail(before: str, after: AlarmState, verdict: Verdict | None, note: str | None) -> dict[str, str]:
    """What the audit log keeps of an act: whence, whither, and in which words."""
    known = {"from": before, "to": after.value, "verdict": verdict.value if verdict else None, "note": note}
    return {name: value for name, value in known.items() if value}


_CHANGES = {
    Act.ACKNOWLEDGE: text(
        "update alarms set state = :state, acknowledged_at = :now, acknowledged_by = :by where id = :id"
    ),
    Act.VERIFY: text("update alarms set state = :state, verified_at = :now, verdict = :verdict where id = :id"),
    Act.HANDLE: text("update alarms set state = :state where id = :id"),
    Act.CLOSE: text("update alarms set state = :state, closed_at = :now where id = :id"),
}
