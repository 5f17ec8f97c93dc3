"""Raising alarms and working through them. Each act locks its alarm, so two at once have one result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.errors import NotFound, WrongState
from db.rules.alarm_folding import Folding, OpenAlarm, decide
from db.rules.alarm_kinds import AlarmKind, AlarmState, Level, Verdict
from db.rules.alarm_lifecycle import Act, Refusal, step

MACHINE = "anwang"


@dataclass(frozen=True, slots=True)
class AlarmSignal:
    """A signal that rings: which device, where, what it said and when."""

    venue_id: int
    county: int
    area_id: int | None
    device_id: int
    device_code: str
    kind: AlarmKind
    signal: str
    value: float | None
    observed_at: datetime
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """The alarm that a signal went into."""

    alarm_id: int
    folding: Folding


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where."""

    person_id: int
    name: str
    address: str


_LOCK_PLACE = text("select pg_advisory_xact_lock(hashtextextended(:place, 0))")
_OPEN = text(
    """
    select id, level, device_count, device_id,
           device_id is distinct from :device_id and not exists (
               select from alarm_steps s where s.alarm_id = a.id and s.step = 'joined' and s.note = :code) as is_another
    from alarms a where venue_id = :venue_id and coalesce(area_id, 0) = coalesce(cast(:area_id as int), 0)
        and kind = :kind and closed_at is null for update
    """
)
_INSERT = text(
    """
    insert into alarms (venue_id, county, area_id, device_id, kind, level, state, signal, value, raised_at,
        recorded_at, last_signal_at, is_demo)
    values (:venue_id, :county, :area_id, :device_id, :kind, :level, 'raised', :signal, :value, :at,
        :now, :at, :is_demo)
    returning id
    """
)
_FOLD = text(
    """
    update alarms set signal_count = signal_count + 1, level = :level, device_count = device_count + :more,
        value = case when :at >= last_signal_at then :value else value end,
        last_signal_at = greatest(last_signal_at, :at)
    where id = :id
    """
)
_STEP = text(
    """
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_id, actor_name, note)
    values (:alarm_id, :venue_id, :county, :at, :step, :actor_id, :actor_name, :note)
    """
)


def raise_alarm(session: Session, signal: AlarmSignal, now: datetime) -> Raised:
    """Fold the signal into the open alarm of its venue, area and kind, or raise one. Commit makes it ring."""
    facts: dict[str, Any] = {
        "venue_id": signal.venue_id,
        "county": signal.county,
        "area_id": signal.area_id,
        "device_id": signal.device_id,
        "code": signal.device_code,
        "kind": signal.kind.value,
        "signal": signal.signal,
        "value": signal.value,
        "at": signal.observed_at,
        "now": now,
        "is_demo": signal.is_demo,
    }
    session.execute(_LOCK_PLACE, {"place": f"alarm/{signal.venue_id}/{signal.area_id or 0}/{signal.kind.value}"})
    row = session.execute(_OPEN, facts).one_or_none()
    already = OpenAlarm(Level(row.level), row.device_count) if row else None
    is_another = bool(row and row.is_another)
    decision = decide(signal.kind, already, is_another)
    facts["level"] = int(decision.level)
    if row is None:
        alarm_id = int(session.execute(_INSERT, facts).scalar_one())
        _note(session, signal, alarm_id, signal.observed_at, "raised")
        return Raised(alarm_id, Folding.NEW)
    session.execute(_FOLD, {**facts, "id": row.id, "more": int(is_another)})
    if is_another:
        _note(session, signal, row.id, signal.observed_at, "joined")
    if decision.folding is Folding.RISE:
        _note(session, signal, row.id, now, "level_raised")
    return Raised(row.id, decision.folding)


def _note(session: Session, signal: AlarmSignal, alarm_id: int, at: datetime, what: str) -> None:
    session.execute(
        _STEP,
        {
            "alarm_id": alarm_id,
            "venue_id": signal.venue_id,
            "county": signal.county,
            "at": at,
            "step": what,
            "actor_id": None,
            "actor_name": signal.device_code,
            "note": signal.device_code if what == "joined" else None,
        },
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
        detail={"verdict": verdict.value} if verdict else {},
    )


_CHANGES = {
    Act.ACKNOWLEDGE: text(
        "update alarms set state = :state, acknowledged_at = :now, acknowledged_by = :by where id = :id"
    ),
    Act.VERIFY: text("update alarms set state = :state, verified_at = :now, verdict = :verdict where id = :id"),
    Act.HANDLE: text("update alarms set state = :state where id = :id"),
    Act.CLOSE: text("update alarms set state = :state, closed_at = :now where id = :id"),
}
