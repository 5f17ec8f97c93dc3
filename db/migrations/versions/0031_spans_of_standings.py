"""Running sums of standings over spans of 1, 2, 4 ... days, of coverage over five and ten days too: fewer rows to add up.

A day of standings is counted in the spans that a reader of a later day may add up: those that begin at an even multiple
of their length (a binary indexed tree: P. M. Fenwick, "A new data structure for cumulative frequency tables", 1994).
`db.queries.running_sums` reads them, and knows the first day and the number of lengths too.
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

# Fifteen lengths reach from 2000 to 2089; what begins earlier counts from the first day on, what begins later never.
SPANS = """
create function spans_of(day date) returns table (span int, first_day date)
language sql immutable parallel safe rows 8 as $$
    select 1 << k, date '2000-01-01' + ((n >> k) << k)
    from (select least(greatest(day - date '2000-01-01', 0), 32767)) since (n), generate_series(0, 14) k
    where day is not null and (n >> k) % 2 = 0
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
COVERAGE = """
create function coverage_step(grain text, day date) returns date language sql immutable parallel safe as $$
    select case grain when 'day' then day
        when 'five' then date_trunc('month', day::timestamp)::date + 5 * least(5, (extract(day from day)::int - 1) / 5)
        when 'ten' then date_trunc('month', day::timestamp)::date + 10 * least(2, (extract(day from day)::int - 1) / 10)
        else date_trunc(grain, day::timestamp)::date end
$$;
"""
COVERAGE_FILL = """
insert into coverage_steps (grain, day, county, category, venues, accessed, on_duty)
select g.grain, coverage_step(g.grain, day), county, category, sum(venues), sum(accessed), sum(on_duty)
from coverage_steps s cross join (values ('five'), ('ten')) g (grain)
where s.grain = 'day' group by 1, 2, 3, 4 order by 1, 2, 3, 4
"""
COVERAGE_STEPS = """
create or replace function note_{table}_{event}() returns trigger language plpgsql security definer
set search_path = public, pg_temp as $$
begin
    insert into coverage_steps (grain, day, county, category, {measure})
    select g.grain, coverage_step(g.grain, changed.day), county, category, sum(n)
    from ({changes}) changed cross join (values ('day'), ('five'), ('ten'), ('month'), ('year')) g (grain)
    where changed.day is not null
    group by 1, 2, 3, 4 having sum(n) <> 0 order by 1, 2, 3, 4
    on conflict (grain, day, county, category) do update set {measure} = coverage_steps.{measure} + excluded.{measure};
    return null;
end $$;
"""
COVERED = (
    ("venues", "venues", "in_scope_from", "in_scope_until"),
    ("access_history", "accessed", "accessed_from", "accessed_until"),
    ("duty_history", "on_duty", "declared_from", "declared_until"),
)
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


def coverage_steps(event: str, table: str, measure: str, since: str, until: str) -> str:
    """The function that keeps coverage_steps after one kind of statement on one table."""
    changes = []
    for rows, sign in CHANGED_ROWS[event]:
        changes.append(f"select {since} as day, county, category, {sign} as n from {rows}")
        changes.append(f"select {until}, county, category, {-sign} from {rows}")
    return COVERAGE_STEPS.format(table=table, event=event, measure=measure, changes=" union all ".join(changes))


def upgrade() -> None:
    # Whoever writes through the old triggers has come to an end before the sums are taken anew.
    op.execute("lock table venues, access_history, duty_history, standings in share row exclusive mode")
    op.execute(SPANS)
    op.execute(TABLE.format(columns=", ".join(f"{name} int not null default 0" for name in COUNTS)))
    added = ", ".join(f"{name} = standing_steps.{name} + excluded.{name}" for name in COUNTS)
    for event, rows in CHANGED_ROWS.items():
        op.execute(STEPS.format(event=event, fill=fill(rows), added=added))
    op.execute(fill((("standings", 1),)))
    op.execute("drop function ten_days_of(date)")
    op.execute(COVERAGE)
    for event in CHANGED_ROWS:
        for covered in COVERED:
            op.execute(coverage_steps(event, *covered))
    op.execute(COVERAGE_FILL)
    op.execute("drop index ix_venues_sub_type")
    op.execute("create index ix_venues_with_sub_type on venues (county) where sub_type is not null")
    # Not `(select scope_county_lo())` as everywhere else: the planner cannot see through it, takes every range for one
    # row in two hundred, and would sort a nation's sums on disk. Other tables are read a few rows at a time.
    op.execute("drop policy in_scope on coverage_steps")
    for table in ("standing_steps", "coverage_steps"):
        op.execute(
            f"create policy in_scope on {table} to anwang_app"
            " using (county between scope_county_lo() and scope_county_hi())"
        )


def downgrade() -> None:
    raise NotImplementedError("a revision that holds history is not taken back")
