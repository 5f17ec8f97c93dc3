"""What the doors and the life of telemetry still needed: no way for signals out of the record but through the archive."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# Signals leave by `drop_signal_day` alone, which compares the day with its file.
DROP_RAW = """
create or replace function drop_day_partitions(parent text, before_day date) returns int
language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '10s' as $$
declare
    name text;
    dropped int := 0;
begin
    if parent = 'signals' then
        raise exception 'signals leave through the archive alone' using errcode = 'insufficient_privilege';
    end if;
    if parent <> 'raw_batches' then
        raise exception 'the table % has no daily partitions', parent using errcode = 'invalid_parameter_value';
    end if;
    if before_day > current_date then
        raise exception 'today is not for dropping' using errcode = 'invalid_parameter_value';
    end if;
    for name in select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
                where i.inhparent = parent::regclass and c.relname ~ ('^' || parent || '_[0-9]{8}$')
                  and c.relname < parent || '_' || to_char(before_day, 'YYYYMMDD') loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end $$;
"""

# When work that goes on by itself was last done; counted from this revision on where it never was.
TURNS = """
create table turns (
    name text not null,
    ended_at timestamptz not null,
    constraint pk_turns primary key (name)
);
insert into turns (name, ended_at) values ('online.judge', now());
grant select, insert, update on turns to anwang_app;
update rolled_up set at = coalesce(at, now());
"""

# Nobody's rows: how far behind the workers are may be asked within any scope.
STANDING_WORK = """
create function standing_work(oldest_kept date, restored_since timestamptz) returns table (
    counted_at timestamptz, judged_at timestamptz, waiting_since timestamptz, overdue_day date, archive_failure text
)
language sql stable security definer set search_path = public, pg_temp as $$
    select (select at from rolled_up),
           (select ended_at from turns where name = 'online.judge'),
           (select received_at from inbox where state = 'waiting' order by id limit 1),
           overdue.day,
           (select failure from archived_days where day = overdue.day)
    from (select 1) one left join lateral (
        select min(d) as day from signal_days_before(oldest_kept) d
        where not exists (select from archived_days a where a.day = d and a.restored_at > restored_since)
    ) overdue on true
$$;
revoke execute on function standing_work(date, timestamptz) from public;
grant execute on function standing_work(date, timestamptz) to anwang_app;
"""


def upgrade() -> None:
    for block in (DROP_RAW, TURNS, STANDING_WORK):
        op.execute(block)


def downgrade() -> None:
    raise NotImplementedError("a revision that closes a way round the archive is not taken back")
