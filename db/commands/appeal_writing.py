"""What every act on an appeal writes: its step, the people it concerns, and last the audit entry."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.commands.hazard_notices import Telling, tell
from db.rules.alarm_kinds import Level
from db.rules.appeal_lifecycle import MAY_HEAR, AppealState

_STEP = text(
    """
    insert into appeal_steps
        (appeal_id, venue_id, county, at, step, state, actor_id, actor_name, actor_role, address, note, facts)
    values (:appeal, :venue, :county, :at, :step, :state, :actor, :name, :role, :address, :note, cast(:facts as jsonb))
    returning id
    """
)
_HEARERS = text("select person_id, name, role from appeal_hearers(:region) order by role desc, person_id")


def hearers(session: Session, region: int) -> dict[int, tuple[str, str]]:
    """Name and role of whoever hears appeals about a region within scope."""
    rows = session.execute(_HEARERS, {"region": region})
    return {row.person_id: (row.name, row.role) for row in rows}


def write_appeal_step(
    session: Session,
    appeal: Any,
    step: str,
    before: AppealState | None,
    after: AppealState,
    acting: Acting,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
    told: tuple[str, Collection[int]] | None = None,
) -> None:
    """The step of an appeal (id, venue_id, county), who is `told` and why, and the audit entry; call it last."""
    step_id = session.scalar(
        _STEP,
        {
            "appeal": appeal.id,
            "venue": appeal.venue_id,
            "county": appeal.county,
            "at": now,
            "step": step,
            "state": after.value,
            "actor": acting.person_id,
            "name": acting.name,
            "role": acting.role.value if acting.role else None,
            "address": acting.address,
            "note": note or None,
            "facts": json.dumps(facts or {}, ensure_ascii=False),
        },
    )
    if told is not None:
        reason, people = told
        tell(
            session,
            appeal_telling(appeal, reason, f"appeal/{appeal.id}/step/{step_id}"),
            set(people) - {acting.person_id},
            now,
        )
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=f"appeal {step}",
        subject=f"appeals/{appeal.id}",
        venue_id=appeal.venue_id,
        county=appeal.county,
        detail={
            **({"from": before.value} if before else {}),
            "to": after.value,
            **({"note": note} if note else {}),
            **(facts or {}),
        },
    )


def appeal_telling(appeal: Any, reason: str, key: str) -> Telling:
    """One thing to be told about an appeal."""
    return Telling("appeal", appeal.id, appeal.venue_id, appeal.county, reason, int(Level.MINOR), key, {})


def judges(known: dict[int, tuple[str, str]], assigned_to: int | None) -> set[int]:
    """Whoever has it in hand; everybody who hears appeals where nobody has yet."""
    return {assigned_to} if assigned_to is not None else {p for p, (_n, role) in known.items() if role in MAY_HEAR}
