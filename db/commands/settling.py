"""Settling: what each venue, alarm and hazard counts as at the end of each day, written down once and for all.

Only the last settled day is ever written again, until it is over; what was settled before stays as it was published.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.alarm_kinds import Verdict
from db.rules.device_kinds import DeviceKind
from db.rules.duty_evidence import IN_TIME
from db.rules.measures import (
    ALARM_WINDOW_DAYS,
    CLOSED_WITHIN_HOURS,
    EVIDENCE_DAYS,
    HAZARD_WINDOW_DAYS,
    PROVEN_SHARE_PCT,
)
from db.rules.standings import HERE, OF_SOURCE, Source

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
# Of stretches just written the planner knows no number, and would look through all of them for each one staged.
_NO_LOOPS = text("select set_config('enable_nestloop', 'off', true)")
_LOOPS = text("select set_config('enable_nestloop', 'on', true)")

# An accessed venue of whose devices, cameras left aside, enough were proven at the moment.
_DEVICES = text(
    f"""
    insert into standing_now select 'proven', s.venue_id, s.venue_id
    from device_states s join devices d on d.id = s.device_id
    where s.since <= :at and (s.until is null or s.until > :at) and d.kind <> '{DeviceKind.CAMERA}'
        and (d.retired_on is null or d.retired_on > :day)
        and exists (select from access_history a where a.venue_id = s.venue_id and a.accessed_from <= :day
            and (a.accessed_until is null or a.accessed_until > :day))
    group by s.venue_id
    having 100 * count(*) filter (where s.state = 'proven') >= {PROVEN_SHARE_PCT} * count(*)
    """
)
_IN_TIME = " ".join(f"when {level} then interval '{span.total_seconds():.0f} s'" for level, span in IN_TIME.items())
_EVIDENCE = f"""
    select venue_id, case when state = 'unanswered' then sent_at else answered_at end as at,
        state <> 'unanswered' as is_proof
    from duty_checks where state in ('answered', 'unanswered') and sent_at is not null and asked_at > :since
    union all
    select venue_id, acknowledged_at, true from alarms
    where raised_at > :since and acknowledged_at >= raised_at and keeps_watch(acknowledged_by)
        and acknowledged_at - raised_at <= case level {_IN_TIME} end
"""
_DUTY = text(
    f"""
    insert into standing_now select distinct 'verified', d.venue_id, d.venue_id from duty_history d join (
        select distinct on (venue_id) venue_id, is_proof from ({_EVIDENCE}) e
        where at >= :evidence_since and at <= :at order by venue_id, at desc, is_proof desc
    ) last on last.venue_id = d.venue_id and last.is_proof
    where d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    """
)
_DAY_OF = "({} at time zone 'Asia/Shanghai')::date"
_ON_TIME = f"""acknowledged_at - recorded_at <= case level {_IN_TIME} end
    and closed_at - recorded_at <= interval '{CLOSED_WITHIN_HOURS} h'"""
_ALARMS = text(
    f"""
    insert into standing_now select case
        when window_id is not null or (verdict = '{Verdict.TEST_OR_DRILL}' and verified_at <= :at)
            then 'alarms_left_out'
        when closed_at is null or closed_at > :at then 'alarms_unhandled'
        when {_ON_TIME} then 'alarms_on_time' else 'alarms_overdue' end, id, venue_id
    from alarms where recorded_at >= :alarms_since and recorded_at <= :at
    """
)
_HAZARDS = text(
    """
    insert into standing_now
    select case when closed_at <= :at then 'hazards_closed' else 'hazards_open' end, id, venue_id
    from hazards where found_at >= :hazards_since and found_at <= :at
    """
)
_OF = {Source.DEVICES: _DEVICES, Source.DUTY: _DUTY, Source.ALARMS: _ALARMS, Source.HAZARDS: _HAZARDS}

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

# Before the first settling alarms, hazards and evidence of duty have a past that speaks for itself.
_PAST_ALARMS = f"""
    select a.id, a.venue_id, piece.* from alarms a cross join lateral (
        select {_DAY_OF.format("a.recorded_at")} as first,
            {_DAY_OF.format("a.recorded_at")} + {ALARM_WINDOW_DAYS} as past,
            {_DAY_OF.format("a.closed_at")} as closed,
            case when verdict = '{Verdict.TEST_OR_DRILL}' then {_DAY_OF.format("a.verified_at")} end as tested
    ) d cross join lateral (
        select 'alarms_left_out', case when a.window_id is null then d.tested else d.first end, d.past
            where a.window_id is not null or d.tested is not null
        union all select 'alarms_unhandled', d.first, least(d.past, d.closed, d.tested) where a.window_id is null
        union all select case when {_ON_TIME} then 'alarms_on_time' else 'alarms_overdue' end,
            d.closed, least(d.past, d.tested)
            where a.window_id is null and d.closed is not null
    ) piece (standing, since, until)
"""
_PAST_HAZARDS = f"""
    select h.id, h.venue_id, piece.* from hazards h cross join lateral (
        select {_DAY_OF.format("h.found_at")} as first, {_DAY_OF.format("h.found_at")} + {HAZARD_WINDOW_DAYS} as past,
            {_DAY_OF.format("h.closed_at")} as closed
    ) d cross join lateral (
        select 'hazards_open', d.first, least(d.past, d.closed)
        union all select 'hazards_closed', d.closed, d.past where d.closed is not null
    ) piece (standing, since, until)
"""
_PAST_DUTY = f"""
    select d.venue_id, d.venue_id, 'verified', lower(piece), upper(piece) from (
        select venue_id, range_agg(daterange(declared_from, declared_until)) as declared from duty_history group by 1
    ) d join (
        select venue_id, range_agg(daterange(on_day, least(on_day + {EVIDENCE_DAYS}, next_day))) as proven from (
            select venue_id, is_proof, {_DAY_OF.format("at")} as on_day, {_DAY_OF.format("lead(at) over w")} as next_day
            from ({_EVIDENCE}) e window w as (partition by venue_id order by at, is_proof)
        ) each where is_proof and (next_day is null or next_day > on_day) group by 1
    ) p using (venue_id) cross join lateral unnest(d.declared * p.proven) piece
"""
_PAST = {Source.ALARMS: _PAST_ALARMS, Source.HAZARDS: _PAST_HAZARDS, Source.DUTY: _PAST_DUTY}
_TAKE_PAST = """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select p.standing, p.subject_id, v.id, v.county, v.category, p.since, case when p.until <= :day then p.until end
    from ({past}) p (subject_id, venue_id, standing, since, until) join venues v on v.id = p.venue_id
    where p.since < :day and (p.until is null or p.until > p.since)
"""
_EARLIEST = {
    Source.ALARMS: f"select min({_DAY_OF.format('recorded_at')}) from alarms",
    Source.HAZARDS: f"select min({_DAY_OF.format('found_at')}) from hazards",
    Source.DUTY: f"select min({_DAY_OF.format('asked_at')}) from duty_checks",
    Source.DEVICES: f"select min({_DAY_OF.format('since')}) from device_states",
}


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
    earliest = min(session.scalar(text(_EARLIEST[source])) or today, today)
    if source not in _PAST:
        first = max(earliest, today - MOST_DAYS * DAY)
        session.execute(_NOTE, {"source": source, "day": first, "now": now})
        return first
    facts = {"day": today, "since": _midnight(earliest) - DAY}
    session.execute(text(_TAKE_PAST.format(past=_PAST[source])), facts)
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
    session.execute(_OF[source], facts)
    session.execute(_KNOW)
    session.execute(_NO_LOOPS)
    for step in (_GONE, _END, _RESUME, _BEGIN):
        session.execute(step, facts)
    session.execute(_LOOPS)
    session.execute(_NOTE, {"source": source, "day": day, "now": now})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HERE)
