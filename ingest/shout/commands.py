"""`anwang loudspeakers …`: the columns at venues' entrances that officials shout over."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from db import addresses
from db.commands import loudspeakers
from db.commands.acting import Acting
from db.errors import InvalidInput
from db.key_file import LOUDSPEAKERS
from db.queries import shouts
from db.rules.access_scope import EVERYTHING
from db.rules.loudspeakers import Adapter
from db.session import Record
from db.settings import load
from ingest.shout import gateway_file

app = typer.Typer(help="Loudspeaker columns at venues' entrances.", no_args_is_help=True)

OPERATOR = Acting(None, "command line", None, "local")


@app.command()
def add(
    venue: Annotated[str, typer.Argument(help="the venue's code")],
    name: Annotated[str, typer.Argument(help="as pages show it: 校门音柱")],
    address: Annotated[str, typer.Argument(help="where sound is posted, http(s)://…; sip: is announced")],
    gateway: Annotated[str, typer.Option(help="its maker's table in ANWANG_LOUDSPEAKER_FILE")] = "",
    has_key: Annotated[bool, typer.Option("--key", help="read the key that it has from standard input")] = False,
) -> None:
    """Officials may shout there from now on. Without --key one is made and shown once, to be entered there."""
    settings = load()
    if gateway and gateway not in gateway_file.read(settings.loudspeaker_path):
        raise InvalidInput(f"ANWANG_LOUDSPEAKER_FILE has no table [{gateway}].")
    with _record() as record, record.scoped(EVERYTHING) as session:
        number = loudspeakers.add(session, venue, name, address, gateway or None, OPERATOR, datetime.now(UTC))
        kind = shouts.loudspeaker(session, number).adapter
        given = sys.stdin.readline().strip() if has_key else ""
        is_own = not gateway  # a maker's gateway has its secret in its table, unless this column has one of its own
        key = LOUDSPEAKERS.keep(settings.var_dir, number, given or None) if given or is_own else ""
    print(f"Loudspeaker {number} is on the books.")
    if kind == Adapter.SIP:
        print("Columns that are called over SIP cannot be reached yet.")
    elif not has_key and not gateway:
        print(f"Key for HMAC-SHA256: {key}")


@app.command("list")
def show() -> None:
    """Every column in service."""
    table = Table("number", "venue", "name", "way", "address")
    with _record() as record, record.scoped(EVERYTHING) as session:
        for row, venue in shouts.every_loudspeaker(session):
            table.add_row(str(row.id), venue, row.name, row.gateway or row.adapter, row.address)
    Console().print(table)


@app.command()
def retire(number: Annotated[int, typer.Argument(help="its number, as `list` shows it")]) -> None:
    """Nothing is called out over it any more."""
    with _record() as record, record.scoped(EVERYTHING) as session:
        loudspeakers.retire(session, number, OPERATOR, datetime.now(UTC))
    print(f"Loudspeaker {number} is out of service.")


@contextmanager
def _record() -> Iterator[Record]:
    record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang loudspeakers")
    try:
        yield record
    finally:
        record.close()
