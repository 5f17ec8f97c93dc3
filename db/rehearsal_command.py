"""`anwang rehearse`: who would be told if this device rang now; without a device, the night's rehearsal at once."""

import json
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from db.commands import rehearsals
from db.errors import InvalidInput, WrongState
from db.queries import rehearsal
from db.queries.rehearsal import Message, Rehearsed
from db.rules import ladder_words
from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import Level
from db.services.database import running
from db.session import Record
from db.settings import load

HERE = ZoneInfo("Asia/Shanghai")


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"


def rehearse(
    device: Annotated[str, typer.Argument(help="the device's number; left out: every venue, as at night")] = "",
    level: Annotated[int, typer.Option(help="1 critical … 4 notice; its kind's own where left out")] = 0,
    format: Annotated[Format, typer.Option(help="for people or for programs")] = Format.TABLE,
) -> None:
    """What happens if this device rings now: every message, person, channel and time. Nothing is sent."""
    if level not in range(5):
        raise InvalidInput("A level is 1 to 4.")
    with running(load()) as found:
        record = Record(found.database_app, pool_size=1, application_name="anwang rehearse")
        try:
            with record.scoped(EVERYTHING) as session:
                now = datetime.now(UTC)
                if device:
                    _say(rehearsal.rehearse(session, device, now, Level(level) if level else None), format)
                else:
                    _say_all(rehearsals.rehearse_all(session, now), format)
        finally:
            record.close()


def _say(found: Rehearsed, format: Format) -> None:
    if format is Format.JSON:
        sys.stdout.write(json.dumps(plain(found), ensure_ascii=False) + "\n")
        return
    title = f"{found.device_code} · {found.venue_name} · {found.template.name} v{found.template.version}"
    table = Table("after", "rung", "who", "person", "channels", "message", title=title)
    for message in found.messages:
        table.add_row(
            ladder_words.span(message.after),
            str(message.rung),
            f"{ladder_words.NAMES[message.who]} {message.place}",
            message.person or "无人",
            ", ".join(message.channels) or "–",
            message.text + ("；附督办单" if message.has_letter else ""),
        )
    Console(highlight=False, width=None if sys.stdout.isatty() else 200).print(table)


def plain(found: Rehearsed) -> dict[str, Any]:
    """For programs; times with their offset."""
    return {
        "device": found.device_code,
        "at": found.at.astimezone(HERE).isoformat(),
        "kind": found.kind.value,
        "level": int(found.level),
        "venue": {"id": found.venue_id, "name": found.venue_name, "place": found.place, "area": found.area_name},
        "ladder": {"id": found.template.id, "name": found.template.name, "version": found.template.version},
        "channels_known": found.knows_channels,
        "messages": [_plain(found, message) for message in found.messages if message.person is not None],
        "holes": [_plain(found, message) for message in found.messages if message.person is None],
        "sent": 0,
    }


def _plain(found: Rehearsed, message: Message) -> dict[str, Any]:
    return {
        "at": message.at.astimezone(HERE).isoformat(),
        "after_seconds": message.after.total_seconds(),
        "rung": message.rung,
        "who": message.who.value,
        "place": message.place,
        "person": message.person,
        "duty": message.duty,
        "asks": message.asks,
        "channels": list(message.channels),
        "text": f"{message.title}：{found.place}{found.venue_name}{found.area_name or ''}，{message.text}",
        "hastened": message.hastened,
        "letter": message.has_letter,
    }


def _say_all(done: rehearsals.Rehearsed | None, format: Format) -> None:
    if done is None:
        raise WrongState("A rehearsal runs already.")
    if format is Format.JSON:
        figures = {name: getattr(done, name) for name in ("venues", "people", "holes", "venues_with_holes", "told")}
        sys.stdout.write(json.dumps(figures) + "\n")
        return
    Console(highlight=False).print(
        f"Rehearsed a fire at {done.venues:,} venues: {done.people:,} people would be told; {done.holes:,} levels"
        f" without anybody at {done.venues_with_holes:,} venues; {done.told} people were told of them."
    )
