"""Three years of daily changes for the benchmark of rankings: a province of 20,000 venues, a nation of 600,000."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, text

Report = Callable[[str], None]
DAYS = 1_095
GAP = 25


@dataclass(frozen=True, slots=True)
class Size:
    """How large a past is made."""

    name: str
    provinces: tuple[int, ...]
    counties: int
    """In each province."""
    venues: int
    stretches: int
    """Of access, and of duty, of each venue in three years."""
    standings: int
    """Of proven and of verified, of each venue."""
    alarms: int
    """Of each venue in three years, each on record with what it counted as."""
    is_dense: bool
    """Sums of standings written for every county, category and day, as if each changed every day."""
    days: int = DAYS


PROVINCE = Size("province", (36,), 100, 20_000, 3, 8, 25, is_dense=False)
NATION = Size("nation", tuple(range(11, 42)), 94, 600_000, 2, 0, 0, is_dense=True)

# What guards single writes is of no use to rows made here, and would take most of the time.
_BARE = text(
    """
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('f', 'x') and conparentid = 0
    """
)
_UNGUARDED = (
    "alter table venues disable trigger stretch_in_scope",
    "alter table access_history disable trigger stretch_in_scope",
    "alter table duty_history disable trigger stretch_in_scope",
    "drop index ix_venues_mercator",
)
_REGIONS = text(
    """
    insert into regions (adcode, level, parent, name, name_en, label_point, boundary)
    select adcode, level, parent, adcode::text, adcode::text, 'SRID=4490;POINT(114 25)',
        'SRID=4490;MULTIPOLYGON(((113 24,114 24,114 25,113 24)))'
    from (
        select p * 10000, 'province', cast(null as int) from unnest(cast(:provinces as int[])) p
        union all select p * 10000 + c * 100, 'city', p * 10000
            from unnest(cast(:provinces as int[])) p, generate_series(1, 1 + (:counties - 1) / 10) c
        union all select p * 10000 + (1 + n / 10) * 100 + 1 + n % 10, 'county', p * 10000 + (1 + n / 10) * 100
            from unnest(cast(:provinces as int[])) p, generate_series(0, :counties - 1) n
    ) r (adcode, level, parent)
    """
)
_MILESTONES = text(
    "insert into milestones (category, due_on) select c, cast(:first as date) + 60 + 30 * (n % 4)::int"
    " from unnest(cast(:categories as text[])) with ordinality t (c, n)"
)
_VENUES = text(
    """
    insert into venues (id, code, name, name_initials, category, sub_type, county, address, students, point,
        in_scope_from)
    select n, 'B-' || n, 'venue ' || n, 'v', k.category,
        case when k.category = 'university_or_college' then 'public_vocational' end,
        p * 10000 + (1 + c / 10) * 100 + 1 + c % 10, '', 100 + n % 900, 'SRID=4490;POINT(114 25)', :first
    from generate_series(1, :venues) n
    cross join lateral (select (cast(:provinces as int[]))[1 + (n::bigint * 7919 / 97 % :all_provinces)::int] as p,
        (n::bigint * 104729 / 89 % :counties)::int as c) place
    cross join lateral (select case
        when n % 1000 < 6 then 'university_or_college' when n % 1000 < 15 then 'secondary_vocational_school'
        when n % 1000 < 200 then 'boarding_school' when n % 1000 < 640 then 'kindergarten'
        when n % 1000 < 985 then 'training_institution' when n % 1000 < 990 then 'private_continuing_college'
        else 'off_campus_teaching_site' end as category) k
    """
)
_STRETCHES = """
    insert into {table} (venue_id, county, category, {since}, {until})
    select v.id, v.county, v.category, s.since, case when n < :each - 1 then s.since + :span - :gap - v.id % 9 end
    from venues v cross join generate_series(0, :each - 1) n
    cross join lateral (select cast(:first as date) + n * :span + (v.id::bigint * {salt} % :gap)::int as since) s
    where v.id % 50 <> {never}
"""
_VENUE_STANDINGS = text(
    """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select :standing, v.id, v.id, v.county, v.category, s.since, case when n < :each - 1
        then s.since + :span - 2 - v.id % 9 end
    from venues v cross join generate_series(0, :each - 1) n
    cross join lateral (select cast(:first as date) + n * :span + ((v.id::bigint * 31 + n) % 12)::int as since) s
    where v.id % 29 <> 3
    """
)
_ALARMS = text(
    """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select case when n % 20 < 15 then 'alarms_on_time' when n % 20 < 18 then 'alarms_overdue'
        when n % 20 < 19 then 'alarms_unhandled' else 'alarms_left_out' end,
        n, v.id, v.county, v.category, a.day, case when a.day + 30 <= cast(:last as date) then a.day + 30 end
    from generate_series(cast(1 as bigint), :alarms) n
    cross join lateral (select cast(:first as date) + (n * :days / :alarms)::int as day) a
    join venues v on v.id = 1 + (n * 48271 % :venues)
    """
)
_HAZARDS = text(
    """
    insert into standings (standing, subject_id, venue_id, county, category, since, until)
    select case when n % 5 < 4 then 'hazards_closed' else 'hazards_open' end, n, v.id, v.county, v.category, a.day,
        case when a.day + 90 <= cast(:last as date) then a.day + 90 end
    from generate_series(cast(1 as bigint), :hazards) n
    cross join lateral (select cast(:first as date) + (n * :days / :hazards)::int as day) a
    join venues v on v.id = 1 + (n * 16807 % :venues)
    """
)
_DENSE = text(
    """
    insert into standing_steps (span, day, county, category, proven, verified, alarms_on_time, alarms_overdue,
        alarms_unhandled, alarms_left_out, hazards_closed, hazards_open)
    select g.span, g.day, r.adcode, c, 1 + (h % 3), 1 + (h % 2), h % 5, h % 2, h % 7 % 2, h % 11 % 2, h % 3, h % 13 % 2
    from regions r cross join unnest(cast(:categories as text[])) c
    cross join (
        select distinct s.span, s.first_day as day
        from generate_series(cast(:first as date), cast(:last as date), interval '1 day') each
            cross join lateral spans_of(each::date) s
    ) g
    cross join lateral (select abs(hashint4(r.adcode + (g.day - date '2020-01-01') * 7 + length(c))) as h) x
    where r.level = 'county'
    order by g.span, g.day
    """
)
_EXCUSED = text(
    """
    insert into excused_venues (venue_id, county, measure, since, until, reason, state, asked_at, asked_by,
        asked_by_name, decided_by)
    select id, county, null, :first, :last, 'x', 'approved', now(), 1, 'x', 2 from venues where id % 200 = 7
    """
)
_SETTLED = text(
    "insert into settlings (source, first_day, settled_day, settled_at)"
    " select s, :first, :last, now() from unnest(array['devices', 'duty', 'alarms', 'hazards']) s"
)


def fill(owner: Connection, size: Size, last: date, categories: list[str], report: Report) -> None:
    """Make the past in an empty record, its constraints and guards taken off; the sums are kept by the triggers."""
    for drop in owner.scalars(_BARE).all():
        owner.execute(text(drop))
    for statement in _UNGUARDED:
        owner.execute(text(statement))
    facts = {
        "provinces": list(size.provinces),
        "all_provinces": len(size.provinces),
        "counties": size.counties,
        "venues": size.venues,
        "categories": categories,
        "first": last - timedelta(days=size.days - 1),
        "last": last,
        "days": size.days,
        "gap": GAP,
    }
    report(f"{size.name}: {size.venues:,} venues, their access and duty")
    for step in (_REGIONS, _MILESTONES, _VENUES):
        owner.execute(step, facts)
    for table, since, until, salt, never in (
        ("access_history", "accessed_from", "accessed_until", 13, 7),
        ("duty_history", "declared_from", "declared_until", 37, 11),
    ):
        sql = _STRETCHES.format(table=table, since=since, until=until, salt=salt, never=never)
        owner.execute(text(sql), {**facts, "each": size.stretches, "span": size.days // size.stretches})
    _standings(owner, size, facts, report)
    owner.execute(_EXCUSED, facts)
    owner.execute(_SETTLED, facts)
    report(f"{size.name}: statistics")
    for table in ("venues", "access_history", "duty_history", "standings", "coverage_steps", "standing_steps"):
        owner.execute(text(f"vacuum analyze {table}"))
    owner.execute(text("analyze"))


def _standings(owner: Connection, size: Size, facts: dict[str, object], report: Report) -> None:
    if size.is_dense:
        report(f"{size.name}: sums of standings, every county, category and day")
        owner.execute(text("alter table standing_steps drop constraint pk_standing_steps"))
        owner.execute(_DENSE, facts)
        owner.execute(
            text(
                "alter table standing_steps add constraint pk_standing_steps primary key (span, day, county, category)"
            )
        )
        return
    report(f"{size.name}: {size.venues * size.alarms:,} alarms and what each venue was proven to be")
    span = size.days // size.standings
    for standing in ("proven", "verified"):
        owner.execute(_VENUE_STANDINGS, {**facts, "standing": standing, "each": size.standings, "span": span})
    owner.execute(_ALARMS, {**facts, "alarms": size.venues * size.alarms})
    owner.execute(_HAZARDS, {**facts, "hazards": size.venues})
