"""Duty checks, read."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.duty_check import DutyCheckState


@dataclass(frozen=True, slots=True)
class DutyCheckRow:
    """One check of a venue's watch."""

    id: int
    asked_at: datetime
    asked_by_name: str
    minutes: int
    state: DutyCheckState
    sent_at: datetime | None
    confirmed_at: datetime | None
    answered_at: datetime | None
    operator_number: int | None
    is_planned: bool
    answered_through: str | None
    answered_by_name: str | None


_OF_VENUE = text(
    """
    select id, asked_at, asked_by_name, minutes, state, sent_at, confirmed_at, answered_at, operator_number, is_planned,
        answered_through, answered_by_name
    from duty_checks where venue_id = :venue order by asked_at desc, id desc limit :n
    """
)
_CAN_BE_ASKED = text(
    """
    select exists (select from device_addresses a join devices d on d.id = a.device_id
        where a.door = 'gb26875' and a.address !~ '/' and a.venue_id = :venue and d.retired_on is null)
        or exists (select from concerned_people(array[cast(:venue as int)], cast(:day as date))
            where role in ('venue', 'maintainer'))
    """
)


def of_venue(session: Session, venue_id: int, limit: int = 50) -> list[DutyCheckRow]:
    """The venue's checks, newest first."""
    rows = session.execute(_OF_VENUE, {"venue": venue_id, "n": limit}).all()
    return [
        DutyCheckRow(
            row.id,
            row.asked_at,
            row.asked_by_name,
            row.minutes,
            DutyCheckState(row.state),
            row.sent_at,
            row.confirmed_at,
            row.answered_at,
            row.operator_number,
            row.is_planned,
            row.answered_through,
            row.answered_by_name,
        )
        for row in rows
    ]


def can_be_asked(session: Session, venue_id: int, day: date) -> bool:
    """True where something at the venue rings at the watch's desk, or somebody there has an account."""
    return bool(session.scalar(_CAN_BE_ASKED, {"venue": venue_id, "day": day}))
