"""`anwang import …`: taking over what a bureau has."""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from db.commands.people import Operator
from db.errors import InvalidInput
from db.rules.access_scope import region_scope
from db.rules.venue_checks import TOLERANCE_METRES
from db.services.database import running
from db.session import Record
from db.settings import load

# What imports alone need (maps, spreadsheets, pinyin) is loaded by an import alone: every command pays for this file.
if TYPE_CHECKING:
    from db.venue_import.take_over import Outcome, Report
    from geodata.coordinates import Datum

app = typer.Typer(help="Taking over what a bureau has.", no_args_is_help=True)

HERE = ZoneInfo("Asia/Shanghai")
PROVINCE = 360_000
SOME_REFUSED = 2
SHOWN_REASONS = 5
EVERY_ROWS = 100


@app.command("venues")
def import_venues(
    file: Annotated[Path, typer.Argument(help="spreadsheet (.xlsx) with a header row")],
    given_datum: Annotated[
        str, typer.Option("--datum", help="of rows that name none: CGCS2000, GCJ-02 (Amap, Tencent), BD-09 (Baidu)")
    ] = "",
    rejects: Annotated[Path | None, typer.Option(help="where refused rows go; beside the file where left out")] = None,
    sheet: Annotated[str, typer.Option(help="name of the sheet, where several have venues")] = "",
    tolerance: Annotated[
        float, typer.Option(min=0, max=5000, help="metres that a point may lie outside its county")
    ] = TOLERANCE_METRES,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Take over a bureau's venues: new ones in one transaction, refused rows back with their reasons.

    Ends with 0 where no row was refused, 2 where some were, 1 where nothing could be imported.
    """
    from db.commands import reference
    from db.venue_import.locate import Terms
    from db.venue_import.take_over import Order, take_over

    today = datetime.now(HERE).date()
    order = Order(
        file=file,
        terms=Terms(region_scope(PROVINCE), today, _datum(given_datum), tolerance),
        operator=Operator(None, f"command line ({getpass.getuser()})"),
        sheet=sheet,
        rejects=rejects,
        dry_run=dry_run,
    )
    with running(load()) as found, _progress() as report:
        if found.database_owner is not None and not dry_run:
            reference.ensure(found.database_owner)
        record = Record(found.database_app, pool_size=1, application_name="anwang import")
        try:
            outcome = take_over(record, order, report)
        finally:
            record.close()
    _say(outcome, dry_run)
    if outcome.refused:
        raise typer.Exit(SOME_REFUSED)


@app.command("devices")
def import_devices(
    file: Annotated[Path, typer.Argument(help="spreadsheet (.xlsx) with a header row")],
    rejects: Annotated[Path | None, typer.Option(help="where refused rows go; beside the file where left out")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Take over a list of devices: new ones in one transaction, refused rows back with their reasons.

    Ends with 0 where no row was refused, 2 where some were, 1 where nothing could be imported.
    """
    from db.device_import.take_over import take_over

    operator = Operator(None, f"command line ({getpass.getuser()})")
    today = datetime.now(HERE).date()
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang import")
        try:
            done = take_over(record, file, region_scope(PROVINCE), operator, today, rejects=rejects, dry_run=dry_run)
        finally:
            record.close()
    console = Console(highlight=False, soft_wrap=True)
    taken = "could be imported" if dry_run else "imported"
    console.print(
        f"{done.rows:,} rows in sheet {escape(done.sheet)}: {done.taken:,} {taken},"
        f" {done.on_record:,} on record already, {len(done.refused):,} refused; {done.areas:,} areas made."
    )
    for entry in done.refused[:SHOWN_REASONS]:
        console.print(f"  row {entry.row.number}: {escape('；'.join(entry.reasons))}")
    if len(done.refused) > SHOWN_REASONS:
        console.print(f"  and {len(done.refused) - SHOWN_REASONS:,} more.")
    if done.rejects is not None:
        console.print(f"Refused rows are in {escape(str(done.rejects))}; correct them there and import that file.")
        raise typer.Exit(SOME_REFUSED)


@app.command("hazards")
def import_hazards(
    file: Annotated[Path, typer.Argument(help="ledger of hazards (.xlsx) with a header row")],
    rejects: Annotated[Path | None, typer.Option(help="where refused rows go; beside the file where left out")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Take over a ledger of hazards: new ones in one transaction, refused rows back with their reasons.

    Ends with 0 where no row was refused, 2 where some were, 1 where nothing could be imported.
    """
    from db.hazard_import.take_over import take_over

    operator = Operator(None, f"command line ({getpass.getuser()})")
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang import")
        try:
            now = datetime.now(HERE)
            done = take_over(record, file, region_scope(PROVINCE), operator, now, rejects=rejects, dry_run=dry_run)
        finally:
            record.close()
    console = Console(highlight=False, soft_wrap=True)
    taken = "could be imported" if dry_run else "imported"
    console.print(
        f"{done.rows:,} rows in sheet {escape(done.sheet)}: {done.taken:,} {taken},"
        f" {done.on_record:,} on record already, {len(done.refused):,} refused."
    )
    for entry in done.refused[:SHOWN_REASONS]:
        console.print(f"  row {entry.row.number}: {escape('；'.join(entry.reasons))}")
    if len(done.refused) > SHOWN_REASONS:
        console.print(f"  and {len(done.refused) - SHOWN_REASONS:,} more.")
    if done.rejects is not None:
        console.print(f"Refused rows are in {escape(str(done.rejects))}; correct them there and import that file.")
        raise typer.Exit(SOME_REFUSED)


@app.command("rosters")
def import_rosters(
    file: Annotated[Path, typer.Argument(help="rosters of units or venues (.xlsx) with a header row")],
    rejects: Annotated[Path | None, typer.Option(help="where refused rows go; beside the file where left out")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only, record nothing")] = False,
) -> None:
    """Take over rosters: new shifts in one transaction, refused rows back with their reasons.

    Ends with 0 where no row was refused, 2 where some were, 1 where nothing could be imported.
    """
    from db.roster_import.take_over import take_over

    operator = Operator(None, f"command line ({getpass.getuser()})")
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang import")
        try:
            now = datetime.now(HERE)
            done = take_over(record, file, region_scope(PROVINCE), operator, now, rejects=rejects, dry_run=dry_run)
        finally:
            record.close()
    console = Console(highlight=False, soft_wrap=True)
    taken = "could be imported" if dry_run else "imported"
    console.print(
        f"{done.rows:,} rows in sheet {escape(done.sheet)}: {done.taken:,} {taken},"
        f" {done.on_record:,} on record already, {len(done.refused):,} refused."
    )
    for entry in done.refused[:SHOWN_REASONS]:
        console.print(f"  row {entry.number}: {escape('；'.join(entry.reasons))}")
    if len(done.refused) > SHOWN_REASONS:
        console.print(f"  and {len(done.refused) - SHOWN_REASONS:,} more.")
    if done.rejects is not None:
        console.print(f"Refused rows are in {escape(str(done.rejects))}; correct them there and import that file.")
        raise typer.Exit(SOME_REFUSED)


@app.command("template")
def write_template(
    file: Annotated[Path | None, typer.Argument(help="where to write it")] = None,
    devices: Annotated[bool, typer.Option("--devices", help="the form for devices instead of venues")] = False,
    hazards: Annotated[bool, typer.Option("--hazards", help="the form for a ledger of hazards")] = False,
    rosters: Annotated[bool, typer.Option("--rosters", help="the form for rosters")] = False,
) -> None:
    """Write the spreadsheet to fill in for `anwang import …`; never over one that is there."""
    from db.device_import.template import template as form_for_devices
    from db.hazard_import.template import template as form_for_hazards
    from db.roster_import.template import template as form_for_rosters
    from db.venue_import.template import template as form_for_venues

    template, name = form_for_venues, "场所导入模板.xlsx"
    for is_asked, form, called in (
        (devices, form_for_devices, "设备导入模板.xlsx"),
        (hazards, form_for_hazards, "隐患台账导入模板.xlsx"),
        (rosters, form_for_rosters, "排班表导入模板.xlsx"),
    ):
        if is_asked:
            template, name = form, called
    file = file or Path(name)
    try:
        with file.open("xb") as made:
            made.write(template())
    except FileExistsError as error:
        raise InvalidInput(f"{file} is there already; name another file.") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror or error}.") from error
    Console(highlight=False).print(f"The template is in {escape(str(file))}.")


def _datum(text: str) -> "Datum | None":
    from geodata.coordinates import Datum, datum

    found = datum(text) if text else None
    if text and found is None:
        raise InvalidInput(f"There is no datum {text}; choose {', '.join(Datum)}.")
    return found


@contextmanager
def _progress() -> "Iterator[Report]":
    """A bar a step on standard error; a step of unknown length counts its rows."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        yield _reporter(progress)


def _reporter(progress: Progress) -> Callable[[str, int, int | None], None]:
    tasks: dict[str, int] = {}

    def report(step: str, done: int, total: int | None) -> None:
        if done % EVERY_ROWS and done != total:
            return
        if step not in tasks:
            tasks[step] = int(progress.add_task(step, total=total))
        progress.update(progress.task_ids[tasks[step]], completed=done, total=total)

    return report


def _say(outcome: "Outcome", dry_run: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    taken = "could be imported" if dry_run else "imported"
    console.print(
        f"{outcome.rows:,} rows in sheet {escape(outcome.sheet)}: {outcome.taken:,} {taken},"
        f" {outcome.on_record:,} on record already, {len(outcome.refused):,} refused."
    )
    for entry in outcome.refused[:SHOWN_REASONS]:
        console.print(f"  row {entry.row.number}: {escape('；'.join(entry.reasons))}")
    if len(outcome.refused) > SHOWN_REASONS:
        console.print(f"  and {len(outcome.refused) - SHOWN_REASONS:,} more.")
    if outcome.rejects is not None:
        console.print(
            f"The refused rows are in {escape(str(outcome.rejects))}: correct them there and import that file."
        )
