"""Rows in scope, an audit log that only grows, daily partitions, and a bell for the live stream.

The application's role owns nothing. Row-level security compares each row's county with the range that the
transaction has set, or its venue with the venues that it has set; with nothing set there are no rows.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or {venue} = any ((select scope_venue_ids())::int[])"
)
# A scope as wide as a province: what belongs to no venue is for these readers.
PROVINCE_WIDE = "(select scope_county_hi()) - (select scope_county_lo()) >= 9999"

VENUE_TABLES = (
    "venue_people",
    "access_history",
    "areas",
    "contracts",
    "duty_history",
    "devices",
    "device_latest",
    "signals",
    "alarms",
    "alarm_steps",
)

FUNCTIONS = """
create function scope_county_lo() returns int language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('anwang.county_lo', true), '')::int, 1) $$;

create function scope_county_hi() returns int language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('anwang.county_hi', true), '')::int, 0) $$;

create function scope_venue_ids() returns int[] language sql stable parallel safe as
$$ select coalesce(nullif(current_setting('anwang.venue_ids', true), '')::int[], '{}') $$;
"""

AUDIT = """
create function audit_row_hash(entry audit_log) returns bytea language sql immutable as $$
    select sha256(entry.previous_hash || convert_to(jsonb_build_array(
        entry.id, (extract(epoch from entry.at) * 1000000)::bigint, entry.actor_id, entry.actor_name, entry.address,
        entry.act, entry.subject, entry.venue_id, entry.county, entry.detail)::text, 'UTF8'))
$$;

-- Numbering and hashing happen under one lock held to the end of the transaction: a chain has one tip.
create function audit_log_chain() returns trigger language plpgsql security definer set search_path = public as $$
declare
    tip audit_log;
begin
    perform pg_advisory_xact_lock(hashtext('audit_log'));
    select * into tip from audit_log order by id desc limit 1;
    new.id := coalesce(tip.id, 0) + 1;
    new.at := clock_timestamp();
    new.previous_hash := coalesce(tip.hash, '\\x'::bytea);
    new.hash := audit_row_hash(new);
    return new;
end $$;

create trigger audit_log_chain before insert on audit_log for each row execute function audit_log_chain();

create function audit_log_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the audit log only grows';
end $$;

create trigger audit_log_no_change before update or delete on audit_log
    for each row execute function audit_log_refuse();
create trigger audit_log_no_truncate before truncate on audit_log
    for each statement execute function audit_log_refuse();

-- The first row that does not follow from the row before it, or null.
create function audit_log_broken_at() returns bigint language sql stable security definer set search_path = public as $$
    select min(id) from (
        select a.id, a.hash = audit_row_hash(a) as whole, a.previous_hash = coalesce(lag(a.hash) over w, '\\x') as follows,
               a.id = coalesce(lag(a.id) over w, 0) + 1 as next
        from audit_log a window w as (order by a.id)
    ) checked where not (whole and follows and next)
$$;
"""

PARTITIONS = """
create table signals_default partition of signals default;

-- One partition a day from first_day to last_day; rows that waited in the default partition move in.
create function ensure_signal_partitions(first_day date, last_day date) returns int
language plpgsql security definer set search_path = public as $$
declare
    day date;
    name text;
    made int := 0;
begin
    perform pg_advisory_xact_lock(hashtext('signal_partitions'));
    for day in select generate_series(first_day, last_day, '1 day')::date loop
        name := 'signals_' || to_char(day, 'YYYYMMDD');
        continue when to_regclass(name) is not null;
        execute format('create table %I (like signals including defaults including constraints including indexes)', name);
        execute format('with moved as (delete from signals_default where observed_at >= %L and observed_at < %L returning *)
                        insert into %I select * from moved',
                       day::timestamp at time zone 'Asia/Shanghai', (day + 1)::timestamp at time zone 'Asia/Shanghai', name);
        execute format('alter table signals attach partition %I for values from (%L) to (%L)', name,
                       day::timestamp at time zone 'Asia/Shanghai', (day + 1)::timestamp at time zone 'Asia/Shanghai');
        made := made + 1;
    end loop;
    return made;
end $$;

create function drop_signal_partitions(before_day date) returns int
language plpgsql security definer set search_path = public as $$
declare
    name text;
    dropped int := 0;
begin
    for name in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = 'signals'::regclass and c.relname ~ '^signals_[0-9]{8}$'
                  and c.relname < 'signals_' || to_char(before_day, 'YYYYMMDD') loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;
"""

BELL = """
create function ring_live() returns trigger language plpgsql as $$
begin
    perform pg_notify('anwang_live', json_build_object(
        'alarm', new.id, 'county', new.county, 'venue', new.venue_id,
        'what', case when tg_op = 'INSERT' then 'raised' else 'changed' end)::text);
    return null;
end $$;

create trigger ring_live after insert or update on alarms for each row execute function ring_live();
"""

HISTORY = """
-- Stretches of one venue never overlap: a venue is accessed, or on duty, once on any day.
create extension if not exists btree_gist;
alter table access_history add constraint ex_access_history_overlap
    exclude using gist (venue_id with =, daterange(accessed_from, accessed_until) with &&);
alter table duty_history add constraint ex_duty_history_overlap
    exclude using gist (venue_id with =, daterange(declared_from, declared_until) with &&);

-- A venue that leaves the programme's scope has ended its access and duty: every stretch lies within the scope.
create function stretch_in_scope() returns trigger language plpgsql security definer set search_path = public as $$
declare
    wrong int;
begin
    if tg_table_name = 'venues' then
        select id into wrong from venues v where v.id = new.id and (
            exists (select from access_history a where a.venue_id = v.id and not (
                daterange(v.in_scope_from, v.in_scope_until) @> daterange(a.accessed_from, a.accessed_until)))
            or exists (select from duty_history d where d.venue_id = v.id and not (
                daterange(v.in_scope_from, v.in_scope_until) @> daterange(d.declared_from, d.declared_until))));
    elsif tg_table_name = 'access_history' then
        select id into wrong from venues v where v.id = new.venue_id and not (
            daterange(v.in_scope_from, v.in_scope_until) @> daterange(new.accessed_from, new.accessed_until));
    else
        select id into wrong from venues v where v.id = new.venue_id and not (
            daterange(v.in_scope_from, v.in_scope_until) @> daterange(new.declared_from, new.declared_until));
    end if;
    if wrong is not null then
        raise exception 'venue % cannot be accessed or on duty outside its time in scope', wrong
            using errcode = 'check_violation';
    end if;
    return null;
end $$;

create constraint trigger stretch_in_scope after insert or update on access_history
    deferrable initially deferred for each row execute function stretch_in_scope();
create constraint trigger stretch_in_scope after insert or update on duty_history
    deferrable initially deferred for each row execute function stretch_in_scope();
create constraint trigger stretch_in_scope after update of in_scope_from, in_scope_until on venues
    deferrable initially deferred for each row execute function stretch_in_scope();
"""

# The running sum of what begins and ends, by day, month and year: a count as of any day is a few years' sums, a few
# months' and a few days', whatever the number of venues. Kept by the database at each statement, so that nobody forgets.
STEPS = """
create function note_{table}_{event}() returns trigger language plpgsql security definer set search_path = public as $$
begin
    insert into coverage_steps (grain, day, county, category, {measure})
    select grain, date_trunc(grain, changed.day)::date, county, category, sum(n)
    from ({changes}) changed cross join (values ('day'), ('month'), ('year')) grains (grain)
    where changed.day is not null
    group by 1, 2, 3, 4 having sum(n) <> 0 order by 1, 2, 3, 4
    on conflict (grain, day, county, category) do update set {measure} = coverage_steps.{measure} + excluded.{measure};
    return null;
end $$;
create trigger note_{event} after {event} on {table} {referencing}
    for each statement execute function note_{table}_{event}();
"""
STEPPED = (
    ("venues", "venues", "in_scope_from", "in_scope_until"),
    ("access_history", "accessed", "accessed_from", "accessed_until"),
    ("duty_history", "on_duty", "declared_from", "declared_until"),
)
REFERENCING = {
    "insert": "referencing new table as new_rows",
    "update": "referencing old table as old_rows new table as new_rows",
    "delete": "referencing old table as old_rows",
}


def steps() -> list[str]:
    """The functions and triggers that keep coverage_steps."""
    made = []
    for table, measure, since, until in STEPPED:
        for event, referencing in REFERENCING.items():
            changes = []
            for rows, sign in (("new_rows", 1), ("old_rows", -1)):
                if rows in referencing:
                    changes.append(f"select {since} as day, county, category, {sign} as n from {rows}")
                    changes.append(f"select {until}, county, category, {-sign} from {rows}")
            made.append(
                STEPS.format(
                    table=table,
                    event=event,
                    measure=measure,
                    changes=" union all ".join(changes),
                    referencing=referencing,
                )
            )
    return made


GRANTS = """
grant usage on schema public to anwang_app, anwang_door;
grant select on regions, milestones, venues, venue_people, access_history, areas, maintainers, contracts, duty_history,
    coverage_steps, devices, device_latest, signals, alarms, alarm_steps, people, grants, audit_log, dead_letters, feeds to anwang_app;
grant insert, update on venues, venue_people, access_history, areas, maintainers, contracts, duty_history, devices,
    device_latest, alarms, feeds to anwang_app;
grant insert on signals, alarm_steps, audit_log, dead_letters to anwang_app;
grant select, insert, update on people, grants, accounts, login_sessions, wall_tokens to anwang_door;
grant delete on login_sessions to anwang_door;
grant select on regions to anwang_door;
grant insert on audit_log to anwang_door;
revoke execute on function ensure_signal_partitions(date, date), drop_signal_partitions(date), audit_log_broken_at()
    from public;
grant execute on function ensure_signal_partitions(date, date), drop_signal_partitions(date), audit_log_broken_at()
    to anwang_app;
"""


def upgrade() -> None:
    for block in (FUNCTIONS, AUDIT, PARTITIONS, BELL, HISTORY, *steps(), GRANTS):
        op.execute(block)
    policies = {table: IN_SCOPE.format(venue="venue_id") for table in VENUE_TABLES}
    policies["coverage_steps"] = "county between (select scope_county_lo()) and (select scope_county_hi())"
    policies["venues"] = IN_SCOPE.format(venue="id")
    policies["maintainers"] = (
        "city between (select scope_county_lo()) and (select scope_county_hi())"
        " or exists (select from contracts c where c.maintainer_id = maintainers.id)"
    )
    policies["grants"] = (
        "county_lo >= (select scope_county_lo()) and county_hi <= (select scope_county_hi())"
        " or venue_id = any ((select scope_venue_ids())::int[])"
    )
    policies["people"] = "exists (select from grants g where g.person_id = people.id)"
    for table, rule in policies.items():
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy in_scope on {table} to anwang_app using ({rule})")
    for table in ("people", "grants"):
        op.execute(f"create policy at_the_door on {table} to anwang_door using (true)")
    for table in ("audit_log", "dead_letters"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy append on {table} for insert to anwang_app, anwang_door with check (true)")
    op.execute(f"create policy province_wide on dead_letters for select to anwang_app using ({PROVINCE_WIDE})")
    op.execute(
        "create policy in_scope on audit_log for select to anwang_app using"
        f" (case when county is null then {PROVINCE_WIDE} else {IN_SCOPE.format(venue='venue_id')} end)"
    )


def downgrade() -> None:
    raise NotImplementedError("the first revisions are not taken back; drop the database instead")
