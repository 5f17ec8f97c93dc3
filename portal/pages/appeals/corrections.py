"""Lines that name the venues whose record is put right, as they are typed into the form."""

import re
from datetime import date, timedelta

from sqlalchemy.orm import Session

from db.commands.history_corrections import Correction
from db.errors import InvalidInput, NotFound
from db.queries.named_places import venue_id
from db.rules.appeal_lifecycle import Status

STATUSES = {
    "access": Status.ACCESS,
    "接入": Status.ACCESS,
    "duty": Status.DUTY,
    "值守": Status.DUTY,
    "值班值守": Status.DUTY,
}
ANSWERS = {"yes": True, "是": True, "no": False, "否": False}


def corrections(session: Session, typed: str) -> list[Correction]:
    """One a line; `InvalidInput` names the first line that cannot be read."""
    return [_line(session, n, line) for n, line in enumerate(typed.splitlines(), start=1) if line.strip()]


def _line(session: Session, n: int, line: str) -> Correction:
    parts = [part for part in re.split(r"[\s,，;；、\t]+", line.strip()) if part]
    if len(parts) not in (4, 5) or parts[1].lower() not in STATUSES or parts[2].lower() not in ANSWERS:
        raise InvalidInput("Line {n}: write the venue's code, access or duty, yes or no, first day, last day.", n=n)
    try:
        venue = venue_id(session, parts[0])
    except NotFound as error:
        raise InvalidInput("Line {n}: there is no such venue.", n=n) from error
    since, last = _day(n, parts[3]), _day(n, parts[4]) if len(parts) == 5 else None
    until = last + timedelta(days=1) if last else None
    return Correction(venue, STATUSES[parts[1].lower()], ANSWERS[parts[2].lower()], since, until)


def _day(n: int, written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise InvalidInput("Line {n}: a day is written as 2024-01-15.", n=n) from error
