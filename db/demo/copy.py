"""Writing rows with COPY: the fastest way in."""

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, text

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


_LATER = text(
    """
    select conrelid::regclass::text as owner, conname, pg_get_constraintdef(oid) as rule from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('f', 'x') and conparentid = 0
    """
)


@contextmanager
def checked_at_once(connection: Connection) -> Iterator[None]:
    """Take foreign keys and exclusions off, and put them back at the end: one check of all rows, not one a row."""
    constraints = connection.execute(_LATER).all()
    for owner, name, _rule in constraints:
        connection.execute(text(f"alter table {owner} drop constraint {name}"))
    yield
    for owner, name, rule in constraints:
        connection.execute(text(f"alter table {owner} add constraint {name} {rule}"))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Append rows to a table; answers how many. None becomes NULL."""
    text = io.StringIO()
    n = 0
    for row in rows:
        text.write("\t".join(map(_cell, row)))
        text.write("\n")
        n += 1
    text.seek(0)
    cursor = connection.connection.cursor()
    cursor.copy_expert(f"copy {table} ({', '.join(columns)}) from stdin", text)
    return n


def _cell(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).translate(_ESCAPED) if isinstance(value, str) else str(value)
