"""Commands of the ingest programs."""

import signal
import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from db import addresses
from db.session import Record
from db.settings import load
from ingest.simulate import player

app = typer.Typer()


@app.command()
def simulate(
    devices: Annotated[int, typer.Option(min=1, help="how many of the record's demonstration devices speak")] = 2000,
    rate: Annotated[float, typer.Option(min=0.01, help="messages a second, all devices together")] = 20.0,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so long; 0: until Ctrl-C")] = 0,
    seed: Annotated[int, typer.Option(help="the same seed plays the same day")] = 1,
) -> None:
    """Play a province's day to the broker, as devices would."""
    settings = load()
    found = addresses.find(settings)
    record = Record(found.database_app, pool_size=1, application_name="anwang simulate")
    players = player.cast(record, devices)
    record.close()
    client = player.connect(found.mqtt_device)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    console = Console(stderr=True)
    with Live(Text("…"), console=console, refresh_per_second=2, transient=True) as line:
        played = player.play(
            client,
            players,
            rate,
            seed,
            lambda elapsed: stopped.is_set() or bool(seconds and elapsed >= seconds),
            lambda sent: line.update(Text(f"{len(players)} devices · {sent:,} messages")),
        )
    client.disconnect()
    client.loop_stop()
    per_second = played.messages / played.seconds if played.seconds else 0
    console.print(f"{played.messages:,} messages from {len(players):,} devices, {per_second:.1f} a second.")
