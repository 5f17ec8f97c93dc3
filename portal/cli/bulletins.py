"""`anwang bulletin`: a bulletin's files, for whoever would rather not open the portal."""

import getpass
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from db.commands import bulletins as bulletin_commands
from db.commands.acting import Acting
from db.errors import InvalidInput
from db.queries import bulletins, regions
from db.queries.bulletins import BulletinRow
from db.rules.access_scope import region_scope
from db.services.database import running
from db.session import Record
from db.settings import load


def bulletin(
    as_of: Annotated[str, typer.Option(help="day whose figures it tells, YYYY-MM-DD")],
    out: Annotated[Path, typer.Option(help="folder to write into")],
    new: Annotated[bool, typer.Option("--new", help="freeze the figures anew, whatever there is")] = False,
    red_head: Annotated[bool, typer.Option(help="the issuer's red head above an issued bulletin")] = True,
    region: Annotated[int, typer.Option(help="code of the province")] = 360_000,
) -> None:
    """Write a bulletin as Word, PDF, Excel and CSV, and a zip with a copy for every city and county.

    The newest one as of the day, issued rather than draft; where there is none, a draft over figures frozen now.
    """
    from portal.exports.bulletins import bundle  # what writes the files is slow to read

    started = time.monotonic()
    console = Console(highlight=False)
    day = _day(as_of)
    _folder(out)
    actor = Acting(None, f"command line ({getpass.getuser()})", None)
    with running(load()) as found, console.status("figures") as status:
        record = Record(found.database_app, pool_size=1, application_name="anwang bulletin")
        try:
            with record.scoped(region_scope(region)) as session:
                regions.tree(session).one(region)
                row = (None if new else bulletins.newest_as_of(session, day, region)) or bulletin_commands.draft(
                    session, day, actor, datetime.now(UTC), region
                )
                made_from = bundle.source(session, row, region)
                bulletin_commands.took_away(session, row, region, "all", actor)
        finally:
            record.close()
        at = row.issued_at or row.made_at
        written = []
        for each in bundle.Format:
            content = bundle.file(made_from, region, each, at, has_red_head=red_head)
            written.append(_write(out, bundle.name(made_from, region, each), content))
        archive = bundle.bundle(made_from, region, at, lambda path: status.update(path))
        written.append(_write(out, f"{bundle.stem(made_from)}-各市县分册.zip", archive))
    for path in written:
        console.print(f"{path}  {path.stat().st_size / 1024:,.0f} KiB", soft_wrap=True)
    console.print(f"{_said(row)}; {time.monotonic() - started:.1f} s.")


def _said(row: BulletinRow) -> str:
    what = f"Bulletin {row.number}" if row.is_issued else f"Draft {row.id}"
    return f"{what} as of {row.as_of}, from snapshot {row.snapshot_number}"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(f"{text!r} is no day; write YYYY-MM-DD.") from error


def _folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written into: {error.strerror}.") from error


def _write(out: Path, name: str, content: bytes) -> Path:
    path = out / name
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
    return path
