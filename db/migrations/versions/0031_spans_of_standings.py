"""Running sums of standings over spans of 1, 2, 4 ... days, so that a count as of any day adds up half as many rows.

A day is counted in the spans that a reader of a later day may add up: those that begin at an even multiple of their
length (a binary indexed tree: P. M. Fenwick, "A new data structure for cumulative frequency tables", 1994). Its rows
are only ever added to, each on its own, so that writers of different days need not wait for each other.
"""

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

COUNTS = (
    *("proven", "verified", "alarms_on_time", "alarms_overdue", "alarms_unhandled", "alarms_left_out"),
    *("hazards_closed", "hazards_open"),
)

# Fifteen lengths reach from 2000 to 2089; a day outside counts as the first or the last of them.
SPANS = """
create function spans_of(day date) returns table (span int, first_day date)
language sql immutable strict parallel safe rows 8 as $$
    select 1 << k, date '2000-01-01' + ((n >> k) << k)
    from (select least(greatest(day - date '2000-01-01', 0), 32767)) since (n), generate_series(0, 14) k
    where (n >> k) % 2 = 0
$$;
"""
TABLE = """
drop table standing_steps;
create table standing_steps (
    span int not null,
    day date not null,
    county int not null,
    category text not null,
    {columns},
    constraint pk_standing_steps primary key (span, day, county, category)
);
grant select on standing_steps to anwang_app;
alter table standing_steps enable row level security;
"""
FILL = """
    insert into standing_steps (span, day, county, category, {columns})
    select s.span, s.first_day, county, category, {sums}
    from ({changes}) changed cross join lateral spans_of(changed.day) s
    group by 1, 2, 3, 4 having {any_change} order by 1, 2, 3, 4
"""
STEPS = """
create or replace function note_standings_{event}() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    {fill}
    on conflict (span, day, county, category) do update set {added};
    return null;
end $$;
"""
CHANGED_ROWS = {
    "insert": (("new_rows", 1),),
    "update": (("new_rows", 1), ("old_rows", -1)),
    "delete": (("old_rows", -1),),
}


def fill(rows: tuple[tuple[str, int], ...]) -> str:
    """What begins less what ends in these rows, added up by span."""
    changes = []
    for table, sign in rows:
        changes.append(f"select since as day, county, category, standing, {sign} as n from {table}")
        changes.append(f"select until, county, category, standing, {-sign} from {table} where until is not null")
    sums = [f"coalesce(sum(n) filter (where standing = '{name}'), 0)" for name in COUNTS]
    return FILL.format(
        columns=", ".join(COUNTS),
        sums=", ".join(sums),
        changes=" union all ".join(changes),
        any_change=" or ".join(f"{total} <> 0" for total in sums),
    )


def upgrade() -> None:
    op.execute(SPANS)
    op.execute(TABLE.format(columns=", ".join(f"{name} int not null default 0" for name in COUNTS)))
    added = ", ".join(f"{name} = standing_steps.{name} + excluded.{name}" for name in COUNTS)
    for event, rows in CHANGED_ROWS.items():
        op.execute(STEPS.format(event=event, fill=fill(rows), added=added))
    op.execute(fill((("standings", 1),)))
    op.execute("drop function ten_days_of(date)")
    # Not `(select scope_county_lo())`, which the planner cannot see through: it would expect one row in two hundred.
    op.execute("drop policy in_scope on coverage_steps")
    for table in ("standing_steps", "coverage_steps"):
        op.execute(
            f"create policy in_scope on {table} to anwang_app"
            " using (county between scope_county_lo() and scope_county_hi())"
        )


def downgrade() -> None:
    raise NotImplementedError("a revision that holds history is not taken back")
