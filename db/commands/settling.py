"""Settling: what each venue, alarm and hazard counts as at the end of each day, written down once and for all.

Only the last settled day is ever written again, until it is over; what was settled before stays as it was published.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands.settling_sources import EARLIEST, PAST, STAGED, TAKE_PAST
from db.rules.measures import (
    ALARM_WINDOW_DAYS,
    EVIDENCE_DAYS,
    HAZARD_WINDOW_DAYS,
)
from db.rules.standings import HERE, OF_SOURCE, Source
from db.session import without_nested_loops

MOST_DAYS = 40
"""Settled one by one in one turn, after an interruption; the next turn goes on."""
DAY = timedelta(days=1)

_TURN = text("select pg_try_advisory_xact_lock(hashtext('settling'))")
_SETTLED = text("select source, first_day, settled_day from settlings")
_STAGE = text(
    "create temporary table if not exists standing_now (standing text, subject_id bigint, venue_id int)"
    " on commit delete rows"
)
_CLEAR = text("delete from standing_now")
_KNOW = text("analyze standing_now")

# Of the day being settled: what began on it and no longer holds goes, what ended on it and holds again goes on.
_GONE = text(
    """
    delete from standings s where s.standing = any (:standings) and s.until is null and s.since = :day
        and not exists (select from standing_now n where n.standing = s.standing and n.subject_id = s.subject_id)
    """
)
_END = text(
    """
    update standings s set until = :day where s.standing = any (:standings) and s.until is null and s.since < :day
        and not exists (select from standing_now n where n.standing = s.standing and n.subject_id = s.subject_id)
    """
)
_RESUME = text(
    """
    update standings s set until = null from standing_now n
    where s.until = :day and n.standing = s.standing and n.subject_id = s.subject_id
    """
)
_BEGIN = text(
    """
    insert into standings (standing, subject_id, venue_id, county, category, since)
    select n.standing, n.subject_id, v.id, v.county, v.category, :day
    from standing_now n join venues v on v.id = n.venue_id
    where not exists (select from standings s
        where s.standing = n.standing and s.subject_id = n.subject_id and s.until is null)
    """
)
_NOTE = text(
    """
    insert into settlings (source, first_day, settled_day, settled_at) values (:source, :day, :day, :now)
    on conflict (source) do update set settled_day = excluded.settled_day, settled_at = excluded.settled_at
    """
)


@dataclass(frozen=True, slots=True)
class Settled:
    """How one turn went: days settled over all sources, and whether some are left for the next turn."""

    days: int = 0
    is_behind: bool = False


def settle(session: Session, now: datetime) -> Settled | None:
    """Settle every source up to today; None where somebody else is at it."""
    if not session.scalar(_TURN):
        return None
    session.execute(_STAGE)
    today = now.astimezone(HERE).date()
    known = {Source(row.source): row.settled_day for row in session.execute(_SETTLED)}
    days, is_behind = 0, False
    for source in Source:
        first = known[source] if source in known else _begin(session, source, today, now)
        for n in range(min(MOST_DAYS, (today - first).days + 1)):
            _settle_day(session, source, first + n * DAY, now)
            days += 1
        is_behind = is_behind or (today - first).days >= MOST_DAYS
    return Settled(days, is_behind)


def _begin(session: Session, source: Source, today: date, now: datetime) -> date:
    """Take over the past of a source that was never settled; answers the day to go on from."""
    earliest = min(session.scalar(text(EARLIEST[source])) or today, today)
    if source not in PAST:
        first = max(earliest, today - MOST_DAYS * DAY)
        session.execute(_NOTE, {"source": source, "day": first, "now": now})
        return first
    facts = {"day": today, "since": _midnight(earliest) - DAY}
    session.execute(text(TAKE_PAST.format(past=PAST[source])), facts)
    session.execute(_NOTE, {"source": source, "day": earliest, "now": now})
    return today


def _settle_day(session: Session, source: Source, day: date, now: datetime) -> None:
    since = _midnight(day - (EVIDENCE_DAYS - 1) * DAY)
    facts = {
        "at": min(_midnight(day + DAY) - timedelta(microseconds=1), now),
        "day": day,
        "evidence_since": since,
        "since": since - DAY,
        "alarms_since": _midnight(day - (ALARM_WINDOW_DAYS - 1) * DAY),
        "hazards_since": _midnight(day - (HAZARD_WINDOW_DAYS - 1) * DAY),
        "standings": [standing.value for standing in OF_SOURCE[source]],
    }
    session.execute(_CLEAR)
    with without_nested_loops(session):
        session.execute(STAGED[source], facts)
        session.execute(_KNOW)
        for step in (_GONE, _END, _RESUME, _BEGIN):
            session.execute(step, facts)
    session.execute(_NOTE, {"source": source, "day": day, "now": now})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE)
