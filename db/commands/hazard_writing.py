"""What every act on a hazard writes: its step, the people it concerns, and last the audit entry."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.commands.hazard_notices import Telling, concerned, parties, tell
from db.rules.access_scope import Role
from db.rules.alarm_kinds import Level
from db.rules.hazard_kinds import Grade
from db.rules.hazard_lifecycle import NEXT, HazardState

LEVEL = {Grade.MAJOR: Level.MAJOR, Grade.GENERAL: Level.MINOR}
"""How loud a notice about a hazard is."""
REASON = {
    HazardState.FOUND: "hazard_to_assign",
    HazardState.ASSIGNED: "hazard_assigned",
    HazardState.SUBMITTED: "hazard_to_accept",
    HazardState.SENT_BACK: "hazard_sent_back",
    HazardState.ACCEPTED: "hazard_to_close",
}
"""Why somebody is told, by the state that the hazard has come to; other steps are told to nobody."""
TELLING_STEPS = frozenset({"found", "reopen", "assign", "submit", "send_back", "accept"})

_STEP = text(
    """
    insert into hazard_steps
        (hazard_id, venue_id, county, at, step, state, actor_id, actor_name, actor_role, address, note, facts)
    values (:hazard, :venue, :county, :at, :step, :state, :actor, :name, :role, :address, :note, cast(:facts as jsonb))
    returning id
    """
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A hazard as an act has left it."""

    id: int
    venue_id: int
    county: int
    what: str
    grade: Grade
    state: HazardState
    owner_id: int | None
    maintainer_id: int | None
    act_by: datetime | None


def write_step(
    session: Session,
    standing: Standing,
    step: str,
    before: HazardState | None,
    acting: Acting,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """The act's step, its notices, its audit entry; call it last."""
    step_id = session.scalar(
        _STEP,
        {
            "hazard": standing.id,
            "venue": standing.venue_id,
            "county": standing.county,
            "at": now,
            "step": step,
            "state": standing.state.value,
            "actor": acting.person_id,
            "name": acting.name,
            "role": acting.role.value if acting.role else None,
            "address": acting.address,
            "note": note or None,
            "facts": json.dumps(facts or {}, ensure_ascii=False),
        },
    )
    if step in TELLING_STEPS:
        _tell(session, standing, f"hazard/{standing.id}/step/{step_id}", acting, now)
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=f"hazard {step}",
        subject=f"hazards/{standing.id}",
        venue_id=standing.venue_id,
        county=standing.county,
        detail={
            **({"from": before.value} if before else {}),
            "to": standing.state.value,
            **({"note": note} if note else {}),
            **(facts or {}),
        },
    )


def telling(standing: Standing, reason: str, key: str) -> Telling:
    return Telling(
        "hazard",
        standing.id,
        standing.venue_id,
        standing.county,
        reason,
        int(LEVEL[standing.grade]),
        key,
        {"what": standing.what, "act_by": standing.act_by.isoformat() if standing.act_by else None},
    )


def _tell(session: Session, standing: Standing, key: str, acting: Acting, now: datetime) -> None:
    reason = REASON.get(standing.state)
    if reason is None:
        return
    roles = set(NEXT[standing.state])
    if standing.state is HazardState.FOUND and standing.grade is Grade.MAJOR:
        roles.add(Role.CITY)
    known = parties(session, standing.venue_id, now)
    people = concerned(known, roles, standing.owner_id, standing.maintainer_id) - {acting.person_id}
    tell(session, telling(standing, reason, key), people, now)
