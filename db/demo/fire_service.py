"""The demonstration's platform of the fire service, the fire that it was told of, and windows past and coming."""

from datetime import datetime

from sqlalchemy import Connection, text

PLAYED = "演示·消防物联网平台"
NOWHERE_YET = "http://127.0.0.1:9/fires"
"""Until somebody plays it: `anwang fire-service play`."""

_PLATFORM = text(
    "insert into fire_platforms (name, region, transport, address, made_at) values (:name, 360000, 'http', :address,"
    " cast(:now as timestamptz) - interval '90 days')"
)
_TOLD = text(
    """
    insert into outbox (key, platform_id, alarm_id, venue_id, county, kind, body, made_at, state, tries, tried_at,
        next_try_at, acknowledged_at, receipt)
    select 'alarm-' || a.id || '-fire-1-to-' || p.id, p.id, a.id, a.venue_id, a.county, 'fire',
        jsonb_build_object('kind', 'fire', 'alarm', a.id), a.verified_at, 'acknowledged', 1,
        a.verified_at + interval '0.2 s', a.verified_at, a.verified_at + interval '0.8 s', '200'
    from alarms a cross join fire_platforms p where a.verdict = 'real_fire'
    """
)
_PAST = text(
    """
    with drilled as (
        select distinct on (venue_id) id, venue_id, county, area_id, raised_at from alarms
        where verdict = 'test_or_drill' and kind = 'fire' and raised_at < cast(:now as timestamptz) - interval '2 days'
        order by venue_id, raised_at limit 12
    ), made as (
        insert into windows (venue_id, county, kind, device_kinds, starts_at, ends_at, reason, announced_at,
            announced_by_name)
        select venue_id, county, 'drill', '{smoke_detector,heat_detector,manual_call_point}',
            date_trunc('hour', raised_at), date_trunc('hour', raised_at) + interval '2 hours', '消防疏散演练',
            raised_at - interval '2 days', '演示' from drilled returning id, venue_id
    )
    update alarms a set window_id = m.id from drilled d join made m on m.venue_id = d.venue_id where a.id = d.id
    """
)
_AROUND_NOW = text(
    """
    insert into windows (venue_id, county, maintainer_id, kind, device_kinds, starts_at, ends_at, reason, announced_at,
        announced_by_name)
    select v.venue_id, v.county, v.maintainer_id, w.kind, w.devices::text[],
        date_trunc(w.grain, cast(:now as timestamptz), 'Asia/Shanghai') + w.starts,
        date_trunc(w.grain, cast(:now as timestamptz), 'Asia/Shanghai') + w.starts + w.lasts, w.reason,
        cast(:now as timestamptz) - interval '1 day', '演示'
    from (values (1, 'maintenance', '{smoke_detector}', 'hour', interval '0 h', interval '8 h', '更换感烟探测器电池'),
            (2, 'drill', '{smoke_detector,manual_call_point}', 'day', interval '38 h', interval '2 h', '冬季疏散演练'),
            (3, 'maintenance', '{electricity_meter}', 'day', interval '57 h', interval '6 h', '电表箱检修'),
            (4, 'drill', '{smoke_detector}', 'day', interval '82 h', interval '1 h', '新生消防演练'))
        w (n, kind, devices, grain, starts, lasts, reason)
    join (select venue_id, county, maintainer_id, row_number() over (order by venue_id) as n from contracts
        where county = 360702 and ends_on is null
            and venue_id not in (select venue_id from grants where venue_id is not null)) v on v.n = w.n * 7
    """
)


def fill(connection: Connection, now: datetime) -> None:
    """After the alarms and contracts stand."""
    connection.execute(_PLATFORM, {"name": PLAYED, "address": NOWHERE_YET, "now": now})
    connection.execute(_TOLD)
    connection.execute(text("alter table alarms disable trigger ring_live"))
    connection.execute(_PAST, {"now": now})
    connection.execute(text("alter table alarms enable trigger ring_live"))
    connection.execute(_AROUND_NOW, {"now": now})
    connection.execute(text("update windows set together = id"))
