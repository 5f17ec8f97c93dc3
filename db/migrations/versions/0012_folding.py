"""Alarms told apart: what each is taken for and why, and which devices have a part in it."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

IN_SCOPE = (
    "county between (select scope_county_lo()) and (select scope_county_hi())"
    " or venue_id = any ((select scope_venue_ids())::int[])"
)
ALARMS = """
alter table alarms add column nature text not null default 'reported';
alter table alarms add column because text[] not null default '{}';
alter table alarms add constraint ck_alarms_nature
    check (nature in ('suspected_test', 'suspected_fault', 'reported', 'corroborated'));
create index ix_alarms_device_id_closed_at on alarms (device_id, closed_at) where verdict in ('false', 'test_or_drill');
"""
PARTS = """
create table alarm_devices (
    alarm_id bigint not null,
    device_id int not null,
    venue_id int not null,
    county int not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    signal_count int not null,
    spans int[] not null,
    constraint pk_alarm_devices primary key (alarm_id, device_id),
    constraint fk_alarm_devices_alarm_id foreign key (alarm_id) references alarms (id),
    constraint fk_alarm_devices_device_id foreign key (device_id) references devices (id),
    constraint fk_alarm_devices_venue_id foreign key (venue_id) references venues (id),
    constraint fk_alarm_devices_county foreign key (county) references regions (adcode)
);
create index ix_alarm_devices_device_id on alarm_devices (device_id, last_at);
grant select, insert, update on alarm_devices to anwang_app;
alter table alarm_devices enable row level security;

insert into alarm_devices (alarm_id, device_id, venue_id, county, first_at, last_at, signal_count, spans)
select a.id, d.id, a.venue_id, a.county, min(s.at), max(s.at), 1,
       array[floor(extract(epoch from min(s.at)) / 300)::int]
from alarms a join alarm_steps s on s.alarm_id = a.id and s.step in ('raised', 'joined')
join devices d on d.code = s.actor_name
where a.closed_at is null group by a.id, d.id;
"""


def upgrade() -> None:
    op.execute(ALARMS)
    op.execute(PARTS)
    op.execute(f"create policy in_scope on alarm_devices to anwang_app using ({IN_SCOPE})")


def downgrade() -> None:
    raise NotImplementedError("what alarms were taken for is not taken back")
