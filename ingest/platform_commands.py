"""`anwang platforms …`: where platforms push to, which device is meant by which address, and platforms played."""

import getpass
import random
import statistics
import time
from datetime import UTC, datetime
from typing import Annotated

import httpx
import typer
from rich.console import Console

from db import addresses
from db.commands import device_addresses
from db.commands.people import Operator
from db.errors import InvalidInput
from db.rules.access_scope import EVERYTHING
from db.rules.doors import PlatformDoor
from db.services.ports import from_here
from db.session import Record
from db.settings import Settings, load
from ingest.simulate import platforms as play
from ingest.simulate import pushers
from ingest.simulate.faults import Faults
from ingest.simulate.platforms import Pusher
from ingest.simulate.pushers import BOOKS, paths

app = typer.Typer(help="Platforms that push over HTTP.")


@app.command("addresses")
def show_addresses(
    site: Annotated[str, typer.Option(help="the portal as platforms reach it")] = "https://anwang.example.cn",
) -> None:
    """What to type into each platform. These are secrets: whoever has them can push."""
    secrets = addresses.read_secrets(load().var_dir)
    for door, (path, headers) in paths(secrets).items():
        print(f"{door.value:<16} {site.rstrip('/')}{path}")
        for name, value in headers.items():
            print(f"{'':<16} {name}: {value}")
    print(f"{'onenet token':<16} {secrets['onenet_signature']}")


@app.command()
def bind(
    book: Annotated[str, typer.Argument(help="ctwing, onenet, gbt45839, gbt28181 or identity")],
    address: Annotated[
        str, typer.Argument(help="IMEI, product/device, dev_id, company:serial, channel, 27 characters")
    ],
    device: Annotated[str, typer.Argument(help="the device's code")],
) -> None:
    """From now on this door knows a device by this address."""
    if book not in {*BOOKS.values(), "identity"}:
        raise InvalidInput("There is no such book of addresses.")
    record = _record(load())
    try:
        with record.scoped(EVERYTHING) as session:
            operator = Operator(None, f"command line ({getpass.getuser()})")
            device_addresses.bind(session, book, address, device, operator, datetime.now(UTC))
    finally:
        record.close()


@app.command()
def push(
    door: Annotated[str, typer.Option(help="ctwing, onenet, gbt45839-status or gbt28181")] = "ctwing",
    messages: Annotated[int, typer.Option(min=1)] = 100,
    rate: Annotated[float, typer.Option(min=0.1, help="messages a second")] = 20.0,
    devices: Annotated[int, typer.Option(min=1, help="demonstration devices that speak")] = 20,
    duplicates: Annotated[float, typer.Option(min=0, max=1, help="share that comes twice")] = 0.0,
    late: Annotated[float, typer.Option(min=0, max=1, help="share that brings a burst of two hours ago")] = 0.0,
    seed: Annotated[int, typer.Option()] = 1,
) -> None:
    """Push to this portal as the platform does, for demonstration devices alone."""
    settings = load()
    chosen = {each.value: each for each in BOOKS}.get(door)
    if chosen is None:
        raise InvalidInput("There is no such door.")
    secrets = addresses.read_secrets(settings.var_dir)
    record = _record(settings)
    try:
        speaking = pushers.speaking(record, chosen, devices)
    finally:
        record.close()
    if not speaking.addresses:
        raise InvalidInput("There is no demonstration device to speak.")
    bodies = play.day(
        chosen,
        speaking.addresses,
        secrets["onenet_signature"],
        random.Random(seed),  # noqa: S311 - a play, not a secret
        Faults(duplicates=duplicates, late=late),
        1.0 if chosen is PlatformDoor.GBT28181 else play.ALARM_SHARE,
        speaking.meters,
    )
    path, headers = paths(secrets)[chosen]
    site = f"http://{from_here(settings.bind_host)}:{settings.portal_port}"
    with httpx.Client(base_url=site) as client:
        pusher = Pusher(client, path, headers)
        for _n in range(messages):
            if body := next(bodies)[0]:
                pusher.push(body)
            time.sleep(1 / rate)
    _tell(pusher, len(speaking.addresses))


def _tell(pusher: Pusher, devices: int) -> None:
    done = pusher.pushed
    slowest = statistics.quantiles(done.seconds, n=100)[98] if len(done.seconds) > 1 else done.seconds[0]
    Console(stderr=True, highlight=False).print(
        f"{done.stored:,} stored for {devices:,} devices, {len(done.lost):,} lost, {done.attempts:,} attempts;"
        f" 99 of 100 answered within {slowest * 1000:.1f} ms."
    )


def _record(settings: Settings) -> Record:
    return Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang platforms")
