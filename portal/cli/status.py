"""`anwang status`: what runs, where, since when."""

import json
import sys
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.settings import load
from portal.cli.condition import Condition, Part, look

HERE = ZoneInfo("Asia/Shanghai")


class Format(StrEnum):
    """How to tell it."""

    TABLE = "table"
    JSON = "json"


def status(
    form: Annotated[Format, typer.Option("--format", help="for people or for programs")] = Format.TABLE,
) -> None:
    """Show what runs; exit code 1 where something that should run does not."""
    condition = look(load())
    if form is Format.JSON:
        typer.echo(json.dumps(_plain(condition), ensure_ascii=False, indent=2, default=str))
    else:
        _print(condition)
    if not condition.is_well:
        raise typer.Exit(1)


def _plain(condition: Condition) -> dict[str, Any]:
    parts = [asdict(part) for part in condition.parts]
    return {
        "well": condition.is_well,
        "started_by": asdict(condition.tenant) if condition.tenant else None,
        "services": [part for part in parts if part["kind"] != "program"],
        "programs": [part for part in parts if part["kind"] == "program"],
        "database": {"revision": condition.revision, "newest": condition.newest},
        "feeds": [asdict(feed) for feed in condition.feeds],
    }


def _print(condition: Condition) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    table = Table("", "state", "address", "pid", "up for", "restarts")
    for part in condition.parts:
        table.add_row(
            part.name,
            _state(part),
            part.address,
            str(part.pid or ""),
            "" if part.uptime_seconds is None else str(timedelta(seconds=part.uptime_seconds)),
            str(part.restarts or ""),
        )
    console.print(table)
    console.print(f"Database revision: {condition.revision or 'unknown'} (this version's: {condition.newest})")
    for feed in condition.feeds:
        when = f"{feed.alive_at.astimezone(HERE):%Y-%m-%d %H:%M:%S}"
        mark = Text(" silent", "red") if feed.stale else Text("")
        console.print(Text.assemble(f"Last sign of life of {feed.name}: {when}", mark))


def _state(part: Part) -> Text:
    if not part.running:
        return Text("not running", "red")
    return Text("running, external" if part.kind == "external" else "running", "green")
