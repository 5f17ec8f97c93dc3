"""The life of a reading: rolled up as it comes, archived by the day, dropped when a file holds it.

Each signal carries the number of its transaction. Below the oldest transaction that still runs nothing can appear
any more, so a watermark over these numbers misses no row and counts none twice, however late its receipt is told.
"""

from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or venue_id = any ((select scope_venue_ids())::int[])"
)
PROVINCE_WIDE = "(select scope_county_hi()) - (select scope_county_lo()) >= 9999"

# A block-range index costs next to nothing where rows lie in the order of their transactions, as here.
RECORDED = """
alter table signals add column recorded_in bigint not null default 0;
alter table signals alter column recorded_in set default txid_current();
create index ix_signals_recorded_in on signals using brin (recorded_in)
    with (pages_per_range = 32, autosummarize = on);
"""

ROLL_UPS = """
create table readings_5min (
    device_id int not null,
    signal text not null,
    since timestamptz not null,
    venue_id int not null,
    county int not null,
    lowest float8 not null,
    highest float8 not null,
    total float8 not null,
    n int not null,
    constraint pk_readings_5min primary key (device_id, signal, since, venue_id)
) partition by range (since);
create table readings_5min_default partition of readings_5min default;

create table readings_daily (
    device_id int not null,
    signal text not null,
    day date not null,
    venue_id int not null,
    county int not null,
    lowest float8 not null,
    highest float8 not null,
    total float8 not null,
    n int not null,
    constraint pk_readings_daily primary key (device_id, signal, day, venue_id)
) partition by range (day);
create table readings_daily_default partition of readings_daily default;

create table rolled_up (
    one boolean not null default true,
    upto bigint not null,
    at timestamptz,
    constraint pk_rolled_up primary key (one),
    constraint ck_rolled_up_one check (one)
);
insert into rolled_up (upto) values (0);

create table stale_readings (
    device_id int not null,
    day date not null,
    constraint pk_stale_readings primary key (device_id, day)
);

create table archived_days (
    day date not null,
    rows bigint,
    fingerprint numeric,
    file text,
    bytes bigint,
    sha256 text,
    archived_at timestamptz,
    dropped_at timestamptz,
    restored_at timestamptz,
    failure text,
    failed_at timestamptz,
    constraint pk_archived_days primary key (day)
);
"""

MONTHS = """
create function ensure_month_partitions(parent text, first_day date, last_day date) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    key text;
    month date;
    name text;
    since text;
    until text;
    made int := 0;
begin
    key := case parent when 'readings_5min' then 'since' when 'readings_daily' then 'day' end;
    if key is null then
        raise exception 'the table % has no monthly partitions', parent using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(hashtext(parent || ' partitions'));
    for month in select generate_series(date_trunc('month', first_day::timestamp), last_day, '1 month')::date loop
        name := parent || '_' || to_char(month, 'YYYYMM');
        continue when to_regclass(name) is not null;
        since := month::text;
        until := (month + interval '1 month')::date::text;
        if key = 'since' then
            since := (since::timestamp at time zone 'Asia/Shanghai')::text;
            until := (until::timestamp at time zone 'Asia/Shanghai')::text;
        end if;
        execute format('create table %I (like %I including defaults including constraints including indexes)',
                       name, parent);
        execute format('with moved as (delete from %I where %I >= %L and %I < %L returning *)
                        insert into %I select * from moved', parent || '_default', key, since, key, until, name);
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, since, until);
        made := made + 1;
    end loop;
    return made;
end $$;

-- Whole months that end before the day.
create function drop_month_partitions(parent text, before_day date) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '10s' as $$
declare
    name text;
    dropped int := 0;
begin
    if parent not in ('readings_5min', 'readings_daily') then
        raise exception 'the table % has no monthly partitions', parent using errcode = 'invalid_parameter_value';
    end if;
    if before_day > current_date then
        raise exception 'today is not for dropping' using errcode = 'invalid_parameter_value';
    end if;
    for name in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_[0-9]{6}$')
                  and c.relname < parent || '_' || to_char(before_day, 'YYYYMM') loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;
"""

# Only replaying changes or removes a signal. The day of its device is then counted anew from what is on record.
STALE = """
create function note_stale_readings() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into stale_readings (device_id, day)
    select distinct device_id, (observed_at at time zone 'Asia/Shanghai')::date from rows
    on conflict do nothing;
    return null;
end $$;
create trigger note_removed after delete on signals referencing old table as rows
    for each statement execute function note_stale_readings();
create trigger note_changed after update on signals referencing old table as rows
    for each statement execute function note_stale_readings();

-- Counts the stale days of devices anew, from rows below the watermark. A day whose rows are in a file stays as it is.
create function count_stale_readings_anew(upto_transaction bigint) returns int
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    devices int[];
    days date[];
begin
    with gone as (delete from stale_readings returning device_id, day)
    select array_agg(g.device_id), array_agg(g.day) into devices, days from gone g
    where not exists (select from archived_days a where a.day = g.day and a.dropped_at is not null);
    if devices is null then
        return 0;
    end if;
    delete from readings_5min r using unnest(devices, days) t (device_id, day) where r.device_id = t.device_id
        and r.since >= t.day::timestamp at time zone 'Asia/Shanghai'
        and r.since < (t.day + 1)::timestamp at time zone 'Asia/Shanghai';
    delete from readings_daily r using unnest(devices, days) t (device_id, day) where r.device_id = t.device_id and r.day = t.day;
    insert into readings_5min
    select s.device_id, s.signal, date_bin('5 minutes', s.observed_at, timestamptz '2000-01-01 00:00+08'), s.venue_id,
           max(s.county), min(s.value), max(s.value), sum(s.value), count(*)
    from unnest(devices, days) t (device_id, day) join signals s on s.device_id = t.device_id
        and s.observed_at >= t.day::timestamp at time zone 'Asia/Shanghai'
        and s.observed_at < (t.day + 1)::timestamp at time zone 'Asia/Shanghai'
    where s.recorded_in < upto_transaction and s.value is not null
    group by 1, 2, 3, 4;
    insert into readings_daily
    select s.device_id, said.signal, t.day, s.venue_id, max(s.county), min(said.value), max(said.value),
           sum(said.value), count(*)
    from unnest(devices, days) t (device_id, day) join signals s on s.device_id = t.device_id
        and s.observed_at >= t.day::timestamp at time zone 'Asia/Shanghai'
        and s.observed_at < (t.day + 1)::timestamp at time zone 'Asia/Shanghai'
    cross join lateral (values (s.signal, s.value), ('battery', s.battery_pct), ('radio', s.rssi_dbm))
        said (signal, value)
    where s.recorded_in < upto_transaction and said.value is not null
    group by 1, 2, 3, 4;
    return cardinality(devices);
end $$;
"""

ARCHIVE = """
-- Days before this one that have rows: those with a partition, and those of stray rows in the default partition.
create function signal_days_before(before_day date) returns setof date
language sql security definer set search_path = public, pg_temp as $$
    select to_date(right(c.relname, 8), 'YYYYMMDD') from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'signals'::regclass and c.relname ~ '^signals_[0-9]{8}$'
        and c.relname < 'signals_' || to_char(before_day, 'YYYYMMDD')
    union
    select distinct (observed_at at time zone 'Asia/Shanghai')::date from signals_default
    where observed_at < before_day::timestamp at time zone 'Asia/Shanghai'
    order by 1
$$;

-- What a row says, in 64 bits; in which transaction it came is no part of it.
create function signal_hash(s signals) returns bigint language sql immutable as $$
    select hash_record_extended(row(s.device_id, s.signal, s.observed_at, s.venue_id, s.county, s.received_at, s.value,
        s.alarm, s.text, s.battery_pct, s.rssi_dbm, s.is_late), 0)
$$;

-- Drops a day whose rows are exactly those of its file, or any old day where the file is not wanted.
create function drop_signal_day(dropped_day date, file_wanted boolean) returns bigint
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '10s' as $$
declare
    name text := 'signals_' || to_char(dropped_day, 'YYYYMMDD');
    kept archived_days;
    there bigint;
    said numeric;
begin
    if dropped_day >= (now() at time zone 'Asia/Shanghai')::date - 1 then
        raise exception 'today and yesterday are not for dropping' using errcode = 'invalid_parameter_value';
    end if;
    if to_regclass(name) is null then
        return 0;
    end if;
    -- Nobody adds to this day from here on; other days go on.
    execute format('lock table %I in share mode', name);
    execute format('select count(*), coalesce(sum(signal_hash(s)), 0) from signals s
                    where observed_at >= %L and observed_at < %L',
                   dropped_day::timestamp at time zone 'Asia/Shanghai',
                   (dropped_day + 1)::timestamp at time zone 'Asia/Shanghai') into there, said;
    if there > 0 and exists (select from signals s where s.observed_at >= dropped_day::timestamp at time zone 'Asia/Shanghai'
            and s.observed_at < (dropped_day + 1)::timestamp at time zone 'Asia/Shanghai'
            and s.recorded_in >= (select upto from rolled_up))
        or exists (select from stale_readings where day = dropped_day) then
        raise exception 'the day % is not rolled up yet', dropped_day using errcode = 'object_not_in_prerequisite_state';
    end if;
    select * into kept from archived_days where day = dropped_day;
    if file_wanted and there > 0 and (kept.sha256 is null
            or kept.rows is distinct from there or kept.fingerprint is distinct from said) then
        raise exception 'the file of % does not hold what is on record', dropped_day
            using errcode = 'object_not_in_prerequisite_state';
    end if;
    execute format('drop table %I', name);
    if there > 0 then
        insert into archived_days (day, rows, dropped_at) values (dropped_day, there, now())
        on conflict (day) do update set dropped_at = now(), restored_at = null, failure = null, failed_at = null;
    end if;
    return there;
end $$;
"""

FUNCTIONS = (
    "ensure_month_partitions(text, date, date)",
    "drop_month_partitions(text, date)",
    "count_stale_readings_anew(bigint)",
    "signal_days_before(date)",
    "drop_signal_day(date, boolean)",
)


def upgrade() -> None:
    for block in (RECORDED, ROLL_UPS, MONTHS, STALE, ARCHIVE):
        op.execute(block)
    op.execute("grant select, insert, update on readings_5min, readings_daily, archived_days to anwang_app")
    op.execute("grant select, update on rolled_up to anwang_app")
    op.execute(f"revoke execute on function {', '.join(FUNCTIONS)} from public")
    op.execute(f"grant execute on function {', '.join(FUNCTIONS)} to anwang_app")
    for table in ("readings_5min", "readings_daily", "archived_days", "rolled_up", "stale_readings"):
        op.execute(f"alter table {table} enable row level security")
    for table in ("readings_5min", "readings_daily"):
        op.execute(f"create policy in_scope on {table} to anwang_app using ({IN_SCOPE})")
    for table in ("archived_days", "rolled_up"):
        op.execute(f"create policy province_wide on {table} to anwang_app using ({PROVINCE_WIDE})")
    op.execute(
        "select ensure_month_partitions(parent, date_trunc('year', current_date)::date, current_date + 62)"
        " from unnest(array['readings_5min', 'readings_daily']) parent"
    )


def downgrade() -> None:
    raise NotImplementedError("a revision that says what was archived is not taken back")
