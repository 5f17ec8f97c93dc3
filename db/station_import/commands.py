"""`anwang import stations`: the fire service's list of stations."""

import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from db.errors import InvalidInput
from db.rules.access_scope import region_scope
from db.services.database import running
from db.session import Record
from db.settings import load

PROVINCE = 360_000
SOME_REFUSED = 2
SHOWN = 20


def import_stations(
    file: Annotated[Path, typer.Argument(help="spreadsheet (.xlsx) with the columns 名称, 经度, 纬度")],
    given_datum: Annotated[str, typer.Option("--datum", help="of rows that name none: CGCS2000, GCJ-02, BD-09")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Take over fire stations: known codes are brought up to date, refused rows are named with their reasons."""
    from db.commands.fire_stations import take_over
    from db.station_import.sheet import read
    from geodata.coordinates import datum

    usual = datum(given_datum) if given_datum else None
    if given_datum and usual is None:
        raise InvalidInput(f"{given_datum} is no datum: CGCS2000, GCJ-02 or BD-09.")
    found = read(file, usual)
    console = Console(highlight=False)
    if not dry_run and found.rows:
        with running(load()) as addresses:
            record = Record(addresses.database_app, pool_size=1, application_name="anwang import")
            try:
                with record.scoped(region_scope(PROVINCE)) as session:
                    take_over(session, found.rows, None, f"command line ({getpass.getuser()})", file.name)
            finally:
                record.close()
    console.print(f"{len(found.rows)} stations {'would be taken' if dry_run else 'taken over'}.")
    for refused in found.refused[:SHOWN]:
        console.print(f"row {refused.row}: {escape(refused.reason)}")
    if found.refused:
        console.print(f"{len(found.refused)} rows refused.")
        raise typer.Exit(SOME_REFUSED)
