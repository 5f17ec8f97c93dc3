"""The province's venues many times over, for what must still be quick with a country's."""

import time

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from portal.bench.own_installation import OwnInstallation

TABLES = ("venues", "access_history", "duty_history")
_VENUES = text(
    """
    insert into venues (code, name, name_initials, category, sub_type, county, address, students, point,
        in_scope_from, in_scope_until, is_demo)
    select 'BENCH-' || n || '-' || v.id, v.name, v.name_initials, v.category, v.sub_type, v.county, v.address,
        v.students, st_setsrid(st_makepoint(st_x(v.point) + (random() + random() + random() - 1.5) * 0.02,
            st_y(v.point) + (random() + random() + random() - 1.5) * 0.02), 4490),
        v.in_scope_from, v.in_scope_until, true
    from venues v cross join generate_series(1, :times) n limit :missing
    """
)
_HISTORY = """
    insert into {table} (venue_id, county, category, {columns})
    select n.id, n.county, n.category, {columns} from {table} h
    join venues v on v.id = h.venue_id join venues n on n.code like 'BENCH-%' and split_part(n.code, '-', 3)::int = v.id
"""
_COPIED = (
    text(_HISTORY.format(table="access_history", columns="accessed_from, accessed_until")),
    text(_HISTORY.format(table="duty_history", columns="maintainer_id, declared_from, declared_until")),
)


def fill_up(own: OwnInstallation, wanted: int) -> float:
    """Copies of the venues around where they are, with their history; answers the seconds of drawing all cells."""
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool)
    with engine.begin() as connection:
        have = int(connection.scalar(text("select count(*) from venues")) or 0)
        for table in TABLES:
            connection.execute(text(f"alter table {table} disable trigger user"))
        if wanted > have:
            connection.execute(_VENUES, {"times": -(-(wanted - have) // have), "missing": wanted - have})
            for step in _COPIED:
                connection.execute(step)
        for table in TABLES:
            connection.execute(text(f"alter table {table} enable trigger user"))
        began = time.perf_counter()
        connection.execute(text("select redraw_map(array_agg(adcode)) from regions where level = 'county'"))
        took = round(time.perf_counter() - began, 1)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (*TABLES, "map_cells"):
            connection.execute(text(f"vacuum analyze {table}"))
    engine.dispose()
    return took
