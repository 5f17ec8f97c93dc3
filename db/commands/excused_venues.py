"""Excusing venues from measures: asked for by one, decided by another, ended early, each with its entry in the log."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules import excusing as rule
from db.rules.measures import MeasureKey
from db.rules.standings import HERE


@dataclass(frozen=True, slots=True)
class NewExcuse:
    """A venue, from which measure (None: all), from `since` to before `until`, and why."""

    venue_id: int
    measure: MeasureKey | None
    since: date
    until: date
    reason: str


_HOLD = text("select pg_advisory_xact_lock(hashtextextended('excused/' || :venue, 0))")
_VENUE = text("select county, name from venues where id = :venue")
_OVERLAP = text(
    """
    select since, until from excused_venues where venue_id = :venue and state in ('asked', 'approved')
        and measure is not distinct from cast(:measure as text) and since < :until and until > :since limit 1
    """
)
_ASK = text(
    """
    insert into excused_venues (venue_id, county, measure, since, until, reason, asked_at, asked_by, asked_by_name)
    values (:venue, :county, :measure, :since, :until, :reason, :now, :by, :by_name) returning id
    """
)
_LOCK = text("select * from excused_venues where id = :id for update")
_DECIDE = text(
    """
    update excused_venues set state = :state, decided_at = :now, decided_by = :by, decided_by_name = :by_name,
        decision = :words where id = :id
    """
)
_WITHDRAW = text("update excused_venues set state = 'withdrawn' where id = :id")
_SHORTEN = text("update excused_venues set until = :until where id = :id")
_MINIMUM = text(
    "insert into ranking_minimums (measure, minimum) values (:measure, :minimum)"
    " on conflict (measure) do update set minimum = excluded.minimum"
)


def ask(session: Session, new: NewExcuse, actor: Actor, now: datetime) -> int:
    """Ask that a venue be excused; answers the request's number."""
    if actor.role not in rule.MAY_ASK:
        raise NotAllowed("The province office or an analyst asks for this.")
    refusal = rule.refused(new.since, new.until, new.reason, now.astimezone(HERE).date())
    if refusal is not None:
        raise InvalidInput(refusal.reason)
    session.execute(_HOLD, {"venue": new.venue_id})
    venue = session.execute(_VENUE, {"venue": new.venue_id}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    facts = {
        "venue": new.venue_id,
        "county": venue.county,
        "measure": new.measure.value if new.measure else None,
        "since": new.since,
        "until": new.until,
        "reason": new.reason.strip(),
        "now": now,
        "by": actor.person_id,
        "by_name": actor.name,
    }
    if session.execute(_OVERLAP, facts).one_or_none() is not None:
        raise WrongState("This venue is excused, or asked to be, in that period already.")
    made = int(session.scalar(_ASK, facts) or 0)
    detail = {"measure": facts["measure"], "since": str(new.since), "until": str(new.until), "reason": facts["reason"]}
    _note(session, actor, "excuse asked for", made, new.venue_id, venue.county, detail)
    return made


def decide(session: Session, excuse_id: int, actor: Actor, now: datetime, *, approve: bool, words: str = "") -> None:
    """Approve or refuse; a refusal says why."""
    excuse = _locked(session, excuse_id)
    refusal = rule.may_decide(actor.role, excuse.asked_by, actor.person_id)
    if refusal is not None:
        raise NotAllowed(refusal.reason)
    if excuse.state != "asked":
        raise WrongState("This has been decided already.")
    if not approve and not words.strip():
        raise InvalidInput("Say why it is refused.")
    state = "approved" if approve else "refused"
    facts = {"id": excuse_id, "state": state, "now": now, "by": actor.person_id, "by_name": actor.name}
    session.execute(_DECIDE, facts | {"words": words.strip() or None})
    _note(session, actor, f"excuse {state}", excuse_id, excuse.venue_id, excuse.county, {"words": words.strip()})


def end(session: Session, excuse_id: int, actor: Actor, now: datetime) -> None:
    """Take a request back, or let what was approved end with yesterday; what is past stays as it was."""
    excuse = _locked(session, excuse_id)
    today = now.astimezone(HERE).date()
    if excuse.state == "asked":
        if actor.person_id != excuse.asked_by and actor.role not in rule.MAY_APPROVE:
            raise NotAllowed("Only who asked can take it back.")
        session.execute(_WITHDRAW, {"id": excuse_id})
    elif excuse.state == "approved" and excuse.until > today > excuse.since:
        if actor.role not in rule.MAY_APPROVE:
            raise NotAllowed("The province office decides on this.")
        session.execute(_SHORTEN, {"id": excuse_id, "until": today})
    else:
        raise WrongState("There is nothing to end here.")
    _note(session, actor, "excuse ended", excuse_id, excuse.venue_id, excuse.county, {"was": excuse.state})


def set_minimum(session: Session, measure: MeasureKey, minimum: int, actor: Actor) -> None:
    """Below so many units a region is listed and not ranked."""
    if actor.role not in rule.MAY_ASK:
        raise NotAllowed("The province office or an analyst asks for this.")
    if not 1 <= minimum <= 1000:
        raise InvalidInput("The least number that is ranked lies between 1 and 1,000.")
    session.execute(_MINIMUM, {"measure": measure.value, "minimum": minimum})
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act="ranking minimum set",
        subject=f"measures/{measure.value}",
        detail={"minimum": minimum},
    )


def _locked(session: Session, excuse_id: int) -> Row[Any]:
    excuse = session.execute(_LOCK, {"id": excuse_id}).one_or_none()
    if excuse is None:
        raise NotFound("There is no such request within your scope.")
    return excuse


def _note(
    session: Session, actor: Actor, act: str, number: int, venue_id: int, county: int, detail: dict[str, Any]
) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=f"excused/{number}",
        venue_id=venue_id,
        county=county,
        detail=detail,
    )
