"""From what standings are settled: as of a moment for one day, and the past that speaks for itself, at once."""

from sqlalchemy import text

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
from db.rules.standings import Source

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
STAGED = {Source.DEVICES: _DEVICES, Source.DUTY: _DUTY, Source.ALARMS: _ALARMS, Source.HAZARDS: _HAZARDS}

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
PAST = {Source.ALARMS: _PAST_ALARMS, Source.HAZARDS: _PAST_HAZARDS, Source.DUTY: _PAST_DUTY}
TAKE_PAST = """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select p.standing, p.subject_id, v.id, v.county, v.category, p.since, case when p.until <= :day then p.until end
    from ({past}) p (subject_id, venue_id, standing, since, until) join venues v on v.id = p.venue_id
    where p.since < :day and (p.until is null or p.until > p.since)
"""
EARLIEST = {
    Source.ALARMS: f"select min({_DAY_OF.format('recorded_at')}) from alarms",
    Source.HAZARDS: f"select min({_DAY_OF.format('found_at')}) from hazards",
    Source.DUTY: f"select min({_DAY_OF.format('asked_at')}) from duty_checks",
    Source.DEVICES: f"select min({_DAY_OF.format('since')}) from device_states",
}
