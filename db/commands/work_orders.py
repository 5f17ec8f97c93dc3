"""Work orders: given, taken on, done on the spot, confirmed. Each act locks its order first."""

from dataclasses import dataclass
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.acting import Acting
from db.commands.hazard_notices import Party, parties
from db.commands.order_writing import write_order_step
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules.access_scope import Role
from db.rules.alarm_lifecycle import Refusal
from db.rules.evidence_checks import metres_between
from db.rules.hazard_deadlines import end_of
from db.rules.order_lifecycle import (
    DOER,
    DOERS_ACTS,
    ENDED,
    MAY_GIVE,
    GivenTo,
    OrderAct,
    OrderCase,
    OrderDeadlines,
    OrderState,
    Urgency,
    deadlines,
    order_act_by,
    order_step,
)

HERE = ZoneInfo("Asia/Shanghai")
MOST_WORDS = 1000
REASON = {
    OrderState.GIVEN: "work_order",
    OrderState.REFUSED: "work_order_refused",
    OrderState.HANDED_BACK: "work_order_handed_back",
    OrderState.FINISHED: "work_order_finished",
    OrderState.CANCELLED: "work_order_cancelled",
    OrderState.CONFIRMED: "work_order_confirmed",
}
"""Why the other side is told, by the state that the order has come to."""

_SUBJECTS = {
    "alarm": text("select venue_id from alarms where id = :id"),
    "hazard": text("select venue_id from hazards where id = :id"),
    "device": text("select venue_id from devices where id = :id"),
    "venue": text("select id from venues where id = :id"),
}
_VENUE = text("select id, county, is_demo, st_x(point) as lng, st_y(point) as lat from venues where id = :id")
_CONTRACTED = text(
    "select 1 from contracts where venue_id = :venue and maintainer_id = :unit and starts_on <= :day"
    " and (ends_on is null or ends_on > :day)"
)
_GIVE = text(
    """
    insert into work_orders (venue_id, county, alarm_id, hazard_id, device_id, what, requirement, urgency, state,
        given_to, maintainer_id, given_at, given_by, given_by_name, giver_role, accept_by, arrive_by, finish_by,
        evidence_since, act_by, is_demo)
    values (:venue, :county, :alarm, :hazard, :device, :what, :requirement, :urgency, 'given', :given_to, :unit, :now,
        :by, :by_name, :role, :accept_by, :arrive_by, :finish_by, :now, :accept_by, :is_demo) returning id
    """
)
_LOCK = text(
    """
    select o.id, o.venue_id, o.county, o.what, o.urgency, o.state, o.given_to, o.maintainer_id, o.giver_role,
        o.given_by, o.doer_id, o.accept_by, o.arrive_by, o.finish_by, o.evidence_since,
        exists (select from evidence_files e where e.order_id = o.id and e.uploaded_at >= o.evidence_since) as evidence
    from work_orders o where o.id = :id for update
    """
)


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is to be done, about what, by whom. `subject` is one of alarm, hazard, device, venue."""

    subject: str
    subject_id: int
    given_to: GivenTo
    what: str
    maintainer_id: int | None = None
    requirement: str = ""
    urgency: Urgency = Urgency.USUAL
    finish_on: date | None = None
    """The giver's own deadline; what the urgency gives where left out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a telephone says that it is (WGS 84, which is CGCS2000 to a decimetre)."""

    lng: float
    lat: float


def give(session: Session, new: NewOrder, acting: Acting, now: datetime) -> int:
    """Give an order; answers its number. `NotAllowed` where the role does not give to such."""
    if acting.role is None or acting.person_id is None or new.given_to not in MAY_GIVE.get(acting.role, ()):
        raise NotAllowed("Your role does not give such orders.")
    venue = _venue_of(session, new)
    _check(session, new, venue.id, now)
    times = _times(new.urgency, new.finish_on, now)
    unit = new.maintainer_id if new.given_to is GivenTo.MAINTAINER else None
    subject = {name: new.subject_id if new.subject == name else None for name in ("alarm", "hazard", "device")}
    order_id = session.execute(
        _GIVE,
        {
            **subject,
            "venue": venue.id,
            "county": venue.county,
            "what": new.what.strip(),
            "requirement": new.requirement.strip(),
            "urgency": new.urgency.value,
            "given_to": new.given_to.value,
            "unit": unit,
            "now": now,
            "by": acting.person_id,
            "by_name": acting.name,
            "role": acting.role.value,
            "accept_by": times.accept_by,
            "arrive_by": times.arrive_by,
            "finish_by": times.finish_by,
            "is_demo": venue.is_demo,
        },
    ).scalar_one()
    order = SimpleNamespace(
        id=order_id, venue_id=venue.id, county=venue.county, what=new.what.strip(), urgency=new.urgency.value
    )
    doers = _doers(parties(session, venue.id, now), new.given_to, unit)
    facts = {"finish_by": times.finish_by.isoformat(), "given_to": new.given_to.value}
    write_order_step(
        *(session, order, "given", None, OrderState.GIVEN, acting, now),
        *(new.what.strip(), facts, (REASON[OrderState.GIVEN], doers)),
    )
    return int(order_id)


def act(
    session: Session,
    order_id: int,
    what: OrderAct,
    acting: Acting,
    now: datetime,
    words: str = "",
    place: Place | None = None,
    finish_on: date | None = None,
) -> None:
    """Any step after the giving. `place` is for arriving, `finish_on` for giving it again."""
    row = session.execute(_LOCK, {"id": order_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such work order within your scope.")
    if acting.role is None or acting.person_id is None:
        raise NotAllowed("Only a person works on an order.")
    if len(words) > MOST_WORDS:
        raise InvalidInput("The text is too long.")
    case = OrderCase(OrderState(row.state), GivenTo(row.given_to), Role(row.giver_role), row.evidence)
    after = order_step(case, what, acting.role, words)
    if isinstance(after, Refusal):
        wanted = DOER[case.given_to] if what in DOERS_ACTS else case.giver_role
        raise (WrongState if acting.role is wanted else NotAllowed)(after.reason)
    changes, facts = _changes(session, row, what, after, acting, now, place, finish_on)
    session.execute(
        text(f"update work_orders set {', '.join(f'{name} = :{name}' for name in changes)} where id = :id"),
        {**changes, "id": row.id},
    )
    told = _told(session, row, what, after, now)
    write_order_step(session, row, what.value, case.state, after, acting, now, words.strip() or None, facts, told)


def _changes(
    session: Session,
    row: Any,
    what: OrderAct,
    after: OrderState,
    acting: Acting,
    now: datetime,
    place: Place | None,
    finish_on: date | None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns as the act leaves them (their names are this module's own), and what the step tells beside its words."""
    times = OrderDeadlines(row.accept_by, row.arrive_by, row.finish_by)
    changes: dict[str, Any] = {"state": after.value}
    facts: dict[str, Any] = {}
    if what is OrderAct.ACCEPT:
        changes |= {"accepted_at": now, "doer_id": acting.person_id, "doer_name": acting.name}
    elif what is OrderAct.ARRIVE:
        changes["arrived_at"] = now
        if place is not None:
            found = _arrival(session, row.venue_id, place)
            changes |= found
            facts = {"metres": found["arrived_metres"]}
    elif what is OrderAct.FINISH:
        changes["finished_at"] = now
    elif what is OrderAct.RETURN:
        changes |= {"finished_at": None, "arrived_at": None, "evidence_since": now}
        times = OrderDeadlines(row.accept_by, max(row.arrive_by, row.finish_by), row.finish_by)
        changes["arrive_by"] = times.arrive_by
    elif what is OrderAct.GIVE_AGAIN:
        times = _times(Urgency(row.urgency), finish_on, now)
        changes |= {"accept_by": times.accept_by, "arrive_by": times.arrive_by, "finish_by": times.finish_by}
        changes |= dict.fromkeys(("doer_id", "doer_name", "accepted_at", "arrived_at"))
        changes["evidence_since"] = now
        facts = {"finish_by": times.finish_by.isoformat()}
    if after in ENDED:
        changes["ended_at"] = now
    changes["act_by"] = order_act_by(after, times, Urgency(row.urgency), now)
    return changes, facts


def _arrival(session: Session, venue_id: int, place: Place) -> dict[str, Any]:
    venue = session.execute(_VENUE, {"id": venue_id}).one()
    if not (-180 <= place.lng <= 180 and -90 <= place.lat <= 90):
        raise InvalidInput("The place is not on the earth.")
    metres = round(metres_between(place.lng, place.lat, venue.lng, venue.lat))
    return {"arrived_lng": place.lng, "arrived_lat": place.lat, "arrived_metres": metres}


def _told(session: Session, row: Any, what: OrderAct, after: OrderState, now: datetime) -> tuple[str, set[int]] | None:
    """The other side: whoever does the work where the giver acted, the giver where the doer did."""
    reason = "work_order_returned" if what is OrderAct.RETURN else REASON.get(after)
    if reason is None:
        return None
    if what in DOERS_ACTS:
        return reason, {row.given_by}
    if row.doer_id is not None and what is not OrderAct.GIVE_AGAIN:
        return reason, {row.doer_id}
    return reason, _doers(parties(session, row.venue_id, now), GivenTo(row.given_to), row.maintainer_id)


def _doers(known: list[Party], given_to: GivenTo, maintainer_id: int | None) -> set[int]:
    role = DOER[given_to]
    return {p.person_id for p in known if p.role is role and (p.maintainer_id == maintainer_id or role is Role.VENUE)}


def _venue_of(session: Session, new: NewOrder) -> Any:
    if new.subject not in _SUBJECTS:
        raise InvalidInput("An order is about an alarm, a hazard, a device or a venue.")
    venue_id = session.scalar(_SUBJECTS[new.subject], {"id": new.subject_id})
    if venue_id is None:
        raise NotFound("What the order is about is not within your scope.")
    return session.execute(_VENUE, {"id": venue_id}).one()


def _check(session: Session, new: NewOrder, venue_id: int, now: datetime) -> None:
    if not new.what.strip():
        raise InvalidInput("Say what is to be done.")
    if max(len(new.what), len(new.requirement)) > MOST_WORDS:
        raise InvalidInput("The text is too long.")
    if new.given_to is GivenTo.MAINTAINER:
        wanted = {"venue": venue_id, "unit": new.maintainer_id, "day": now.astimezone(HERE).date()}
        if new.maintainer_id is None or not session.scalar(_CONTRACTED, wanted):
            raise InvalidInput("This unit has no contract with the venue today.")


def _times(urgency: Urgency, finish_on: date | None, now: datetime) -> OrderDeadlines:
    if finish_on is not None and finish_on < now.astimezone(HERE).date():
        raise InvalidInput("The deadline has passed already; name a later day.")
    return deadlines(urgency, now, end_of(finish_on) if finish_on else None)
