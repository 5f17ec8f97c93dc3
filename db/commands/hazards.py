"""Hazards: found, assigned, rectified, accepted, closed, looked back at. Each act locks its hazard first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.acting import Acting
from db.commands.hazard_finding import Finding, FoundHazard, How, come_back, find
from db.commands.hazard_finding import find_from_alarm as _find_from_alarm
from db.commands.hazard_notices import parties
from db.commands.hazard_writing import Standing, write_step
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.hazard_deadlines import act_by, check_due_on, default_due_on, end_of, last_day, look_back_on
from db.rules.hazard_kinds import Grade, Source
from db.rules.hazard_lifecycle import MAY, ON_SITE, HazardAct, HazardCase, HazardState, graver, step

__all__ = [
    "Acting",
    "Finding",
    "FoundHazard",
    "How",
    "accept",
    "assign",
    "close",
    "extend",
    "find",
    "find_from_alarm",
    "look_back",
    "raise_grade",
    "reopen",
    "send_back",
    "start",
    "submit",
]

HERE = ZoneInfo("Asia/Shanghai")
MOST_WORDS = 1000

_LOCK = text(
    """
    select id, venue_id, county, what, grade, state, round, owner_id, maintainer_id, responsible, submitted_by,
           due_at, act_by, look_back_on, looked_back_at
    from hazards where id = :id for update
    """
)
_EVIDENCE = text(
    """
    select count(*) > 0 as files, max(id) filter (where media_type like 'image/%') as picture
    from evidence_files where hazard_id = :id and round = :round and stage = 'after'
    """
)
_CONTACT = text("select name, person_id from venue_people where id = :id and venue_id = :venue")


class Actor(Protocol):
    """Whoever verifies an alarm."""

    @property
    def person_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to put it right, by when, how, and what it must be like afterwards."""

    responsible: str
    """`contact:7` of the venue's people, or `person:7` of those who work with the portal there."""
    due_on: date | None
    measure: str
    requirement: str = ""


def find_from_alarm(
    session: Session, alarm_id: int, actor: Actor, now: datetime, what: str | None = None
) -> int | None:
    """The hazard that a verified alarm stands for, in the transaction of the verdict; answers its number."""
    acting = Acting(actor.person_id, actor.name, None, actor.address)
    return _find_from_alarm(session, alarm_id, acting, now, what)


def assign(session: Session, hazard_id: int, acting: Acting, now: datetime, assignment: Assignment) -> None:
    """Name who puts it right, by which day, and how; again where it is assigned already."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.ASSIGN, acting)
    today = now.astimezone(HERE).date()
    due_on = assignment.due_on or default_due_on(Grade(row.grade), today)
    _refuse(check_due_on(Grade(row.grade), due_on, today), InvalidInput)
    name, owner, unit = _responsible(session, row.venue_id, assignment.responsible, now)
    measure = _words(assignment.measure, Refusal("Say what is to be done."))
    facts = {"responsible": name, "due_on": due_on.isoformat(), "measure": measure}
    changes = {
        "owner_id": owner,
        "maintainer_id": unit,
        "responsible": name,
        "measure": measure,
        "requirement": _words(assignment.requirement) or None,
        "assigned_at": now,
        "due_at": end_of(due_on),
    }
    _write(session, row, HazardAct.ASSIGN, after, acting, now, None, facts, changes)


def start(session: Session, hazard_id: int, acting: Acting, now: datetime, note: str = "") -> None:
    """Whoever is on the spot has begun."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.START, acting)
    _write(session, row, HazardAct.START, after, acting, now, _words(note))


def submit(session: Session, hazard_id: int, acting: Acting, now: datetime, note: str = "") -> None:
    """It is put right, says whoever did it, and shows it."""
    row, after, picture = _stepped(session, hazard_id, HazardAct.SUBMIT, acting)
    changes = {"submitted_at": now, "submitted_by": acting.person_id}
    facts = {"evidence": picture} if picture else None
    _write(session, row, HazardAct.SUBMIT, after, acting, now, _words(note), facts, changes)


def accept(session: Session, hazard_id: int, acting: Acting, now: datetime, note: str = "") -> None:
    """An official has looked, and it is right; never the one who submitted it."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.ACCEPT, acting)
    changes = {"accepted_at": now, "accepted_by_name": acting.name}
    _write(session, row, HazardAct.ACCEPT, after, acting, now, _words(note), None, changes)


def send_back(
    session: Session, hazard_id: int, acting: Acting, now: datetime, reason: str, due_on: date | None = None
) -> None:
    """It is not right yet: why, and by which day where the old deadline is moved."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.SEND_BACK, acting)
    words = _words(reason, Refusal("Say why, in a few words."))
    changes: dict[str, Any] = {"submitted_at": None, "submitted_by": None}
    if due_on is not None:
        _refuse(check_due_on(Grade(row.grade), due_on, now.astimezone(HERE).date()), InvalidInput)
        changes["due_at"] = end_of(due_on)
    facts = {"due_on": due_on.isoformat()} if due_on else None
    _write(session, row, HazardAct.SEND_BACK, after, acting, now, words, facts, changes)


def close(session: Session, hazard_id: int, acting: Acting, now: datetime, acceptance: str = "") -> None:
    """End it on the picture after the fix, or on this official's written acceptance; a major one owes a look-back."""
    words = _words(acceptance)
    row, after, picture = _stepped(session, hazard_id, HazardAct.CLOSE, acting, is_accepted_in_writing=bool(words))
    look_back = look_back_on(Grade(row.grade), now.astimezone(HERE).date())
    changes = {
        "closed_at": now,
        "counter_evidence_id": picture,
        "acceptance": f"{acting.name}：{words}" if words else None,
        "look_back_on": look_back,
        "looked_back_at": None,
    }
    facts = {
        **({"evidence": picture} if picture else {}),
        **({"look_back_on": look_back.isoformat()} if look_back else {}),
    }
    _write(session, row, HazardAct.CLOSE, after, acting, now, words, facts, changes)


def look_back(session: Session, hazard_id: int, acting: Acting, now: datetime, note: str) -> None:
    """A closed major hazard was inspected again and has stayed away; where it came back, `reopen` it."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.LOOK_BACK, acting)
    words = _words(note, Refusal("Say what was seen."))
    _write(session, row, HazardAct.LOOK_BACK, after, acting, now, words, None, {"looked_back_at": now})


def reopen(session: Session, hazard_id: int, acting: Acting, now: datetime, reason: str) -> None:
    """It has come back: open again, one grade up."""
    row, _after, _picture = _stepped(session, hazard_id, HazardAct.REOPEN, acting)
    words = _words(reason, Refusal("Say what was seen."))
    come_back(session, row, row.what, Source.INSPECTION, now, acting, now, note=words)


def extend(session: Session, hazard_id: int, acting: Acting, now: datetime, reason: str, due_on: date) -> None:
    """Another deadline, and why; the old one stays in the log."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.EXTEND, acting)
    _refuse(check_due_on(Grade(row.grade), due_on, now.astimezone(HERE).date()), InvalidInput)
    words = _words(reason, Refusal("Say why, in a few words."))
    facts = {"due_on": due_on.isoformat(), "due_before": last_day(row.due_at).isoformat()}
    _write(session, row, HazardAct.EXTEND, after, acting, now, words, facts, {"due_at": end_of(due_on)})


def raise_grade(session: Session, hazard_id: int, acting: Acting, now: datetime, reason: str) -> None:
    """A general hazard turns out to be a major one."""
    row, after, _picture = _stepped(session, hazard_id, HazardAct.RAISE_GRADE, acting)
    words = _words(reason, Refusal("Say why, in a few words."))
    changes = {"grade": graver(Grade(row.grade)).value}
    _write(session, row, HazardAct.RAISE_GRADE, after, acting, now, words, changes, changes)


def _stepped(
    session: Session, hazard_id: int, act: HazardAct, acting: Acting, *, is_accepted_in_writing: bool = False
) -> tuple[Any, HazardState, int | None]:
    """The hazard, locked; the state that the act leads to; and its newest picture after the fix."""
    row = session.execute(_LOCK, {"id": hazard_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such hazard within your scope.")
    if acting.role is None or acting.person_id is None:
        raise NotAllowed("Only a person works on a hazard.")
    evidence = session.execute(_EVIDENCE, {"id": hazard_id, "round": row.round}).one()
    case = HazardCase(
        HazardState(row.state),
        Grade(row.grade),
        row.submitted_by,
        evidence.files,
        evidence.picture is not None,
        row.look_back_on is not None and row.looked_back_at is None,
    )
    after = step(case, act, acting.role, acting.person_id, is_accepted_in_writing=is_accepted_in_writing)
    if isinstance(after, Refusal):
        raise (NotAllowed if acting.role not in MAY[act] else WrongState)(after.reason)
    return row, after, evidence.picture


def _write(
    session: Session,
    row: Any,
    act: HazardAct,
    after: HazardState,
    acting: Acting,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
) -> None:
    """The hazard as the act leaves it; column names are this module's own."""
    changed = {**(changes or {}), "state": after.value}
    grade = Grade(changed.get("grade", row.grade))
    if act is HazardAct.RAISE_GRADE:
        due = row.act_by
    else:
        due = act_by(after, grade, now, changed.get("due_at", row.due_at), changed.get("look_back_on"))
    changed["act_by"] = due
    session.execute(
        text(f"update hazards set {', '.join(f'{name} = :{name}' for name in changed)} where id = :id"),
        {**changed, "id": row.id},
    )
    standing = Standing(
        *(row.id, row.venue_id, row.county, row.what, grade, after),
        *(changed.get("owner_id", row.owner_id), changed.get("maintainer_id", row.maintainer_id), due),
    )
    write_step(session, standing, act.value, HazardState(row.state), acting, now, note, facts)


def _responsible(session: Session, venue_id: int, written: str, now: datetime) -> tuple[str, int | None, int | None]:
    """Name, person and maintainer of whoever was chosen; `InvalidInput` where nobody such is there."""
    kind, _, number = written.partition(":")
    if kind == "contact" and number.isascii() and number.isdigit():
        contact = session.execute(_CONTACT, {"id": int(number), "venue": venue_id}).one_or_none()
        if contact is not None:
            return contact.name, contact.person_id, None
    if kind == "person":
        for party in parties(session, venue_id, now):
            if str(party.person_id) == number and party.role in ON_SITE:
                return party.name, party.person_id, party.maintainer_id if party.role is Role.MAINTAINER else None
    raise InvalidInput("Choose who is to put it right.")


def _words(written: str, missing: Refusal | None = None) -> str:
    """What a person wrote, trimmed; a sentence where something must be said, or too much is."""
    words = written.strip()
    if not words and missing is not None:
        raise InvalidInput(missing.reason)
    if len(words) > MOST_WORDS:
        raise InvalidInput("The text is too long.")
    return words


def _refuse(refusal: Refusal | None, error: type[InvalidInput]) -> None:
    if refusal is not None:
        raise error(refusal.reason)
