"""What each device's "online" is worth: its state as dated history, when it was last proven, how far its clock is off."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or venue_id = any ((select scope_venue_ids())::int[])"
)

LATEST = """
alter table device_latest add column proven_at timestamptz;
alter table device_latest add column counter float8;
alter table device_latest add column skew_day date;
alter table device_latest add column skew_seconds float4;
alter table device_latest add column skew_before float4;
"""

STATES = """
create table device_states (
    device_id int not null,
    since timestamptz not null,
    until timestamptz,
    venue_id int not null,
    county int not null,
    state text not null,
    by_gateway boolean not null default false,
    alarmed_at timestamptz,
    constraint pk_device_states primary key (device_id, since),
    constraint ck_device_states_order check (until is null or until > since),
    constraint ck_device_states_state check
        (state in ('proven', 'heard', 'flapping', 'faulty', 'silent', 'registered')),
    constraint fk_device_states_device_id foreign key (device_id) references devices (id),
    constraint fk_device_states_venue_id foreign key (venue_id) references venues (id),
    constraint fk_device_states_county foreign key (county) references regions (adcode)
);
create unique index ix_device_states_current on device_states (device_id) where until is null;
create index ix_device_states_venue_id on device_states (venue_id) where until is null;
create index ix_device_states_unrung on device_states (since)
    where until is null and state = 'silent' and alarmed_at is null;
create index ix_device_states_fell_silent on device_states (since) where state = 'silent';
grant select, insert, update on device_states to anwang_app;

-- Only history that ended long ago leaves.
create function drop_device_states(before_day date) returns int
language plpgsql security definer set search_path = public as $$
declare
    dropped int;
begin
    if before_day > current_date - 30 then
        raise exception 'recent history is not for dropping' using errcode = 'invalid_parameter_value';
    end if;
    delete from device_states where until < before_day::timestamp at time zone 'Asia/Shanghai';
    get diagnostics dropped = row_count;
    return dropped;
end $$;
revoke execute on function drop_device_states(date) from public;
grant execute on function drop_device_states(date) to anwang_app;
alter table device_states enable row level security;
"""


# A temporary table must never stand in for a real one.
SEARCH_PATHS = """
do $$
declare
    called regprocedure;
begin
    for called in select p.oid::regprocedure from pg_proc p
                  where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.proowner = current_user::regrole
    loop
        execute format('alter function %s set search_path = public, pg_temp', called);
    end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(LATEST)
    op.execute(STATES)
    op.execute(SEARCH_PATHS)
    op.execute(f"create policy in_scope on device_states to anwang_app using ({IN_SCOPE})")


def downgrade() -> None:
    raise NotImplementedError("a revision that holds history is not taken back")
