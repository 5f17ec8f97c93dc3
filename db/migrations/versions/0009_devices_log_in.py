"""A device's own login at the broker: the hash alone is kept, in mosquitto's shape."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or venue_id = any ((select scope_venue_ids())::int[])"
)
TABLE = """
create table device_credentials (
    device_id int not null,
    venue_id int not null,
    county int not null,
    hash text not null,
    issued_at timestamptz not null,
    revoked_at timestamptz,
    constraint pk_device_credentials primary key (device_id),
    constraint fk_device_credentials_device_id foreign key (device_id) references devices (id),
    constraint fk_device_credentials_venue_id foreign key (venue_id) references venues (id),
    constraint fk_device_credentials_county foreign key (county) references regions (adcode)
);
create index ix_device_credentials_venue_id on device_credentials (venue_id);
grant select, insert, update on device_credentials to anwang_app;
alter table device_credentials enable row level security;
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute(f"create policy in_scope on device_credentials to anwang_app using ({IN_SCOPE})")


def downgrade() -> None:
    raise NotImplementedError("logins that devices hold are not taken back")
