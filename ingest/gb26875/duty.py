"""Duty checks that wait to be carried to their devices."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from ingest.gb26875.meaning import DOOR

_WAITING = text(
    """
    select c.id, c.minutes, a.address from duty_checks c
    join device_addresses a on a.device_id = c.device_id and a.door = :door and a.address !~ '/'
    where c.state = 'asked' order by c.asked_at
    """
)


@dataclass(frozen=True, slots=True)
class Question:
    """A duty check for the device at this address."""

    check_id: int
    minutes: int
    source: int


def waiting(session: Session) -> list[Question]:
    """Those that nobody has carried yet, oldest first."""
    return [Question(row.id, row.minutes, int(row.address)) for row in session.execute(_WAITING, {"door": DOOR})]
