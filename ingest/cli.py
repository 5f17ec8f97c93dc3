"""Commands of the ingest programs."""

import random
import signal
import sys
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from db import addresses
from db.session import Record
from db.settings import load
from ingest.simulate import broker, player
from ingest.simulate.day import Day
from ingest.simulate.player import Played, Player

LINE_EVERY_SECONDS = 10.0

app = typer.Typer()


@app.command()
def simulate(
    devices: Annotated[int, typer.Option(min=1, help="how many of the record's demonstration devices speak")] = 2000,
    rate: Annotated[float, typer.Option(min=0.01, help="messages a second, all devices together")] = 20.0,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so long; 0: until Ctrl-C")] = 0,
    seed: Annotated[int, typer.Option(help="the same seed plays the same day")] = 1,
) -> None:
    """Play a province's day to the broker, as devices would."""
    found = addresses.find(load())
    record = Record(found.database_app, pool_size=1, application_name="anwang simulate")
    try:
        speaking = player.cast(record, devices)
    finally:
        record.close()
    client = broker.connect(found.mqtt_device)
    playing = Player(client, Day(speaking, random.Random(seed)), rate)  # noqa: S311 - a play, not a secret
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: playing.stopping.set())
    console = Console(stderr=True, highlight=False)
    try:
        played = _watched(playing, seconds, len(speaking), console)
    finally:
        client.disconnect()
        client.loop_stop()
    console.print(
        f"{played.messages:,} messages from {len(speaking):,} devices, {played.rate:.1f} a second;"
        f" the broker confirmed {played.confirmed:,}."
    )


def _watched(playing: Player, seconds: float, devices: int, console: Console) -> Played:
    """A line that changes on a terminal; elsewhere one every ten seconds."""

    def words(played: Played) -> str:
        return f"{devices:,} devices · {played.messages:,} messages · {played.rate:,.1f} a second"

    if console.is_terminal:
        with Live(Text("…"), console=console, refresh_per_second=4, transient=True) as line:
            return playing.play(seconds, lambda played: line.update(Text(words(played))))
    told_at = time.monotonic()

    def tell(played: Played) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= LINE_EVERY_SECONDS:
            told_at = time.monotonic()
            print(words(played), file=sys.stderr, flush=True)

    return playing.play(seconds, tell)
