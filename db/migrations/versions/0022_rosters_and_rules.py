"""What telling and duty still lacked, and indexes that hold all that the desks filter by."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

HAZARDS = """
drop index ix_hazards_found_at, ix_hazards_act_by, ix_hazards_open_act_by, ix_hazards_state_act_by,
    ix_hazards_closed_at, ix_hazards_major_act_by, ix_hazards_county_found_at;
create index ix_hazards_found_at on hazards (found_at desc, id desc)
    include (act_by, county, venue_id, state, grade, kind, source);
create index ix_hazards_act_by on hazards (act_by, id) include (county, venue_id, state, grade, kind, source);
create index ix_hazards_closed_at on hazards (closed_at desc, id desc)
    include (act_by, county, venue_id, state, grade, kind, source) where state = 'closed';
create index ix_hazards_county_act_by on hazards (county, act_by, id) include (venue_id, state, grade, kind, source);
create index ix_hazards_county_found_at on hazards (county, found_at desc, id desc)
    include (act_by, venue_id, state, grade, kind, source);
create index ix_hazards_county_closed_at on hazards (county, closed_at desc, id desc)
    include (act_by, venue_id, state, grade, kind, source) where state = 'closed';
create index ix_venues_name on venues (name);
"""
PEOPLE = """
-- Who answers for venues at a moment. Of a maintainer's people those whom its roster names for that moment; where it
-- names nobody who could be told, everybody of the unit.
drop function responsible_people(int[], date);
create function responsible_people(venues int[], moment timestamptz)
returns table (venue_id int, who text, person_id int, name text, duty text)
language sql stable security definer set search_path = public as $$
    with asked as (
        select v.id, v.county from venues v
        where v.id = any (venues)
            and (v.county between scope_county_lo() and scope_county_hi() or v.id = any (scope_venue_ids()))
    ), held as (
        select role, person_id, county_lo, county_hi from grants
        where role in ('county', 'city', 'province') and venue_id is null and maintainer_id is null
    ), regional as (
        select c.county, h.role, h.person_id
        from (select distinct county from asked) c join held h on c.county between h.county_lo and h.county_hi
    ), on_watch as materialized (
        select distinct r.maintainer_id, r.person_id from roster_shifts(moment, moment) s
        join rosters r on r.id = s.roster_id and r.maintainer_id is not null
        join grants g on g.maintainer_id = r.maintainer_id and g.person_id = r.person_id and g.role = 'maintainer'
        where s.shift @> moment
            and not exists (select from accounts c where c.person_id = r.person_id and c.disabled)
    ), units as materialized (
        select g.maintainer_id, g.person_id from grants g where g.role = 'maintainer' and (
            (g.maintainer_id, g.person_id) in (select maintainer_id, person_id from on_watch)
            or g.maintainer_id not in (select maintainer_id from on_watch))
    ), found as (
        select a.id as venue_id, 'venue' as who, g.person_id, null as duty
        from asked a join grants g on g.venue_id = a.id and g.role = 'venue'
        union all
        select a.id, 'venue', p.person_id, p.duty
        from asked a join venue_people p on p.venue_id = a.id where p.person_id is not null
        union all
        select a.id, 'maintainer', u.person_id, null
        from asked a join contracts c on c.venue_id = a.id
            and c.starts_on <= (moment at time zone 'Asia/Shanghai')::date
            and (c.ends_on is null or c.ends_on > (moment at time zone 'Asia/Shanghai')::date)
        join units u on u.maintainer_id = c.maintainer_id
        union all
        select a.id, r.role, r.person_id, null from asked a join regional r on r.county = a.county
    )
    select f.venue_id, f.who, f.person_id, p.name, min(f.duty)
    from found f join people p on p.id = f.person_id
    where not exists (select from accounts c where c.person_id = f.person_id and c.disabled)
    group by 1, 2, 3, 4 order by 1, 2, 3
$$;
revoke execute on function responsible_people(int[], timestamptz) from public;
grant execute on function responsible_people(int[], timestamptz) to anwang_app;

-- For which kinds of alarm nobody could be told: the rehearsal tries each that has a ladder.
alter table chain_holes add column kinds text[] not null default '{}';
"""
DUTY = """
-- When a question that the device could not be asked was put to the people on watch.
alter table duty_checks add column fell_back_at timestamptz;
"""
RULES = """
grant insert, delete on notification_rules to anwang_app;
create policy province_wide_new on notification_rules for insert to anwang_app
    with check ((select scope_county_hi()) - (select scope_county_lo()) >= 9999);
create policy province_wide_gone on notification_rules for delete to anwang_app
    using ((select scope_county_hi()) - (select scope_county_lo()) >= 9999);
"""
SILENCES = """
grant update (carried_by, carried_at) on alarm_silences to anwang_app;
create index ix_alarm_silences_waiting on alarm_silences (at) where carried_by is not null and carried_at is null;
"""


def upgrade() -> None:
    for block in (HAZARDS, PEOPLE, DUTY, RULES, SILENCES):
        op.execute(block)


def downgrade() -> None:
    raise NotImplementedError("the desks would be slow again")
