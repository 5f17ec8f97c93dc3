"""What every act on a work order writes: its step, the people it concerns, and last the audit entry."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.commands.hazard_notices import Telling, tell
from db.rules.alarm_kinds import Level
from db.rules.order_lifecycle import OrderState, Urgency

LEVEL = {Urgency.URGENT: Level.MAJOR, Urgency.USUAL: Level.MINOR}
_STEP = text(
    """
    insert into work_order_steps
        (order_id, venue_id, county, at, step, state, actor_id, actor_name, actor_role, address, note, facts)
    values (:order, :venue, :county, :at, :step, :state, :actor, :name, :role, :address, :note, cast(:facts as jsonb))
    returning id
    """
)


def write_order_step(
    session: Session,
    order: Any,
    step: str,
    before: OrderState | None,
    after: OrderState,
    acting: Acting,
    now: datetime,
    note: str | None = None,
    facts: dict[str, Any] | None = None,
    told: tuple[str, set[int]] | None = None,
) -> None:
    """The step of an order (id, venue_id, county, what …), who is `told` and why, and the audit entry; call it last."""
    step_id = session.scalar(
        _STEP,
        {
            "order": order.id,
            "venue": order.venue_id,
            "county": order.county,
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
        telling = order_telling(order, reason, f"order/{order.id}/step/{step_id}")
        tell(session, telling, people - {acting.person_id}, now)
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=f"work order {step}",
        subject=f"work_orders/{order.id}",
        venue_id=order.venue_id,
        county=order.county,
        detail={
            **({"from": before.value} if before else {}),
            "to": after.value,
            **({"note": note} if note else {}),
            **(facts or {}),
        },
    )


def order_telling(order: Any, reason: str, key: str) -> Telling:
    """One thing to be told about an order."""
    level = int(LEVEL[Urgency(order.urgency)])
    return Telling("work_order", order.id, order.venue_id, order.county, reason, level, key, {"what": order.what})
