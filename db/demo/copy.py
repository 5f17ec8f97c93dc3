"""Writing rows with COPY: the fastest way in."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, text

_LATER = text(
    """
    select conrelid::regclass::text as owner, conname, pg_get_constraintdef(oid) as rule from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('f', 'x') and conparentid = 0
    """
)


@contextmanager
def drawn_at_once(connection: Connection) -> Iterator[None]:
    """Let the map's cells follow at the end, once for all rows."""
    tables = ("venues", "access_history", "duty_history")
    for table in tables:
        connection.execute(text(f"alter table {table} disable trigger redraw_map_insert"))
    yield
    for table in tables:
        connection.execute(text(f"alter table {table} enable trigger redraw_map_insert"))
    connection.execute(text("select redraw_map(array_agg(distinct county)) from venues"))


@contextmanager
def checked_at_once(connection: Connection) -> Iterator[None]:
    """Take foreign keys and exclusions off, and put them back at the end: one check of all rows, not one a row."""
    constraints = connection.execute(_LATER).all()
    for owner, name, _rule in constraints:
        connection.execute(text(f"alter table {owner} drop constraint {name}"))
    yield
    connection.execute(text("set constraints all immediate"))
    for owner, name, rule in constraints:
        connection.execute(text(f"alter table {owner} add constraint {name} {rule}"))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table; answers how many. None becomes NULL, and so does empty text."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\n").writerows(rows)
    lines.seek(0)
    cursor = connection.connection.cursor()
    cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin with (format csv)", lines)
    return int(cursor.rowcount)
