"""Promises that have passed: whoever gave one is reminded, once."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import notices
from db.commands.notices import NewNotice

_PASSED = text(
    """
    select a.id, a.venue_id, a.county, a.owner_id, a.level, a.promised_for,
           'alarm/' || a.id || '/promise/' || extract(epoch from a.promised_for)::bigint as key
    from alarms a
    where a.closed_at is null and a.promised_for <= :now and a.owner_id is not null
        and not exists (select from notices n where n.key
            = 'alarm/' || a.id || '/promise/' || extract(epoch from a.promised_for)::bigint)
    order by a.promised_for limit 1000
    """
)


def remind(session: Session, now: datetime) -> int:
    """Let the owners of passed promises be told; answers how many are."""
    told = [
        NewNotice(
            *(row.key, "alarm", row.id, row.venue_id, row.county, row.owner_id, "promise_due", row.level),
            facts={"promised_for": row.promised_for.isoformat()},
        )
        for row in session.execute(_PASSED, {"now": now})
    ]
    return notices.add(session, told, now)
