"""The demonstration's watches: rosters, contracts that end, a fortnight of duty checks, and answers from now on."""

from datetime import date, datetime

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

ANSWERED_SHARE = 0.95
"""Of the checks that the clock puts to demonstration watches; who asks in person gets an answer from nobody."""

# Three of four units keep a roster in three shifts; one in nine of those has forgotten the night from Friday on.
_ROSTERS = text(
    """
    insert into rosters (maintainer_id, person_name, person_id, phone, starts_on, ends_on, weekdays, from_time,
        until_time, recorded_at, recorded_by_name)
    select m.id, coalesce(w.name,
            (array['刘志强', '熊建国', '万小红', '邹海燕', '涂文军', '胡国平', '曾庆华', '黄丽萍'])
            [1 + (m.id * 5 + s.n) % 8]), w.id,
        coalesce(w.phone, '0791-8' || lpad(((m.id * 7919 + s.n * 613) % 1000000)::text, 6, '0')),
        cast(:today as date) - 40 - m.id % 20,
        null, case when s.n = 3 and m.id % 9 = 2 then '{1,2,3,4,7}'::smallint[] else '{1,2,3,4,5,6,7}' end,
        s.since, s.until, cast(:now as timestamptz) - interval '40 days', '演示'
    from maintainers m cross join (values (1, time '08:00', time '16:00'), (2, time '16:00', time '00:00'),
        (3, time '00:00', time '08:00')) s (n, since, until)
    -- The unit's own people take turns, but where somebody logs in: they are to hear of everything.
    left join lateral (select p.id, p.name, p.phone from grants g join people p on p.id = g.person_id
        where g.maintainer_id = m.id and not exists (select from grants o join accounts a using (person_id)
            where o.maintainer_id = m.id)
        order by (p.id + s.n) % 2, p.id limit 1) w on true
    where m.is_demo and m.id % 4 <> 3
    """
)
_ENDING = text(
    """
    update contracts c set ends_on = cast(:today as date) + 1 + c.id % 6 where c.ends_on is null and c.id % 331 = 0
        and c.venue_id not in (select venue_id from grants where venue_id is not null)
    """
)
# Every venue with declared duty was asked twice in the last week and twice before; one in thirty has nobody awake.
_CHECKS = text(
    """
    insert into duty_checks (venue_id, county, device_id, asked_at, asked_by_name, minutes, way, is_planned, state,
        sent_at, confirmed_at, answered_at, answered_through, answered_by_name)
    select d.venue_id, d.county, p.device_id, a.at, '', 10,
        case when p.device_id is null then 'people' else 'panel' end, true, r.state, a.at, null,
        case when r.state <> 'unanswered' then a.at + r.took end,
        case when r.state = 'unanswered' then null when p.device_id is not null then 'panel'
            when r.luck < 0.7 then 'portal' else 'phone' end,
        case when r.state <> 'unanswered' and p.device_id is null then '值守人员' end
    from duty_history d
    cross join (values (0.2), (3.4), (7.3), (10.6)) w (days_ago)
    cross join lateral (select cast(:now as timestamptz) - make_interval(mins => 20)
        - make_interval(secs => 86400 * (w.days_ago + 3 * random() + d.venue_id * 0)) as at) a
    left join lateral (select v.id as device_id from devices v where v.venue_id = d.venue_id
        and v.kind = 'user_transmission_device' limit 1) p on true
    cross join lateral (select random() + d.venue_id * 0 as luck, interval '20 s' + interval '400 s' * random()
        * random() as took, case when d.venue_id % 31 = 7 then 'unanswered' when random() + d.venue_id * 0 < 0.96
        then 'answered' when random() < 0.5 then 'answered_late' else 'unanswered' end as state) r
    where d.declared_from <= (a.at at time zone 'Asia/Shanghai')::date and d.declared_until is null
    order by a.at
    """
)
_LATE = text("update duty_checks set answered_at = sent_at + interval '12 min' where state = 'answered_late'")
_SEED = text("select setseed(0.2024)")

_STAND_IN = text(
    """
    update duty_checks c set state = 'answered', sent_at = coalesce(c.sent_at, c.asked_at), answered_at = :now,
        answered_through = case c.way when 'panel' then 'panel' else 'portal' end,
        answered_by_name = case c.way when 'people' then '值守人员' end
    from venues v where v.id = c.venue_id and v.is_demo and c.is_planned and c.state in ('asked', 'sent', 'confirmed')
        and c.asked_at between cast(:now as timestamptz) - interval '9 min'
            and cast(:now as timestamptz) - interval '20 s'
        and abs(hashint8(c.id)) % 100 < :share
    """
)


def fill(connection: Connection, today: date, now: datetime) -> None:
    """Rosters and checks up to now."""
    connection.execute(_SEED)
    connection.execute(_ROSTERS, {"today": today, "now": now})
    connection.execute(_ENDING, {"today": today})
    connection.execute(_CHECKS, {"now": now})
    connection.execute(_LATE)


def stand_in(session: Session, now: datetime) -> int:
    """Demonstration watches answer what the clock asked them a minute ago; answers how many did."""
    facts = {"now": now, "share": int(100 * ANSWERED_SHARE)}
    return int(session.execute(_STAND_IN, facts).rowcount)  # type: ignore[attr-defined]
