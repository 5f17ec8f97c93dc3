"""`anwang db …`, `demo …`, `import …`: what the record itself brings to the command line."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from db import device_logins, migrations
from db.addresses import Addresses, read_secrets
from db.errors import CannotStart, InvalidInput
from db.plan_files.commands import import_plan
from db.queries import coverage, regions
from db.rehearsal_command import rehearse
from db.rules.access_scope import region_scope
from db.services.database import running
from db.session import Record
from db.settings import Settings, load
from db.venue_import import commands as venue_import

HERE = ZoneInfo("Asia/Shanghai")

app = typer.Typer()
db_app = typer.Typer(help="The database.", no_args_is_help=True)
demo_app = typer.Typer(help="The demonstration province.", no_args_is_help=True)
app.add_typer(db_app, name="db")
app.add_typer(demo_app, name="demo")
app.add_typer(venue_import.app, name="import")
venue_import.app.command("plan")(import_plan)
app.add_typer(device_logins.app, name="devices")
app.command("rehearse")(rehearse)

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


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


@app.command()
def rankings(
    as_of: Annotated[str, typer.Option(help="day to look at, YYYY-MM-DD; today where left out")] = "",
    format: Annotated[Format, typer.Option(help="for people or for programs")] = Format.TABLE,
    level: Annotated[list[str] | None, typer.Option(help="province, city or county; may be repeated")] = None,
    region: Annotated[int, typer.Option(help="code of the region to look within")] = 360_000,
) -> None:
    """Access and declared duty of the bulletin's categories, by region, as of any day."""
    levels = level or ["province", "city"]
    unknown = [name for name in levels if name not in coverage.LEVELS]
    if unknown:
        raise InvalidInput(f"There is no level {unknown[0]!r}; choose from {', '.join(coverage.LEVELS)}.")
    day = _day(as_of)
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang rankings")
        with record.scoped(region_scope(region)) as session:
            regions.tree(session).one(region)
            rows = coverage.ranking(session, day, levels, within=region)
        record.close()
    if format is Format.JSON:
        sys.stdout.write(json.dumps({"as_of": day.isoformat(), "rows": [_plain(row) for row in rows]}) + "\n")
    else:
        Console(highlight=False).print(_table(day, rows))


def _day(text: str) -> date:
    today = datetime.now(HERE).date()
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no day; write YYYY-MM-DD.") from error
    if day > today:
        raise InvalidInput(f"{day} has not come yet; the last day that can be asked for is {today}.")
    return day


def _plain(row: coverage.CoverageRow) -> dict[str, object]:
    return {
        "level": row.level,
        "adcode": row.adcode,
        "category": row.category,
        "venues": row.venues,
        "accessed": row.accessed,
        "on_duty": row.on_duty,
        "access_pct": row.access_pct,
        "duty_pct": row.duty_pct,
    }


def _table(day: date, rows: list[coverage.CoverageRow]) -> Table:
    table = Table("region", "category", title=f"As of {day}")
    for name in ("venues", "accessed", "on duty", "access %", "duty %"):
        table.add_column(name, justify="right")
    for row in rows:
        rates = ("–" if pct is None else f"{pct:.1f}" for pct in (row.access_pct, row.duty_pct))
        table.add_row(row.name, row.category, f"{row.venues:,}", f"{row.accessed:,}", f"{row.on_duty:,}", *rates)
    return table
