"""`anwang db …`, `demo …`, `import …`: what the record itself brings to the command line."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from db import device_logins, migrations, reader_commands
from db.addresses import Addresses, read_secrets
from db.errors import CannotStart
from db.plan_files.commands import import_plan
from db.rankings_command import rankings
from db.rehearsal_command import rehearse
from db.services.database import running
from db.settings import Settings, load
from db.station_import.commands import import_stations
from db.venue_import import commands as venue_import

app = typer.Typer()
db_app = typer.Typer(help="The database.", no_args_is_help=True)
demo_app = typer.Typer(help="The demonstration province.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(demo_app, name="demo")
venue_import.app.command("stations")(import_stations)
app.add_typer(venue_import.app, name="import")
venue_import.app.command("plan")(import_plan)
app.add_typer(device_logins.app, name="devices")
app.add_typer(reader_commands.app, name="reader")
app.command("rehearse")(rehearse)
app.command("rankings")(rankings)

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


@demo_app.command("load")
def load_demo(
    seed: Annotated[int, typer.Option(help="the same seed makes the same province")] = 2024, quiet: Quiet = False
) -> None:
    """Fill an empty record with the demonstration province: 18,845 invented venues on real boundaries."""
    from db import demo

    settings = load()
    console = Console(quiet=quiet, highlight=False)
    with running(settings) as found, console.status("demonstration province") as status:
        upgrade_record(settings, found)
        if found.database_owner is None:
            raise CannotStart("To load the province, name the database as its owner with ANWANG_DATABASE_URL.")
        demo.load(
            found.database_owner,
            seed=seed,
            today=date.today(),  # noqa: DTZ011 - the day where the installation is
            var_dir=settings.var_dir,
            report=lambda step: status.update(f"demonstration province: {step}"),
        )
    console.print("The demonstration province is loaded; its accounts are in demo_accounts.json beside the data.")
