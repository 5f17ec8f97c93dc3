"""Duty checks: asked by a person or the clock, put to the watch, answered by it.

Where the venue has a user transmission device the server of those carries the question; elsewhere, and where the device
cannot be reached, it is put to the people on watch, who answer in the portal or by telephone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, notices
from db.commands.alarms import AlarmSignal, raise_alarms
from db.commands.notices import NewNotice
from db.commands.people import Operator
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.duty_check import DutyCheckState, answered, expired

HERE = ZoneInfo("Asia/Shanghai")
DOOR = "gb26875"
DEFAULT_MINUTES = 10

_ASKABLE = text(
    """
    select v.id as venue_id, v.county, (select d.id from devices d
        join device_addresses a on a.device_id = d.id and a.door = :door and a.address !~ '/'
        where d.venue_id = v.id and d.retired_on is null order by d.id limit 1) as device_id
    from venues v where v.id = :venue
    """
)
# Whoever the roster names at this moment; where it names nobody with an account, everybody who keeps watch there.
_ON_WATCH = text(
    """
    with able as (select distinct person_id from concerned_people(array[cast(:venue as int)], cast(:day as date))
        where role in ('venue', 'maintainer'))
    , named as (
        select r.person_id from roster_shifts(:now, :now) s join rosters r on r.id = s.roster_id
        where s.shift @> cast(:now as timestamptz) and r.person_id in (select person_id from able)
    )
    select person_id from named union select person_id from able where not exists (select from named)
    """
)
_IS_OPEN = text(
    "select exists (select from duty_checks where venue_id = :venue and state in ('asked', 'sent', 'confirmed'))"
)
_ASK = text(
    """
    insert into duty_checks (venue_id, county, device_id, asked_at, asked_by, asked_by_name, minutes, way, is_planned,
        state, sent_at)
    values (:venue, :county, :device, :now, :by, :by_name, :minutes, :way, :planned, :state, :sent) returning id
    """
)
_ANSWER = text(
    """
    select id, sent_at, minutes from duty_checks
    where device_id = :device and sent_at is not null and answered_at is null and asked_at <= :now
        and state in ('sent', 'confirmed', 'unanswered')
    order by asked_at desc limit 1 for update
    """
)
_PUT_TO_PEOPLE = text(
    """
    select c.venue_id, c.county, c.way, c.sent_at, c.minutes, c.answered_at, exists (select from notices n
        where n.subject_kind = 'duty_check' and n.subject_id = c.id and n.person_id = :person) as is_asked
    from duty_checks c where c.id = :id for update of c
    """
)
_ANSWERED_BY = text(
    "update duty_checks set state = :state, answered_at = :now, answered_through = :through, answered_by = :by,"
    " answered_by_name = :name where id = :id"
)
_OPEN = text(
    """
    select c.id, c.venue_id, c.county, c.device_id, coalesce(d.code, v.code) as code, v.is_demo, c.state, c.asked_at,
        c.sent_at, c.minutes, c.way
    from duty_checks c join venues v on v.id = c.venue_id left join devices d on d.id = c.device_id
    where c.state in ('asked', 'sent', 'confirmed') for update of c skip locked
    """
)
_FALL_BACK = text(
    "update duty_checks set way = 'people', state = 'sent', sent_at = :now, fell_back_at = :now where id = :id"
)


def ask(
    session: Session,
    venue_id: int,
    operator: Operator,
    now: datetime,
    minutes: int = DEFAULT_MINUTES,
    *,
    is_planned: bool = False,
) -> int:
    """Ask the watch of a venue; answers the check's number.

    `InvalidInput` outside 1 to 255 minutes, `NotFound` where nobody and nothing at the venue can be asked, `WrongState`
    while a check is open there. What the clock asks stands in the record, not in the audit log.
    """
    if not 1 <= minutes <= 255:
        raise InvalidInput("A duty check gives 1 to 255 minutes.")
    session.execute(text("select pg_advisory_xact_lock(hashtextextended('duty/' || :venue, 0))"), {"venue": venue_id})
    place = session.execute(_ASKABLE, {"venue": venue_id, "door": DOOR}).one_or_none()
    people: list[int] = []
    if place is not None and place.device_id is None:
        people = _on_watch(session, venue_id, now)
    if place is None or (place.device_id is None and not people):
        raise NotFound("This venue has no user transmission device and nobody with an account that could be asked.")
    if session.scalar(_IS_OPEN, {"venue": venue_id}):
        raise WrongState("A duty check is open here already.")
    by_panel = place.device_id is not None
    check_id = session.scalar(
        _ASK,
        {
            "venue": place.venue_id,
            "county": place.county,
            "device": place.device_id,
            "now": now,
            "by": operator.person_id,
            "by_name": operator.name,
            "minutes": minutes,
            "way": "panel" if by_panel else "people",
            "planned": is_planned,
            "state": (DutyCheckState.ASKED if by_panel else DutyCheckState.SENT).value,
            "sent": None if by_panel else now,
        },
    )
    number = int(check_id or 0)
    _put_to(session, number, place.venue_id, place.county, people, minutes, now)
    if not is_planned:
        audit.write(
            session,
            actor_id=operator.person_id,
            actor_name=operator.name,
            address=operator.address,
            act="duty check asked",
            subject=f"duty_checks/{number}",
            venue_id=place.venue_id,
            county=place.county,
            detail={"minutes": minutes},
        )
    return number


def _on_watch(session: Session, venue_id: int, now: datetime) -> list[int]:
    facts = {"venue": venue_id, "now": now, "day": now.astimezone(HERE).date()}
    return list(session.scalars(_ON_WATCH, facts))


def _put_to(
    session: Session, check_id: int, venue_id: int, county: int, people: list[int], minutes: int, now: datetime
) -> None:
    """A notice that asks for an answer; `facts.answer_at` is where it is given, `facts.voice` that a call may ask."""
    notices.add(
        session,
        [
            NewNotice(
                key=f"duty_check/{check_id}/{person}",
                subject_kind="duty_check",
                subject_id=check_id,
                venue_id=venue_id,
                county=county,
                person_id=person,
                reason="duty_check",
                level=int(Level.MINOR),
                facts={"minutes": minutes, "answer_at": f"/duty?answer={check_id}", "voice": True},
            )
            for person in people
        ],
        now,
    )


def sent(session: Session, check_id: int, now: datetime) -> None:
    """The question is on its way."""
    session.execute(
        text("update duty_checks set state = 'sent', sent_at = :now where id = :id and state = 'asked'"),
        {"id": check_id, "now": now},
    )


def confirmed(session: Session, check_id: int, now: datetime) -> None:
    """The device has taken the question; a quick watch may have answered already."""
    session.execute(
        text(
            "update duty_checks set confirmed_at = :now, state = case state when 'sent' then 'confirmed' else state end"
            " where id = :id and confirmed_at is null"
        ),
        {"id": check_id, "now": now},
    )


def answer(session: Session, device_id: int, operator_number: int, now: datetime) -> DutyCheckState | None:
    """The watch has pressed the key; None where nobody had asked."""
    check = session.execute(_ANSWER, {"device": device_id, "now": now}).one_or_none()
    if check is None:
        return None
    state = answered(check.sent_at, check.minutes, now)
    session.execute(
        text(
            "update duty_checks set state = :state, answered_at = :now, operator_number = :number,"
            " answered_through = 'panel' where id = :id"
        ),
        {"id": check.id, "state": state.value, "now": now, "number": operator_number},
    )
    return state


class Through(StrEnum):
    """By what a person answers a check that was put to people."""

    PORTAL = "portal"
    PHONE = "phone"


def answer_in_person(
    session: Session, check_id: int, person: Operator, now: datetime, through: Through = Through.PORTAL
) -> DutyCheckState:
    """Somebody on watch answers; in time, or late.

    `NotFound` outside the scope, `NotAllowed` for whoever was not asked, `WrongState` where it was answered before or
    goes through the panel.
    """
    check = session.execute(_PUT_TO_PEOPLE, {"id": check_id, "person": person.person_id}).one_or_none()
    if check is None:
        raise NotFound("There is no such duty check within your scope.")
    if check.way != "people":
        raise WrongState("This check is answered with the key at the user transmission device.")
    if not check.is_asked:
        raise NotAllowed("This check is put to the people on watch; you are not among them.")
    if check.answered_at is not None:
        raise WrongState("This check has been answered already.")
    state = answered(check.sent_at, check.minutes, now)
    session.execute(
        _ANSWERED_BY,
        {
            "id": check_id,
            "state": state.value,
            "now": now,
            "through": through.value,
            "by": person.person_id,
            "name": person.name,
        },
    )
    audit.write(
        session,
        actor_id=person.person_id,
        actor_name=person.name,
        address=person.address,
        act="duty check answered",
        subject=f"duty_checks/{check_id}",
        venue_id=check.venue_id,
        county=check.county,
        detail={"through": through.value, "state": state.value},
    )
    return state


def _falls_back(session: Session, check: Any, now: datetime) -> bool:
    """A device that cannot be asked says nothing of the watch: whoever is on watch is asked instead."""
    people = _on_watch(session, check.venue_id, now) if check.way == "panel" else []
    if people:
        session.execute(_FALL_BACK, {"id": check.id, "now": now})
        _put_to(session, check.id, check.venue_id, check.county, people, check.minutes, now)
    return bool(people)


def expire(session: Session, now: datetime) -> int:
    """End the checks whose time is over: silence of the watch rings; answers how many ended."""
    ended, ringing = 0, []
    for check in session.execute(_OPEN).all():
        state = expired(DutyCheckState(check.state), check.asked_at, check.sent_at, check.minutes, now)
        if state is None or (state is DutyCheckState.UNREACHABLE and _falls_back(session, check, now)):
            continue
        session.execute(
            text("update duty_checks set state = :state where id = :id"), {"id": check.id, "state": state.value}
        )
        ended += 1
        if state is DutyCheckState.UNANSWERED:
            ringing.append(
                AlarmSignal(
                    venue_id=check.venue_id,
                    county=check.county,
                    area_id=None,
                    device_id=check.device_id,
                    device_code=check.code,
                    kind=AlarmKind.DUTY_UNANSWERED,
                    signal="duty_check",
                    value=None,
                    observed_at=now,
                    is_demo=check.is_demo,
                )
            )
    if ringing:
        raise_alarms(session, ringing, now)
    return ended
