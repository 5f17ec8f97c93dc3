"""Questions to user transmission devices: asked by a person, carried by their server, answered by the device."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.rules.panel_questions import BY_ACT, MOST_OPERATIONS, PanelAct, QuestionState, expired

_ASKABLE = text(
    """
    select d.id, d.venue_id, d.county from devices d
    join device_addresses a on a.device_id = d.id and a.door = 'gb26875' and a.address !~ '/'
    where d.code = :code and d.retired_on is null limit 1
    """
)
_ASK = text(
    """
    insert into panel_questions (venue_id, county, device_id, asked_at, asked_by, asked_by_name, act,
        system_type, system_address, component_address, since, records)
    values (:venue, :county, :device, :now, :by, :by_name, :act, :system_type, :system_address, :component, :since,
        :records) returning id
    """
)
_END = text(
    "update panel_questions set state = :state, answered_at = :now, answer = cast(:answer as jsonb)"
    " where id = :id and state in ('asked', 'sent')"
)
_OPEN = text(
    "select id, state, asked_at, sent_at from panel_questions where state in ('asked', 'sent') for update skip locked"
)


@dataclass(frozen=True, slots=True)
class About:
    """What of the panel is meant, where the act does not mean the device itself."""

    system_type: int | None = None
    system_address: int | None = None
    component_address: int | None = None
    since: datetime | None = None
    records: int | None = None


def ask(session: Session, code: str, act: PanelAct, about: About, operator: Operator, now: datetime) -> int:
    """Ask, or tell; answers the question's number.

    `NotFound` where no transmission device of this code is in use within the scope, `InvalidInput` where the act
    needs something that is not named, or does not fit its byte.
    """
    _check(act, about)
    device = session.execute(_ASKABLE, {"code": code}).one_or_none()
    if device is None:
        raise NotFound(f"There is no transmission device {code} with an address within your scope.")
    place = {"venue": device.venue_id, "county": device.county, "device": device.id}
    asker = {"by": operator.person_id, "by_name": operator.name, "now": now, "act": act.value}
    named = {
        "system_type": about.system_type,
        "system_address": about.system_address,
        "component": about.component_address,
        "since": about.since,
        "records": about.records,
    }
    number = int(session.scalar(_ASK, place | asker | named) or 0)
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=f"panel asked: {act.value}",
        subject=f"panel_questions/{number}",
        venue_id=device.venue_id,
        county=device.county,
    )
    return number


def _check(act: PanelAct, about: About) -> None:
    row = BY_ACT[act]
    if row.of_system and not all(_fits(each, 1) for each in (about.system_type, about.system_address)):
        raise InvalidInput(f"{act.value} needs the system: its type and address, 0 to 255 each.")
    if row.of_component and not _fits(about.component_address, 4):
        raise InvalidInput(f"{act.value} needs the component: its zone and point, 0 to 65535 each.")
    if row.of_past and (about.since is None or not 1 <= (about.records or 0) <= MOST_OPERATIONS):
        raise InvalidInput(f"{act.value} needs the moment from which, and how many: 1 to {MOST_OPERATIONS}.")


def _fits(number: int | None, size: int) -> bool:
    return number is not None and 0 <= number < 256**size


def sent(session: Session, number: int, now: datetime) -> None:
    """The question is on its way."""
    session.execute(
        text("update panel_questions set state = 'sent', sent_at = :now where id = :id and state = 'asked'"),
        {"id": number, "now": now},
    )


def ended(session: Session, number: int, state: QuestionState, answer: dict[str, Any] | None, now: datetime) -> None:
    """What came back, or that nothing did."""
    told = None if answer is None else json.dumps(answer, ensure_ascii=False)
    session.execute(_END, {"id": number, "state": state.value, "answer": told, "now": now})


def expire(session: Session, now: datetime) -> int:
    """End the questions that come to nothing; answers how many."""
    gone = 0
    for row in session.execute(_OPEN).all():
        state = expired(QuestionState(row.state), row.asked_at, row.sent_at, now)
        if state is not None:
            ended(session, row.id, state, None, now)
            gone += 1
    return gone
