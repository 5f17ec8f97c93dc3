"""Raising alarms and working through them. Each act locks its alarm, so two at once have one result."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.actor import Actor
from db.commands.alarm_acting import Entry, Locked, decide, locked, note, ring, write
from db.commands.alarm_raising import AlarmSignal, Raised, raise_alarm, raise_alarms
from db.commands.notices import NewNotice
from db.errors import InvalidInput, WrongState
from db.queries.who_acts import who_acts
from db.rules.alarm_causes import Cause
from db.rules.alarm_kinds import AlarmState, Verdict
from db.rules.alarm_lifecycle import Act, Asked

__all__ = [
    "Actor",
    "AlarmSignal",
    "Raised",
    "acknowledge",
    "attach",
    "close",
    "comment",
    "hand_over",
    "handle",
    "promise",
    "raise_alarm",
    "raise_alarms",
    "reopen",
    "verify",
]

LONGEST_WORDS = 500
LONGEST_REFERENCE = 300

_CHANGES = {
    Act.ACKNOWLEDGE: text(
        "update alarms set state = :state, acknowledged_at = :now, acknowledged_by = :by, owner_id = :by,"
        " owner_name = :name, promised_for = :promised_for where id = :id"
    ),
    Act.PROMISE: text("update alarms set promised_for = :promised_for where id = :id"),
    Act.VERIFY: text(
        "update alarms set state = :state, verified_at = :now, verdict = :verdict, cause = :cause where id = :id"
    ),
    Act.HANDLE: text("update alarms set state = :state, handled_at = :now where id = :id"),
    Act.CLOSE: text("update alarms set state = :state, closed_at = :now where id = :id"),
    Act.REOPEN: text(
        "update alarms set state = :state, closed_at = null, verdict = null, cause = null, verified_at = null,"
        " handled_at = null, owner_id = :by, owner_name = :name, promised_for = null where id = :id"
    ),
}
_PLACE_OF = text("select venue_id, coalesce(area_id, 0) as area_id, kind from alarms where id = :id")
_HOLD_PLACE = text(
    "select pg_advisory_xact_lock(hashtextextended('alarm/' || :venue || '/' || :area || '/' || :kind, 0))"
)
_OPEN_THERE = text(
    "select 1 from alarms where venue_id = :venue and coalesce(area_id, 0) = :area and kind = :kind"
    " and closed_at is null limit 1"
)
_HAND = text("update alarms set owner_id = :owner, owner_name = :name, promised_for = null where id = :id")


def acknowledge(
    session: Session,
    alarm_id: int,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    promised_for: datetime | None = None,
) -> None:
    """Take the alarm on, by when if promised; `WrongState` names whoever has already."""
    _act(session, alarm_id, Asked(Act.ACKNOWLEDGE, words=note, promised_for=promised_for), actor, now)


def promise(
    session: Session, alarm_id: int, promised_for: datetime, actor: Actor, now: datetime, note: str | None = None
) -> None:
    """Another time by which its owner will be done."""
    _act(session, alarm_id, Asked(Act.PROMISE, words=note, promised_for=promised_for), actor, now)


def verify(
    session: Session,
    alarm_id: int,
    verdict: Verdict,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    cause: Cause | None = None,
    evidence: Sequence[str] = (),
    corrects: Verdict | None = None,
) -> None:
    """Say what it was. Whoever says so of a raised alarm takes it on as well; another verdict names the one before."""
    asked = Asked(Act.VERIFY, verdict=verdict, cause=cause, words=note, evidence=tuple(evidence), corrects=corrects)
    _act(session, alarm_id, asked, actor, now)


def handle(
    session: Session, alarm_id: int, actor: Actor, now: datetime, note: str | None = None, evidence: Sequence[str] = ()
) -> None:
    """What was to be done is done."""
    _act(session, alarm_id, Asked(Act.HANDLE, words=note, evidence=tuple(evidence)), actor, now)


def close(session: Session, alarm_id: int, actor: Actor, now: datetime, note: str | None = None) -> None:
    """End it; a fire needs its verdict first."""
    _act(session, alarm_id, Asked(Act.CLOSE, words=note), actor, now)


def reopen(session: Session, alarm_id: int, actor: Actor, now: datetime, note: str) -> None:
    """Open a closed alarm again, without its verdict; `WrongState` where another one is open at its place."""
    place = session.execute(_PLACE_OF, {"id": alarm_id}).one_or_none()
    if place is not None:
        where = {"venue": place.venue_id, "area": place.area_id, "kind": place.kind}
        session.execute(_HOLD_PLACE, where)
        is_closed = locked(session, alarm_id).state == AlarmState.CLOSED
        if is_closed and session.scalar(_OPEN_THERE, where):
            raise WrongState("A newer alarm is open at this place: go on with that one.")
    _act(session, alarm_id, Asked(Act.REOPEN, words=note), actor, now)


def comment(
    session: Session, alarm_id: int, words: str, actor: Actor, now: datetime, evidence: Sequence[str] = ()
) -> None:
    """A word to those who read the alarm's life."""
    _act(session, alarm_id, Asked(Act.COMMENT, words=words, evidence=tuple(evidence)), actor, now)


def attach(
    session: Session, alarm_id: int, evidence: Sequence[str], actor: Actor, now: datetime, note: str | None = None
) -> None:
    """Name evidence: a picture, a clip, a document, a telephone call."""
    _act(session, alarm_id, Asked(Act.ATTACH, words=note, evidence=tuple(evidence)), actor, now)


def hand_over(
    session: Session,
    alarm_id: int,
    person_id: int,
    actor: Actor,
    now: datetime,
    note: str | None = None,
    owner_seen: int | None = None,
) -> None:
    """Put it into the hands of another person who can act there; they are told."""
    alarm = locked(session, alarm_id)
    asked = Asked(Act.HAND_OVER, words=note, owner_seen=owner_seen)
    write(session, hand(session, alarm, asked, person_id, actor, now), actor)


def hand(session: Session, alarm: Locked, asked: Asked, person_id: int, actor: Actor, now: datetime) -> list[Entry]:
    """The same for an alarm that is locked already; answers what the audit log is to keep."""
    decide(session, alarm, replace(asked, by=actor.person_id), actor, now)
    taker = next((each for each in who_acts(session, alarm.venue_id, now.date()) if each.person_id == person_id), None)
    if taker is None:
        raise InvalidInput("This person cannot act at the alarm's venue.")
    if alarm.owner_id == person_id:
        raise WrongState("The alarm is in this person's hands already.")
    session.execute(_HAND, {"id": alarm.id, "owner": person_id, "name": taker.name})
    note(session, alarm, Act.HAND_OVER, actor, now, asked.words, {"to": taker.name, "to_id": person_id})
    key = f"alarm/{alarm.id}/handed_over/{person_id}/{now.timestamp():.3f}"
    told = NewNotice(
        *(key, "alarm", alarm.id, alarm.venue_id, alarm.county, person_id, "handed_over", alarm.level),
        facts={"by": actor.name, "note": asked.words},
    )
    notices.add(session, [told], now)
    return [Entry(alarm, Act.HAND_OVER, {"to": taker.name, "to_id": person_id, **_kept(alarm, asked, None)})]


def _act(session: Session, alarm_id: int, asked: Asked, actor: Actor, now: datetime) -> None:
    write(session, act(session, locked(session, alarm_id), asked, actor, now), actor)


def act(session: Session, alarm: Locked, asked: Asked, actor: Actor, now: datetime) -> list[Entry]:
    """Take the step, and the one before it where a verdict is given to a raised alarm; answers the log's entries."""
    asked = _trimmed(replace(asked, by=actor.person_id))
    if asked.act is Act.VERIFY and alarm.state == AlarmState.RAISED:
        first, alarm = _one(session, alarm, Asked(Act.ACKNOWLEDGE, by=actor.person_id), actor, now)
        then, _after = _one(session, alarm, asked, actor, now)
        return [first, then]
    return [_one(session, alarm, asked, actor, now)[0]]


def _one(session: Session, alarm: Locked, asked: Asked, actor: Actor, now: datetime) -> tuple[Entry, Locked]:
    after = decide(session, alarm, asked, actor, now)
    facts: dict[str, Any] = {
        "verdict": asked.verdict,
        "cause": asked.cause,
        "corrects": asked.corrects,
        "promised_for": asked.promised_for,
        "evidence": list(asked.evidence),
    }
    if asked.act in _CHANGES:
        known = {"id": alarm.id, "state": after.value, "now": now, "by": actor.person_id, "name": actor.name}
        session.execute(_CHANGES[asked.act], known | facts)
    else:
        ring(session, alarm)
    note(session, alarm, asked.act, actor, now, asked.words, facts)
    if asked.verdict is not None and asked.verdict is not asked.corrects:
        _pass_on(session, alarm, asked.verdict, actor, now, asked.words)
    owner = actor.person_id if asked.act is Act.ACKNOWLEDGE else alarm.owner_id
    entry = Entry(alarm, asked.act, _kept(alarm, asked, after))
    return entry, replace(alarm, state=after.value, verdict=asked.verdict or alarm.verdict, owner_id=owner)


def _pass_on(session: Session, alarm: Locked, verdict: Verdict, actor: Actor, now: datetime, words: str | None) -> None:
    """A fire goes to the fire service, a hazard onto the list of problems, in the verdict's own transaction."""
    from db.commands import hazards, outbox  # both know the alarm's commands

    if verdict is Verdict.REAL_FIRE:
        outbox.put_confirmed_fire(session, alarm.id, now)
    elif verdict is Verdict.REAL_HAZARD:
        hazards.find_from_alarm(session, alarm.id, actor, now, words)


def _trimmed(asked: Asked) -> Asked:
    """Words without blanks around them; too many are refused, and none are None."""
    words = (asked.words or "").strip() or None
    evidence = tuple(filter(None, (reference.strip() for reference in asked.evidence)))
    if words is not None and len(words) > LONGEST_WORDS:
        raise InvalidInput("At most 500 characters of words.")
    if len(evidence) > 20 or any(len(reference) > LONGEST_REFERENCE for reference in evidence):
        raise InvalidInput("At most 20 pieces of evidence, each named in at most 300 characters.")
    return replace(asked, words=words, evidence=evidence)


def _kept(alarm: Locked, asked: Asked, after: AlarmState | None) -> dict[str, Any]:
    """What the audit log keeps of an act: whence, whither, and in which words."""
    moved = {} if after is None or after == alarm.state else {"from": alarm.state, "to": after.value}
    told = {
        "verdict": asked.verdict,
        "cause": asked.cause,
        "corrects": asked.corrects,
        "promised_for": asked.promised_for,
        "evidence": list(asked.evidence),
        "note": asked.words,
    }
    return moved | {name: value for name, value in told.items() if value}
