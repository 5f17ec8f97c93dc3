"""`anwang db …`, `demo …`, `import …`: what the record itself brings to the command line."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from db import migrations
from db.addresses import Addresses, read_secrets
from db.errors import CannotStart
from db.services.database import running
from db.settings import Settings, load

app = typer.Typer()
db_app = typer.Typer(help="The database.", no_args_is_help=True)
demo_app = typer.Typer(help="The demonstration province.", no_args_is_help=True)
import_app = typer.Typer(help="Taking over what a bureau has.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(demo_app, name="demo")
app.add_typer(import_app, name="import")

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="say nothing where all goes well")]


@db_app.command("upgrade")
def upgrade(quiet: Quiet = False) -> None:
    """Bring the database to this version: roles, tables, signal partitions. Safe to repeat."""
    settings = load()
    console = Console(quiet=quiet, highlight=False)
    with running(settings) as found, console.status("database") as status:
        revision = upgrade_record(settings, found, lambda step: status.update(f"database: {step}"))
    console.print(f"The database is at revision {revision}.")


def upgrade_record(settings: Settings, found: Addresses, report: Callable[[str], None] = lambda _step: None) -> str:
    """Upgrade as the schema's owner; answers the revision reached."""
    if found.database_owner is None:
        raise CannotStart("To upgrade the database, name it as its owner with ANWANG_DATABASE_URL.")
    password = found.database_app.password or read_secrets(settings.var_dir)["postgres_app"]
    return migrations.upgrade(found.database_owner, str(password), report)
