"""`anwang archive …` and `anwang readings …`: old signals in files, and the roll-ups.

What reads and writes the files is imported where it is used: pandas and pyarrow take half a second, which every other
command would pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from db.commands import readings
from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.rules.standing_work import RESTORED_KEPT
from db.services.database import running
from db.session import Record
from db.settings import Settings, load

if TYPE_CHECKING:
    from ingest.archive import Kept

HERE = ZoneInfo("Asia/Shanghai")

archive_app = typer.Typer(help="Signals past their retention.", no_args_is_help=True)
readings_app = typer.Typer(help="Roll-ups of signals.", no_args_is_help=True)


@archive_app.command("list")
def listed() -> None:
    """The days that were archived or dropped, where their files are, and what came to nothing; 1 where anything did."""
    from ingest import archive

    console = Console(highlight=False, soft_wrap=True)
    with _record() as (settings, record):
        days = archive.every_day(record)
    console.print(f"Archive: {settings.archive_folder}")
    table = Table("day", "rows", "file", "MB", "state")
    for kept in days:
        size = "" if kept.bytes is None else f"{kept.bytes / 1e6:.1f}"
        rows = "" if kept.rows is None else f"{kept.rows:,}"
        table.add_row(kept.day.isoformat(), rows, kept.file or "–", size, _state(kept))
    console.print(table)
    failed = [kept for kept in days if kept.failure]
    for kept in failed:
        console.print(f"{kept.day} stays on record: {kept.failure}")
    if failed:
        raise typer.Exit(1)


@archive_app.command("run")
def run() -> None:
    """Archive what is past its retention now, as the nightly turn does."""
    from ingest.tasks import telemetry

    now = datetime.now(UTC)
    with _record() as (settings, record):
        telemetry.roll_up(record, lambda: now)
        left = telemetry.retire(record, settings, now)
    Console(highlight=False).print(f"{len(left)} days left the record, {sum(left.values()):,} signals.")


@archive_app.command("restore")
def restore(day: Annotated[str, typer.Argument(help="YYYY-MM-DD")]) -> None:
    """Bring a day's signals back from its file; safe to repeat."""
    from ingest import archive

    asked = archive.day_of(day)
    with _record() as (settings, record):
        rows = archive.restore(record, settings.archive_folder, asked, datetime.now(UTC))
    Console(highlight=False).print(f"{rows:,} signals of {asked} are on record again, for {RESTORED_KEPT.days} days.")


@readings_app.command("roll-up")
def roll_up() -> None:
    """Count what came since the last turn, as happens every five minutes."""
    from ingest.tasks import telemetry

    with _record() as (_settings, record):
        signals = telemetry.roll_up(record, lambda: datetime.now(UTC))
    Console(highlight=False).print(f"{signals:,} signals counted.")


@readings_app.command("rebuild")
def rebuild() -> None:
    """Count all days whose signals are on record anew; needed after the database was loaded from a dump."""
    with running(load()) as found:
        if found.database_owner is None:
            raise CannotStart("To change what is on record, name its owner with ANWANG_DATABASE_URL.")
        owner = Record(found.database_owner, pool_size=1, application_name="anwang readings")
        try:
            with owner.scoped(EVERYTHING) as session:
                days = readings.rebuild(session)
        finally:
            owner.close()
    Console(highlight=False).print(f"{days:,} days of devices counted anew.")


@contextmanager
def _record() -> Iterator[tuple[Settings, Record]]:
    settings = load()
    with running(settings) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang archive")
        try:
            yield settings, record
        finally:
            record.close()


def _state(kept: "Kept") -> str:
    if kept.restored_at is not None:
        return f"brought back {kept.restored_at.astimezone(HERE):%Y-%m-%d %H:%M}"
    if kept.dropped_at is None:
        return "on record"
    return "in its file" if kept.file else "dropped"
