"""`anwang reader …`: logins of the database for pandas, DuckDB and QGIS."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.addresses import Addresses
from db.commands import readers
from db.errors import CannotStart
from db.queries.named_places import grant_place
from db.rules.access_scope import EVERYTHING, Role
from db.rules.role_places import PlaceKind
from db.services.database import running
from db.session import Record
from db.settings import load

app = typer.Typer(help="Logins of the database that read the views of `exit`.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="small letters, digits and underscores")]
_LIST = text("select login, label, county_lo, county_hi, made_at, revoked_at from reader_logins order by login")


@contextmanager
def _owner() -> Iterator[tuple[Addresses, Connection]]:
    with running(load()) as found:
        if found.database_owner is None:
            raise CannotStart("To make or revoke readers, name the database as its owner with ANWANG_DATABASE_URL.")
        engine = create_engine(found.database_owner, poolclass=NullPool)
        with engine.begin() as connection:
            yield found, connection
        engine.dispose()


def _by() -> str:
    return f"command line ({getpass.getuser()})"


@app.command("add")
def add(
    name: Name,
    scope: Annotated[str, typer.Option("--scope", help="code or name of the province, city or county that it sees")],
    label: Annotated[str, typer.Option("--label", help="whose it is, and what for")] = "",
) -> None:
    """Make a login; its password and connection string are shown this once."""
    with _owner() as (found, connection):
        record = Record(found.database_app, pool_size=1, application_name="anwang reader")
        with record.scoped(EVERYTHING) as session:
            place = grant_place(session, Role.ANALYST, {PlaceKind.REGION: scope})
        record.close()
        made = readers.add(connection, name, label, place.county_lo, place.county_hi, _by(), datetime.now(UTC))
    typer.echo(f"Reader {made.login} made; it sees the counties {place.county_lo} to {place.county_hi}.")
    _show_once(found, made)


@app.command("password")
def password(name: Name) -> None:
    """Give a reader a new password, shown this once."""
    with _owner() as (found, connection):
        made = readers.set_password(connection, name, _by())
    _show_once(found, made)


@app.command("revoke")
def revoke(name: Name) -> None:
    """End a reader: it logs in no more, and open sessions see nothing any more."""
    with _owner() as (_found, connection):
        login = readers.revoke(connection, name, _by(), datetime.now(UTC))
    typer.echo(f"Reader {login} revoked.")


@app.command("list")
def show() -> None:
    """Every reader with how far it sees."""
    with _owner() as (_found, connection):
        rows = connection.execute(_LIST).all()
    table = Table("login", "label", "counties", "made", "state")
    for row in rows:
        state = "revoked" if row.revoked_at else ""
        table.add_row(row.login, row.label, f"{row.county_lo}–{row.county_hi}", f"{row.made_at:%Y-%m-%d}", state)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def _show_once(found: Addresses, made: readers.MadeReader) -> None:
    assert found.database_owner is not None
    url = found.database_owner.set(drivername="postgresql", username=made.login, password=made.password)
    typer.echo(f"Password, shown this once: {made.password}")
    typer.echo(f"Connection: {url.render_as_string(hide_password=False)}")
