"""Bringing a database to this version of Anwang, as its owner."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from db.addresses import APP_ROLE, DOOR_ROLE, READER_ROLE
from db.errors import CannotStart, DatabaseTooNew

HERE = Path(__file__).parent

_PARTITIONS = text(
    "select ensure_day_partitions(parent, current_date - 2, current_date + 7)"
    " from unnest(array['signals', 'raw_batches']) parent"
)
_MONTHS = text(
    "select ensure_month_partitions(parent, current_date - 62, current_date + 62)"
    " from unnest(array['readings_5min', 'readings_daily']) parent"
)


def newest() -> str:
    """The revision that this version of Anwang works with."""
    head = ScriptDirectory(str(HERE)).get_current_head()
    assert head is not None
    return head


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def check_not_newer(revision: str | None) -> None:
    """Raise `DatabaseTooNew` where this version does not know the database's revision."""
    known = {script.revision for script in ScriptDirectory(str(HERE)).walk_revisions()}
    if revision is not None and revision not in known:
        raise DatabaseTooNew(
            f"The database is at revision {revision}, made by a newer version of Anwang;"
            f" this one knows {newest()}. Update Anwang, or name another database."
        )


def upgrade(owner_url: URL, app_password: str, report: Callable[[str], None] = lambda _: None) -> str:
    """Make roles, extension and tables; answers the revision reached. Does nothing where all is done."""
    engine = create_engine(owner_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            check_not_newer(current(connection))
            connection.rollback()
            report("roles and PostGIS")
            _prepare(connection, app_password)
            connection.commit()
            report("tables")
            config = Config()
            config.set_main_option("script_location", str(HERE))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
            report("partitions")
            connection.execute(_PARTITIONS)
            connection.execute(_MONTHS)
            connection.commit()
            return newest()
    except OperationalError as error:
        raise CannotStart(f"The database does not answer: {str(error.orig).strip().splitlines()[0]}.") from error
    finally:
        engine.dispose()


def _prepare(connection: Connection, app_password: str) -> None:
    try:
        for role, options in (*((DOOR_ROLE, "nologin"), (APP_ROLE, "login noinherit"), (READER_ROLE, "nologin")),):
            if not connection.scalar(text("select 1 from pg_roles where rolname = :r"), {"r": role}):
                connection.execute(text(f"create role {role} {options}"))
        quoted = connection.scalar(text("select quote_literal(:p)"), {"p": app_password})
        connection.exec_driver_sql(f"alter role {APP_ROLE} password {quoted}".replace("%", "%%"))
        connection.execute(text(f"grant {DOOR_ROLE} to {APP_ROLE}"))
        connection.execute(text("create extension if not exists postgis"))
    except ProgrammingError as error:
        raise CannotStart(
            "The database's owner must be able to create roles and the extension postgis:"
            f" {str(error.orig).strip().splitlines()[0]}."
        ) from error
    _let_spatial_index_work(connection)
    _close_to_readers(connection)


def _close_to_readers(connection: Connection) -> None:
    """Nobody but our own programs makes temporary tables: said of the database itself, which no dump carries along."""
    database = connection.scalar(text("select quote_ident(current_database())"))
    connection.exec_driver_sql(f"revoke temporary on database {database} from public")
    connection.exec_driver_sql(f"grant temporary on database {database} to {APP_ROLE}, {DOOR_ROLE}")


def _let_spatial_index_work(connection: Connection) -> None:
    """Mark the box comparison leakproof, or PostgreSQL never uses the spatial index under row-level security.

    Only a superuser may. Without it everything works, slower on tiles.
    """
    if connection.scalar(text("select rolsuper from pg_roles where rolname = current_user")):
        connection.execute(text("alter function geometry_overlaps(geometry, geometry) leakproof"))
