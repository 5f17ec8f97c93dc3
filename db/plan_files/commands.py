"""`anwang import plan`: a venue's buildings from GeoJSON or IFC."""

import getpass
from datetime import UTC, datetime
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
SHOWN = 50


def import_plan(
    file: Annotated[Path, typer.Argument(help="GeoJSON, or IFC where IfcOpenShell is installed")],
    venue: Annotated[str, typer.Option(help="the venue's code")],
    given_datum: Annotated[
        str, typer.Option("--datum", help="of a GeoJSON file that does not say: CGCS2000, GCJ-02, BD-09")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Put the buildings of a file in place of a venue's plan; with a single fault nothing is recorded.

    Ends with 0 where the plan was recorded, 1 where it was not.
    """
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang import")
        try:
            _take_over(record, file, venue, given_datum, Console(highlight=False), dry_run=dry_run)
        finally:
            record.close()


def _take_over(record: Record, file: Path, code: str, given_datum: str, console: Console, *, dry_run: bool) -> None:
    # What imports alone need (numpy, shapely) is loaded by an import alone.
    from db.commands import plans as plan_commands
    from db.commands.acting import Acting
    from db.commands.plans import NewPlan
    from db.plan_files import geojson, ifc
    from db.plan_files.reading import STEP
    from db.queries import plans as plan_queries
    from geodata.coordinates import datum

    given = datum(given_datum) if given_datum else None
    if given_datum and given is None:
        raise InvalidInput("This datum is not known: CGCS2000, GCJ-02 or BD-09.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"The file {file} cannot be read: {error.strerror}.") from error
    with record.scoped(region_scope(PROVINCE)) as session:
        drawn = plan_queries.of_venue(session, plan_queries.venue_by_code(session, code))
        origin = (drawn.lng, drawn.lat)
        is_model = content.lstrip()[: len(STEP)] == STEP
        read = ifc.read(file, drawn.known, origin) if is_model else geojson.read(content, drawn.known, origin, given)
        for told, colour in ((read.remarks, "yellow"), (read.faults, "red")):
            for refusal in told[:SHOWN]:
                console.print(f"[{colour}]·[/] {escape(refusal.message.format(**refusal.facts))}")
        if read.faults:
            console.print(f"{len(read.faults)} faults; nothing was recorded.")
            raise typer.Exit(1)
        if dry_run:
            console.print("No fault; nothing was recorded (--dry-run).")
            return
        who = Acting(None, f"command line ({getpass.getuser()})", None)
        new = NewPlan(drawn.venue_id, read.plan, drawn.revision, read.source)
        revision = plan_commands.record(session, new, who, datetime.now(UTC))
    console.print(f"{escape(drawn.venue_name)}: edition {revision} is recorded.")
