"""`anwang user …` and `anwang wall …`: who may log in, and the wall displays."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from db.commands import passwords, people
from db.commands.people import Operator
from db.queries import people as people_queries
from db.queries.named_places import GrantPlace, grant_place
from db.rules.access_scope import EVERYTHING, Role
from db.rules.role_places import PlaceKind
from db.services.database import running
from db.session import Record
from db.settings import load

users = typer.Typer(help="Accounts: who may log in, and as what.", no_args_is_help=True)
walls = typer.Typer(help="Wall displays and their device tokens.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="what the person types to log in")]
TheRole = Annotated[Role, typer.Option("--role", help="what the person acts as")]
Region = Annotated[str | None, typer.Option("--region", help="GB/T 2260 code or name of a province, city or county")]
Venue = Annotated[str | None, typer.Option("--venue", help="code, number or name of a venue")]
Maintainer = Annotated[str | None, typer.Option("--maintainer", help="number or name of a maintainer")]
PasswordStdin = Annotated[bool, typer.Option("--password-stdin", help="read the password's line from standard input")]


@contextmanager
def _record() -> Iterator[Record]:
    with running(load()) as addresses:
        record = Record(addresses.database_app, pool_size=1, application_name="anwang user")
        try:
            yield record
        finally:
            record.close()


def _operator() -> Operator:
    return Operator(None, f"command line ({getpass.getuser()})")


def _place(record: Record, role: Role, region: str | None, venue: str | None, maintainer: str | None) -> GrantPlace:
    named = {PlaceKind.REGION: region, PlaceKind.VENUE: venue, PlaceKind.MAINTAINER: maintainer}
    with record.scoped(EVERYTHING) as session:
        return grant_place(session, role, named)


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was made up here and must be shown."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    return passwords.invented(), True


def _show_once(login: str, password: str) -> None:
    typer.echo(f"Password of {login}, shown this once: {password}")


@users.command("add")
def add(
    login: Login,
    name: Annotated[str, typer.Option("--name", help="the person's name")],
    role: TheRole,
    region: Region = None,
    venue: Venue = None,
    maintainer: Maintainer = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Make an account. Without --password-stdin a password is made up and printed once."""
    password, is_new = _password(password_stdin)
    with _record() as record:
        place = _place(record, role, region, venue, maintainer)
        with record.door() as session:
            people.add_account(session, login, name, password, role, place, _operator())
    typer.echo(f"Account {login} made: {name}, {role}.")
    if is_new:
        _show_once(login, password)


@users.command("grant")
def grant(
    login: Login, role: TheRole, region: Region = None, venue: Venue = None, maintainer: Maintainer = None
) -> None:
    """Give an account another role; the person switches between them in the portal."""
    with _record() as record:
        place = _place(record, role, region, venue, maintainer)
        with record.door() as session:
            people.add_grant(session, login, role, place, _operator())
    typer.echo(f"{login} may act as {role} too.")


@users.command("list")
def show() -> None:
    """Every account with its roles."""
    with _record() as record, record.door() as session:
        accounts = people_queries.accounts(session)
    table = Table("login", "name", "roles", "state")
    now = datetime.now(UTC)
    for account in accounts:
        is_locked = account.locked_until is not None and account.locked_until > now
        state = "disabled" if account.disabled else "locked" if is_locked else ""
        table.add_row(account.login, account.name, account.roles, state)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


@users.command("password")
def password(login: Login, password_stdin: PasswordStdin = False) -> None:
    """Set a new password; unlocks the account and ends its sessions."""
    chosen, is_new = _password(password_stdin)
    with _record() as record, record.door() as session:
        people.set_password(session, login, chosen, _operator())
    typer.echo(f"Password of {login} set; its sessions have ended.")
    if is_new:
        _show_once(login, chosen)


@users.command("disable")
def disable(login: Login) -> None:
    """Close an account; its sessions end within seconds."""
    with _record() as record, record.door() as session:
        ended = people.set_disabled(session, login, True, _operator())
    typer.echo(f"Account {login} disabled; sessions ended: {ended}.")


@users.command("enable")
def enable(login: Login) -> None:
    """Open a disabled account again."""
    with _record() as record, record.door() as session:
        people.set_disabled(session, login, False, _operator())
    typer.echo(f"Account {login} enabled.")


@walls.command("token")
def token(
    label: Annotated[str, typer.Argument(help="where the display hangs")],
    region: Annotated[str, typer.Option("--region", help="code or name of the region that it shows")] = "360000",
) -> None:
    """Make a device token for a wall display and print the address that it opens."""
    settings = load()
    with _record() as record:
        place = _place(record, Role.WALL, region, None, None)
        with record.door() as session:
            made = people.make_wall(session, label, place, _operator())
    typer.echo(f"Open this once on the display; it is shown here only: http://HOST:{settings.portal_port}/kiosk/{made}")


@walls.command("revoke")
def revoke(label: Annotated[str, typer.Argument(help="where the display hangs")]) -> None:
    """Make a wall display's token worthless; its sessions end within seconds."""
    with _record() as record, record.door() as session:
        ended = people.revoke_wall(session, label, _operator(), datetime.now(UTC))
    typer.echo(f"Wall display {label} revoked; sessions ended: {ended}.")
