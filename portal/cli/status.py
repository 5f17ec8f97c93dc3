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

from db.rules.standing_work import Lag
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
        "background": [
            {
                "name": lag.work.value,
                "behind_seconds": int(lag.behind.total_seconds()),
                "stalled": lag.has_stalled,
                "why": lag.why,
            }
            for lag in condition.lags
        ],
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
    for lag in condition.lags:
        console.print(_told(lag))


def _told(lag: Lag) -> Text:
    if not lag.has_stalled:
        return Text(f"In time: {lag.work}")
    why = f" ({lag.why.rstrip('.')})" if lag.why else ""
    return Text(f"Stalled: {lag.work}, {_span(lag.behind)} behind{why}", "red")


def _state(part: Part) -> Text:
    if not part.running:
        return Text("not running", "red")
    return Text("running, external" if part.kind == "external" else "running", "green")


def _span(time: timedelta) -> str:
    """Two units at most: "2 d 3 h", "12 min", "40 s"."""
    seconds = int(time.total_seconds())
    units = ((seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "min"), (seconds % 60, "s"))
    return " ".join([f"{count} {unit}" for count, unit in units if count][:2])
