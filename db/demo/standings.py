"""What venues counted as before the demonstration began: proven online and verified duty; then settled in earnest."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from db.commands.settling import settle
from db.rules.measures import EVIDENCE_DAYS
from db.rules.standings import HERE, Source, Standing


@dataclass(frozen=True, slots=True)
class Past:
    """From which stretches a standing follows, and how it breaks off now and then."""

    standing: Standing
    source: Source
    table: str
    since: str
    until: str
    every_days: int
    longest_days: int
    never: int
    """Venues with this rest by 31 never get there."""


PASTS = (
    Past(Standing.PROVEN, Source.DEVICES, "access_history", "accessed_from", "accessed_until", 240, 12, 11),
    Past(Standing.VERIFIED, Source.DUTY, "duty_history", "declared_from", "declared_until", 150, 25, 7),
)

# One venue in sixteen took a season to get there.
_PAST = """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select '{standing}', h.venue_id, h.venue_id, h.county, h.category, lower(piece), upper(piece)
    from {table} h
    cross join lateral (select h.{since} + 1 + h.venue_id * 7 % 9 + case when h.venue_id % 16 = 3 then 90 else 0 end,
        least(coalesce(h.{until}, :end), :end)) s (since, until)
    cross join lateral (
        select datemultirange(daterange(s.since, s.until))
            - coalesce(range_agg(daterange(gap, gap + 1 + (h.venue_id * 31 + n * 17) % {longest})), '{{}}') as days
        from generate_series(0, (s.until - s.since) / {every}) n
        cross join lateral (select s.since + n * {every} + 20 + (h.venue_id * 13 + n * 29) % 60) g (gap)
        where (h.venue_id + n * 5) % 3 > 0
    ) d cross join lateral unnest(d.days) piece
    where s.since < s.until and h.venue_id % 31 <> {never}
"""
_GOES_ON = text("update standings set until = null where standing = :standing and until = :end")
_NOTED = text("insert into settlings (source, first_day, settled_day, settled_at) values (:source, :first, :end, :now)")

# Neither concerns access or duty: the bulletin's day and the map stay what they are.
_EXCUSED = text(
    """
    insert into excused_venues (venue_id, county, measure, since, until, reason, state, asked_at, asked_by,
        asked_by_name, decided_at, decided_by, decided_by_name, decision)
    select v.id, v.county, e.measure, cast(:today as date) + e.since, cast(:today as date) + e.until, e.reason, e.state,
        cast(:now as timestamptz) - interval '3 days', asker.id, asker.name,
        case when e.state = 'approved' then cast(:now as timestamptz) - interval '2 days' end,
        case when e.state = 'approved' then decider.id end, case when e.state = 'approved' then decider.name end,
        case when e.state = 'approved' then '情况属实，同意免计' end
    from (values (1, 'proven_online', -12, 48, '教学楼改建，设备拆除，已报备', 'approved'),
        (2, null, -2, 28, '暑期搬迁新校区，原址停用', 'asked')) e (n, measure, since, until, reason, state)
    join (select id, county, row_number() over (order by id) as n from venues
        where county = 360702 and category = 'boarding_school') v on v.n = e.n
    cross join (select p.id, p.name from grants g join people p on p.id = g.person_id where g.role = 'analyst'
        order by g.id limit 1) asker
    cross join (select p.id, p.name from grants g join people p on p.id = g.person_id where g.role = 'province'
        order by g.id limit 1) decider
    """
)


def fill(connection: Connection, first: date, now: datetime) -> None:
    """Proven up to today, verified up to a week ago: from there on what devices and watches did is settled."""
    today = now.astimezone(HERE).date()
    for past in PASTS:
        end = today - timedelta(days=EVIDENCE_DAYS if past.source is Source.DUTY else 0)
        sql = _PAST.format(
            standing=past.standing,
            table=past.table,
            since=past.since,
            until=past.until,
            every=past.every_days,
            longest=past.longest_days,
            never=past.never,
        )
        connection.execute(text(sql), {"end": end})
        connection.execute(_GOES_ON, {"standing": past.standing, "end": end})
        connection.execute(_NOTED, {"source": past.source, "first": first, "end": end, "now": now})
    settle(Session(bind=connection), now)
    connection.execute(_EXCUSED, {"today": today, "now": now})
