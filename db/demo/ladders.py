"""The demonstration's open alarms in somebody's hands, and their ladders climbed in their history.

A province that was just loaded has told whoever its past concerns: nobody is told of it once more.
"""

from datetime import datetime

from sqlalchemy import Connection, text

# Two of three owners sit with the maintainer, the others in the county's office; most have said by when.
_OWNERS = text(
    """
    with standing as (
        select a.id, a.county, a.acknowledged_at, (
            select g.person_id from contracts c join grants g on g.maintainer_id = c.maintainer_id
            where c.venue_id = a.venue_id and c.starts_on <= cast(:now as timestamptz)::date
                and (c.ends_on is null or c.ends_on > cast(:now as timestamptz)::date) and a.id % 3 <> 0
            order by (g.person_id + a.id) % 7, g.person_id limit 1) as of_unit, (
            select g.person_id from grants g where g.role = 'county' and g.county_lo = a.county
            order by (g.person_id + a.id) % 7, g.person_id limit 1) as of_county
        from alarms a where a.state = 'acknowledged' and a.closed_at is null and a.is_demo
    )
    update alarms a set owner_id = p.id, owner_name = p.name, acknowledged_by = p.id,
        promised_for = case when a.id % 5 <> 0 then cast(:now as timestamptz)
            + make_interval(mins => 25 + (a.id * 37 % 240)::int) end
    from standing s join people p on p.id = coalesce(s.of_unit, s.of_county, 1) where a.id = s.id
    """
)
_STEPS = text(
    """
    update alarm_steps s set actor_id = a.owner_id, actor_name = a.owner_name
    from alarms a where a.id = s.alarm_id and s.step = 'acknowledged' and a.owner_id is not null and a.is_demo
    """
)
_CLIMBED = """
    with standing as (
        select l.alarm_id, l.venue_id, l.county, r.number, r.who, r.after_seconds, a.owner_name,
            l.base_at + make_interval(secs => r.after_seconds) as due
        from alarm_ladders l join alarms a on a.id = l.alarm_id and a.is_demo
        join ladder_rungs r on r.template_id = l.template_id and r.since = l.clock
            and (a.window_id is null or r.who in ('venue', 'maintainer', 'owner'))
        where l.state = 'climbing'
    )
"""
_TOLD = text(
    f"""
    {_CLIMBED}
    insert into alarm_steps (alarm_id, venue_id, county, at, step, actor_name, note)
    select s.alarm_id, s.venue_id, s.county, s.due, case when s.who = 'owner' then 'reminded'
            when s.after_seconds = 0 then 'told' else 'escalated' end,
        coalesce(case s.who when 'venue' then v.name when 'owner' then s.owner_name when 'county' then county.name
            when 'city' then city.name when 'province' then province.name
            else (select m.name from contracts c join maintainers m on m.id = c.maintainer_id
                where c.venue_id = s.venue_id order by c.starts_on desc limit 1) end, '–'), ''
    from standing s join venues v on v.id = s.venue_id join regions county on county.adcode = s.county
    join regions city on city.adcode = v.city join regions province on province.level = 'province'
    where s.due <= :now order by s.due, s.number
    """
)
_MOVED = text(
    f"""
    {_CLIMBED}, ahead as (
        select distinct on (alarm_id) alarm_id, number, due from standing where due > :now
        order by alarm_id, after_seconds, number
    ), behind as (
        select alarm_id, count(*) as n from standing where due <= :now group by 1
    )
    update alarm_ladders l set next_rung = ahead.number, next_due_at = ahead.due, climbed = l.climbed + behind.n,
        climbed_at = :now, state = case when ahead.alarm_id is null then 'ended' else 'climbing' end
    from behind left join ahead using (alarm_id) where l.alarm_id = behind.alarm_id
    """
)


def hand_out(connection: Connection, now: datetime) -> None:
    """Each acknowledged alarm has an owner, and most a time by which they promised to be done."""
    connection.execute(_OWNERS, {"now": now})
    connection.execute(_STEPS)


def climb(connection: Connection, now: datetime) -> None:
    """What was due by now has been told, step by step at its time; the next rung waits for its own."""
    connection.execute(_TOLD, {"now": now})
    connection.execute(_MOVED, {"now": now})
