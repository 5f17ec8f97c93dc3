"""Duty checks: asked by a person, carried by the server of the transmission devices, answered by the watch."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.alarms import AlarmSignal, raise_alarms
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.alarm_kinds import AlarmKind
from db.rules.duty_check import DutyCheckState, answered, expired

DOOR = "gb26875"
DEFAULT_MINUTES = 10

_ASKABLE = text(
    """
    select d.id, d.venue_id, d.county from devices d
    join device_addresses a on a.device_id = d.id and a.door = :door and a.address !~ '/'
    where d.venue_id = :venue and d.retired_on is null order by d.id limit 1
    """
)
_IS_OPEN = text(
    "select exists (select from duty_checks where venue_id = :venue and state in ('asked', 'sent', 'confirmed'))"
)
_ASK = text(
    """
    insert into duty_checks (venue_id, county, device_id, asked_at, asked_by, asked_by_name, minutes)
    values (:venue, :county, :device, :now, :by, :by_name, :minutes) returning id
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
_OPEN = text(
    """
    select c.id, c.venue_id, c.county, c.device_id, d.code, d.is_demo, c.state, c.asked_at, c.sent_at, c.minutes
    from duty_checks c join devices d on d.id = c.device_id
    where c.state in ('asked', 'sent', 'confirmed') for update of c skip locked
    """
)


def ask(session: Session, venue_id: int, operator: Operator, now: datetime, minutes: int = DEFAULT_MINUTES) -> int:
    """Ask the watch of a venue; answers the check's number.

    `InvalidInput` outside 1 to 255 minutes, `NotFound` where nothing at the venue can ring, `WrongState` while a
    check is open there.
    """
    if not 1 <= minutes <= 255:
        raise InvalidInput("A duty check gives 1 to 255 minutes.")
    session.execute(text("select pg_advisory_xact_lock(hashtextextended('duty/' || :venue, 0))"), {"venue": venue_id})
    device = session.execute(_ASKABLE, {"venue": venue_id, "door": DOOR}).one_or_none()
    if device is None:
        raise NotFound("This venue has no user transmission device that could be asked.")
    if session.scalar(_IS_OPEN, {"venue": venue_id}):
        raise WrongState("A duty check is open here already.")
    check_id = session.scalar(
        _ASK,
        {
            "venue": device.venue_id,
            "county": device.county,
            "device": device.id,
            "now": now,
            "by": operator.person_id,
            "by_name": operator.name,
            "minutes": minutes,
        },
    )
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="duty check asked",
        subject=f"duty_checks/{check_id}",
        venue_id=device.venue_id,
        county=device.county,
        detail={"minutes": minutes},
    )
    return int(check_id or 0)


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
        text("update duty_checks set state = :state, answered_at = :now, operator_number = :number where id = :id"),
        {"id": check.id, "state": state.value, "now": now, "number": operator_number},
    )
    return state


def expire(session: Session, now: datetime) -> int:
    """End the checks whose time is over: silence of the watch rings; answers how many ended."""
    ended, ringing = 0, []
    for check in session.execute(_OPEN).all():
        state = expired(DutyCheckState(check.state), check.asked_at, check.sent_at, check.minutes, now)
        if state is None:
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
