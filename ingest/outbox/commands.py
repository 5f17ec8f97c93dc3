"""`anwang fire-service …`: the platforms that confirmed fires go to."""

import getpass
import sys
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from db import addresses
from db.commands import fire_platforms
from db.commands.fire_platforms import NewPlatform
from db.commands.people import Operator
from db.errors import InvalidInput
from db.key_file import FIRE_PLATFORMS
from db.queries import outbox as outbox_queries
from db.rules.access_scope import EVERYTHING
from db.rules.outbox import Transport
from db.session import Record
from db.settings import load
from ingest.simulate.fire_platform import CityPlatform

app = typer.Typer(help="The fire service's platforms, which confirmed fires go to.")

PROVINCE = 360_000
LOCAL = ("http://127.0.0.1:", "http://localhost:")


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="as the page shows it")],
    region: Annotated[int, typer.Option(help="code of the county, city or province whose fires it takes")],
    url: Annotated[str, typer.Option(help="where fires are posted")] = "",
    frames: Annotated[str, typer.Option(help="host:port that takes GB/T 26875.3 instead")] = "",
    centre: Annotated[int, typer.Option(min=0, help="its own address in frames")] = 1,
    source: Annotated[int, typer.Option(min=0, help="the address in frames that it has given us")] = 0,
    has_key: Annotated[bool, typer.Option("--key", help="read the key that it has given from standard input")] = False,
) -> None:
    """From now on this platform is told. Without --key one is made and shown once, to be given to it."""
    transport, address = _way(url, frames)
    with _recording() as (record, operator), record.scoped(EVERYTHING) as session:
        new = NewPlatform(name, region, transport, address, centre, source)
        number = fire_platforms.add(session, new, operator, datetime.now(UTC))
        if transport is Transport.HTTP:
            given = sys.stdin.readline().strip() if has_key else None
            key = FIRE_PLATFORMS.keep(load().var_dir, number, given)
    print(f"{name} is told from now on.")
    if transport is Transport.HTTP and not has_key:
        print(f"Key for HMAC-SHA256: {key}")


@app.command("list")
def show() -> None:
    """Every platform, when it last answered, and what waits for it."""
    with _recording() as (record, _operator), record.scoped(EVERYTHING) as session:
        rows = outbox_queries.platforms(session)
    table = Table("name", "region", "address", "answered", "waiting", "last trouble")
    for row in rows:
        answered = f"{row.answered_at.astimezone():%Y-%m-%d %H:%M:%S}" if row.answered_at else "–"
        table.add_row(row.name, row.region_name, row.address, answered, str(row.waiting), row.failure or "")
    Console().print(table)


@app.command()
def move(name: str, address: Annotated[str, typer.Argument(help="the new URL, or host:port")]) -> None:
    """The platform has another address; what waits goes there."""
    with _recording() as (record, operator), record.scoped(EVERYTHING) as session:
        fire_platforms.move(session, name, address, operator)


@app.command()
def retire(name: str) -> None:
    """Nothing new goes there; refused while something still waits for it."""
    with _recording() as (record, operator), record.scoped(EVERYTHING) as session:
        fire_platforms.retire(session, name, operator, datetime.now(UTC))


@app.command()
def play(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any")] = 0,
    slow: Annotated[float, typer.Option(min=0, help="seconds that each answer takes")] = 0.0,
) -> None:
    """Play a province's platform that takes this installation's fires, until Ctrl-C: a real far end to try with."""
    from db.demo.fire_service import PLAYED  # with the whole demonstration behind it

    settings = load()
    with _recording() as (record, operator):
        with record.scoped(EVERYTHING) as session:
            number = session.scalar(text("select id from fire_platforms where name = :name"), {"name": PLAYED})
        key = (FIRE_PLATFORMS.key_of(settings.var_dir, number) if number else None) or ""
        platform = CityPlatform(key, port, slow_by_seconds=slow)
        platform.start()
        with record.scoped(EVERYTHING) as session:
            if number is None:
                new = NewPlatform(PLAYED, PROVINCE, Transport.HTTP, platform.address)
                number = fire_platforms.add(session, new, operator, datetime.now(UTC))
            else:
                fire_platforms.move(session, PLAYED, platform.address, operator)
            platform.secret = FIRE_PLATFORMS.keep(settings.var_dir, number, key or None)
    print(f"{PLAYED} listens on {platform.address}", flush=True)
    told = 0
    try:
        while True:
            for taken in platform.taken[told:]:
                print(f"{taken.key}  {taken.body['kind']}  {taken.body['venue']['name']}", flush=True)
                told += 1
            time.sleep(0.2)
    except KeyboardInterrupt:
        platform.stop()


def _way(url: str, frames: str) -> tuple[Transport, str]:
    if bool(url) == bool(frames):
        raise InvalidInput("Name --url or --frames, one of them.")
    if url:
        if not url.startswith(("https://", *LOCAL)):
            raise InvalidInput("--url begins with https://.")
        return Transport.HTTP, url
    host, _, port = frames.rpartition(":")
    if not host or not port.isdigit():
        raise InvalidInput("--frames is host:port.")
    return Transport.GB26875, frames


class _recording:  # noqa: N801 - reads as a block
    """The record, and who sits at the command line."""

    def __enter__(self) -> tuple[Record, Operator]:
        self.record = Record(addresses.find(load()).database_app, pool_size=1, application_name="anwang fire-service")
        return self.record, Operator(None, f"command line ({getpass.getuser()})")

    def __exit__(self, *_: object) -> None:
        self.record.close()
