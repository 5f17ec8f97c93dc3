"""Devices by their address at a door, components behind their gateway, and duty checks (查岗)."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or venue_id = any ((select scope_venue_ids())::int[])"
)

TABLES = """
alter table devices add column gateway_id int;
alter table devices add constraint fk_devices_gateway_id foreign key (gateway_id) references devices (id);
create index ix_devices_gateway_id on devices (gateway_id) where gateway_id is not null;

create table device_addresses (
    door text not null,
    address text not null,
    device_id int not null,
    venue_id int not null,
    county int not null,
    dialect text,
    constraint pk_device_addresses primary key (door, address),
    constraint fk_device_addresses_device_id foreign key (device_id) references devices (id),
    constraint fk_device_addresses_venue_id foreign key (venue_id) references venues (id),
    constraint fk_device_addresses_county foreign key (county) references regions (adcode)
);
create index ix_device_addresses_device_id on device_addresses (device_id);
create index ix_device_addresses_venue_id on device_addresses (venue_id);

create table duty_checks (
    id bigint generated always as identity,
    venue_id int not null,
    county int not null,
    device_id int not null,
    asked_at timestamptz not null,
    asked_by int,
    asked_by_name text not null,
    minutes smallint not null,
    state text not null default 'asked',
    sent_at timestamptz,
    confirmed_at timestamptz,
    answered_at timestamptz,
    operator_number smallint,
    constraint pk_duty_checks primary key (id),
    constraint fk_duty_checks_venue_id foreign key (venue_id) references venues (id),
    constraint fk_duty_checks_county foreign key (county) references regions (adcode),
    constraint fk_duty_checks_device_id foreign key (device_id) references devices (id),
    constraint fk_duty_checks_asked_by foreign key (asked_by) references people (id),
    constraint ck_duty_checks_minutes check (minutes between 1 and 255)
);
create index ix_duty_checks_venue_id on duty_checks (venue_id);
create index ix_duty_checks_open on duty_checks (device_id, asked_at) where state in ('asked', 'sent', 'confirmed');
"""

GRANTS = """
grant select, insert, update on device_addresses, duty_checks to anwang_app;
grant delete on device_addresses to anwang_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(GRANTS)
    for table in ("device_addresses", "duty_checks"):
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"create policy in_scope on {table} to anwang_app using ({IN_SCOPE})")


def downgrade() -> None:
    raise NotImplementedError("a revision that holds evidence of duty is not taken back")
