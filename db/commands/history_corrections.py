"""Putting a venue's history right: days of access or declared duty that the record has wrong."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.appeal_lifecycle import Status
from db.rules.history_correction import Days, corrected

HERE = ZoneInfo("Asia/Shanghai")
_VENUE = text("select id, county, category, in_scope_from, in_scope_until from venues where id = :id for no key update")
_STRETCHES = {
    Status.ACCESS: text(
        "select id, accessed_from as since, accessed_until as until from access_history where venue_id = :venue"
        " order by accessed_from for update"
    ),
    Status.DUTY: text(
        "select id, declared_from as since, declared_until as until from duty_history where venue_id = :venue"
        " order by declared_from for update"
    ),
}
_CHANGE = {
    Status.ACCESS: text("update access_history set accessed_from = :since, accessed_until = :until where id = :id"),
    Status.DUTY: text("update duty_history set declared_from = :since, declared_until = :until where id = :id"),
}
_DELETE = {
    Status.ACCESS: text("delete from access_history where id = :id"),
    Status.DUTY: text("delete from duty_history where id = :id"),
}
_ADD = {
    Status.ACCESS: text(
        "insert into access_history (venue_id, county, category, accessed_from, accessed_until)"
        " values (:venue, :county, :category, :since, :until)"
    ),
    Status.DUTY: text(
        "insert into duty_history (venue_id, county, category, declared_from, declared_until)"
        " values (:venue, :county, :category, :since, :until)"
    ),
}
_NOTE = text(
    """
    insert into history_corrections (appeal_id, venue_id, county, status, is_so, since, until, before, corrected_at,
        corrected_by, corrected_by_name)
    values (:appeal, :venue, :county, :status, :is_so, :since, :until, cast(:before as jsonb), :now, :by, :by_name)
    """
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the record shall say of some days of a venue: from `since` to before `until` (None: up to now and on)."""

    venue_id: int
    status: Status
    is_so: bool
    since: date
    until: date | None = None


def correct(session: Session, correction: Correction, appeal_id: int, acting: Acting, now: datetime) -> None:
    """Change the stretches, keep what they were, and name the appeal in the audit chain.

    `WrongState` where the record says so already.
    """
    venue = session.execute(_VENUE, {"id": correction.venue_id}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    days = _within(correction, venue, now)
    status = correction.status
    on_record = [
        (row.id, Days(row.since, row.until)) for row in session.execute(_STRETCHES[status], {"venue": venue.id})
    ]
    after = corrected(on_record, days, correction.is_so)
    if not (after.changed or after.gone or after.new):
        raise WrongState("The record says so already: there is nothing to put right.")
    # What shrinks first: stretches of one venue never overlap, not even in between.
    for number in after.gone:
        session.execute(_DELETE[status], {"id": number})
    for number, stretch in after.changed:
        session.execute(_CHANGE[status], {"id": number, "since": stretch.since, "until": stretch.until})
    of_venue = {"venue": venue.id, "county": venue.county, "category": venue.category}
    for stretch in after.new:
        session.execute(_ADD[status], {**of_venue, "since": stretch.since, "until": stretch.until})
    _settled(session)
    _note(session, correction, days, venue, on_record, appeal_id, acting, now)


def _within(correction: Correction, venue: Any, now: datetime) -> Days:
    """The days, checked: not to come, and within the venue's time in the programme."""
    today = now.astimezone(HERE).date()
    if correction.since > today or (correction.until is not None and correction.until > today):
        raise InvalidInput("Only days that have passed can be put right.")
    if correction.until is not None and correction.until <= correction.since:
        raise InvalidInput("The last day lies before the first.")
    ends = venue.in_scope_until
    is_outside = correction.since < venue.in_scope_from or (ends is not None and correction.since >= ends)
    if is_outside or (correction.is_so and ends is not None and (correction.until or today) > ends):
        raise InvalidInput("The venue was not in the programme's scope on all of these days.")
    until = correction.until
    if correction.is_so and until is None and ends is not None:
        until = ends
    return Days(correction.since, until)


def _settled(session: Session) -> None:
    """Let the deferred checks speak now, while there is somebody to be told."""
    try:
        session.execute(text("set constraints all immediate"))
        session.execute(text("set constraints all deferred"))
    except IntegrityError as error:
        raise InvalidInput("The venue was not in the programme's scope on all of these days.") from error


def _note(
    session: Session,
    correction: Correction,
    days: Days,
    venue: Any,
    before: Sequence[tuple[int, Days]],
    appeal_id: int,
    acting: Acting,
    now: datetime,
) -> None:
    kept = [[s.since.isoformat(), s.until.isoformat() if s.until else None] for _number, s in before]
    said = {
        "status": correction.status.value,
        "is_so": correction.is_so,
        "since": days.since.isoformat(),
        "until": days.until.isoformat() if days.until else None,
    }
    session.execute(
        _NOTE,
        {
            **said,
            "appeal": appeal_id,
            "venue": venue.id,
            "county": venue.county,
            "before": json.dumps({"stretches": kept}),
            "now": now,
            "by": acting.person_id,
            "by_name": acting.name,
        },
    )
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act="history corrected",
        subject=f"venues/{venue.id}",
        venue_id=venue.id,
        county=venue.county,
        detail={"appeal": appeal_id, **said, "before": kept},
    )
