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
from sqlalchemy import text

from db import addresses
from db.commands import device_addresses
from db.commands.people import Operator
from db.errors import InvalidInput
from db.rules.access_scope import EVERYTHING
from db.rules.doors import GBT45839, PlatformDoor
from db.services.ports import from_here
from db.session import Record
from db.settings import Settings, load
from ingest.simulate import platforms as play
from ingest.simulate.platforms import Mischief, Pusher

app = typer.Typer(help="Platforms that push over HTTP.")

BOOKS = {
    PlatformDoor.CTWING: "ctwing",
    PlatformDoor.ONENET: "onenet",
    PlatformDoor.GBT45839_STATUS: GBT45839,
    PlatformDoor.GBT28181: "gbt28181",
}
_DEMO = text(
    """
    select d.code, d.id from devices d where d.is_demo and d.retired_on is null and d.kind = :kind
        and not exists (select from device_addresses a where a.device_id = d.id and a.door = :book)
    order by d.id limit :n
    """
)
_BOUND = text(
    "select a.address from device_addresses a join devices d on d.id = a.device_id"
    " where a.door = :book and d.is_demo and position('/' in a.address) = 0 order by a.address limit :n"
)


def paths(secrets: dict[str, str]) -> dict[PlatformDoor, tuple[str, dict[str, str]]]:
    """Each door's address on the portal, and the headers that it wants."""
    by_key = {"X-API-Key": secrets["gbt45839_key"]}
    return {
        PlatformDoor.CTWING: (f"/api/v1/nbiot/ctwing/{secrets['ctwing_door']}", {}),
        PlatformDoor.ONENET: (f"/api/v1/nbiot/onenet/{secrets['onenet_door']}", {}),
        PlatformDoor.GBT45839_INSTALL: ("/api/v1/gbt45839/Install_info", by_key),
        PlatformDoor.GBT45839_STATUS: ("/api/v1/gbt45839/status_info", by_key),
        PlatformDoor.GBT28181: ("/api/v1/gbt28181/alarms", {"X-API-Key": secrets["gbt28181_key"]}),
    }


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
    speaking = _speaking(settings, chosen, devices)
    bodies = play.day(
        chosen,
        speaking,
        secrets["onenet_signature"],
        random.Random(seed),  # noqa: S311 - a play, not a secret
        Mischief(duplicates, late),
    )
    path, headers = paths(secrets)[chosen]
    site = f"http://{from_here(settings.bind_host)}:{settings.portal_port}"
    with httpx.Client(base_url=site) as client:
        pusher = Pusher(client, path, headers)
        for _n in range(messages):
            pusher.push(next(bodies)[0])
            time.sleep(1 / rate)
    _tell(pusher, len(speaking))


def _tell(pusher: Pusher, devices: int) -> None:
    done = pusher.pushed
    slowest = statistics.quantiles(done.seconds, n=100)[98] if len(done.seconds) > 1 else done.seconds[0]
    Console(stderr=True, highlight=False).print(
        f"{done.stored:,} stored for {devices:,} devices, {len(done.lost):,} lost, {done.attempts:,} attempts;"
        f" 99 of 100 answered within {slowest * 1000:.1f} ms."
    )


def _speaking(settings: Settings, door: PlatformDoor, count: int) -> list[str]:
    """Addresses of demonstration devices at this door; those that it does not know yet are put on its book."""
    book = BOOKS[door]
    kind = "camera" if door is PlatformDoor.GBT28181 else "smoke_detector"
    operator = Operator(None, f"command line ({getpass.getuser()})")
    record = _record(settings)
    try:
        with record.scoped(EVERYTHING) as session:
            found = list(session.scalars(_BOUND, {"book": book, "n": count}))
            for code, number in session.execute(_DEMO, {"kind": kind, "book": book, "n": count - len(found)}).tuples():
                found.append(_address(door, number))
                device_addresses.bind(session, book, found[-1], code, operator, datetime.now(UTC))
    finally:
        record.close()
    if not found:
        raise InvalidInput("There is no demonstration device to speak.")
    return found


def _address(door: PlatformDoor, number: int) -> str:
    """An invented address of the right form."""
    if door is PlatformDoor.GBT45839_STATUS:
        return f"DEMO:{number:09d}"
    return f"3607000000131{number:07d}" if door is PlatformDoor.GBT28181 else f"86{number:013d}"


def _record(settings: Settings) -> Record:
    return Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang platforms")
