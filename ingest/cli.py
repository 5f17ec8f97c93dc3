"""Commands of the ingest programs."""

import getpass
import random
import signal
import sys
import time
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from db import addresses
from db.broker_trust import trust_of
from db.commands.people import Operator
from db.errors import CannotStart, InvalidInput
from db.services.database import running
from db.services.ports import from_here
from db.session import Record
from db.settings import load
from ingest import archive_commands, platform_commands
from ingest.doors import DOORS
from ingest.gb26875 import commands as gb26875
from ingest.gb26875 import panel_commands
from ingest.outbox import commands as fire_service
from ingest.replay import Span, replay_accepted, replay_refused
from ingest.shout import commands as loudspeakers
from ingest.simulate import broker, player, pushers
from ingest.simulate import panels as panels_of
from ingest.simulate.day import Day
from ingest.simulate.faults import Faults, Mischief
from ingest.simulate.panels import Panels
from ingest.simulate.player import Played, Player
from ingest.simulate.pushers import BOOKS, Platforms

HERE = ZoneInfo("Asia/Shanghai")
LINE_EVERY_SECONDS = 10.0
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]

app = typer.Typer()
app.add_typer(gb26875.app, name="decode")
app.add_typer(panel_commands.app, name="panels")
app.add_typer(platform_commands.app, name="platforms")
app.add_typer(archive_commands.archive_app, name="archive")
app.add_typer(archive_commands.readings_app, name="readings")
app.add_typer(fire_service.app, name="fire-service")
app.add_typer(loudspeakers.app, name="loudspeakers")


@app.command()
def simulate(
    devices: Annotated[int, typer.Option(min=1, help="how many of the record's demonstration devices speak")] = 2000,
    rate: Annotated[float, typer.Option(min=0.01, help="messages a second, all devices together")] = 20.0,
    seconds: Annotated[float, typer.Option(min=0, help="stop after so long; 0: until Ctrl-C")] = 0,
    panels: Annotated[
        int, typer.Option(min=0, help="transmission devices beside them, where ANWANG_GB26875_PORT is open")
    ] = 50,
    platforms: Annotated[int, typer.Option(min=0, help="devices behind each platform that pushes over HTTP")] = 20,
    platform_rate: Annotated[float, typer.Option(min=0.01, help="pushes a second, all platforms together")] = 1.0,
    silent: Annotated[float, typer.Option(min=0, max=1, help="share of the devices that say nothing")] = 0,
    flapping: Annotated[
        float, typer.Option(min=0, max=1, help="share of the devices that come and go each minute")
    ] = 0,
    skewed: Annotated[float, typer.Option(min=0, max=1, help="share of the devices with a wrong clock")] = 0,
    broken: Annotated[float, typer.Option(min=0, max=1, help="share of the messages that are spoilt")] = 0,
    late: Annotated[
        float, typer.Option(min=0, max=1, help="share of the messages that bring a burst of old ones along")
    ] = 0,
    duplicates: Annotated[float, typer.Option(min=0, max=1, help="share of the messages that come twice")] = 0,
    seed: Annotated[int, typer.Option(help="the same seed plays the same day")] = 1,
) -> None:
    """Play a province's day through every door, as devices and platforms would, with faults on demand."""
    settings = load()
    found = addresses.find(settings)
    faults = Faults(silent, flapping, skewed, broken, late, duplicates)
    rng = random.Random(seed)  # noqa: S311 - a play, not a secret
    record = Record(found.database_app, pool_size=1, application_name="anwang simulate")
    try:
        speaking = player.cast(record, devices)
        sources = panels_of.sources(record, panels if settings.gb26875_port else 0)
        speakers = [pushers.speaking(record, door, platforms) for door in BOOKS] if platforms else []
    finally:
        record.close()
    client = broker.connect(found.mqtt_device, trust_of(settings))
    playing = Player(client, Day(speaking, rng), rate, Mischief(faults, random.Random(seed)))  # noqa: S311
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: playing.stopping.set())
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    here = from_here(settings.bind_host)
    panel_play = Panels(here, settings.gb26875_port, sources, random.Random(seed), faults)  # noqa: S311
    secrets = addresses.read_secrets(settings.var_dir)
    site = f"http://{here}:{settings.portal_port}"
    pushing = Platforms(site, secrets, speakers, platform_rate, faults, random.Random(seed))  # noqa: S311
    panel_play.start()
    pushing.start()
    try:
        played = _watched(playing, seconds, len(speaking), console)
    finally:
        pushing.stop()
        panel_play.stop()
        client.disconnect()
        client.loop_stop()
    _sum_up(console, played, len(speaking), pushing.stored)


def _sum_up(console: Console, played: Played, devices: int, pushed: int) -> None:
    console.print(
        f"{played.messages:,} messages from {devices:,} devices, {played.rate:.1f} a second;"
        f" the broker confirmed {played.confirmed:,}."
    )
    on_purpose = {
        "broken": played.broken,
        "said twice": played.repeated,
        "late": played.late,
        "turns left out": played.unsaid,
    }
    if any(on_purpose.values()):
        console.print("On purpose: " + ", ".join(f"{count:,} {what}" for what, count in on_purpose.items()) + ".")
    if pushed:
        console.print(f"Platforms pushed {pushed:,} bodies that were stored.")


@app.command()
def replay(
    since: Annotated[datetime, typer.Option(formats=FORMATS, help="received from here on; Shanghai's time")],
    until: Annotated[datetime | None, typer.Option(formats=FORMATS, help="and before; now where left out")] = None,
    door: Annotated[str, typer.Option(help=f"one door alone: {', '.join(DOORS)}")] = "",
    dead_letters: Annotated[
        bool, typer.Option("--dead-letters", help="refused messages instead of accepted ones")
    ] = False,
) -> None:
    """Decode kept messages again: correct what a dictionary got wrong, or take in what was refused before a fix."""
    if door and door not in DOORS:
        raise InvalidInput(f"There is no door {door}; choose {', '.join(DOORS)}.")
    span = Span(_here(since), _here(until) if until else datetime.now(UTC), door or None)
    if span.since >= span.until:
        raise InvalidInput(
            f"Nothing lies between {span.since:%Y-%m-%d %H:%M} and {span.until.astimezone(HERE):%Y-%m-%d %H:%M}."
        )
    settings = load()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    with running(settings) as found:
        if found.database_owner is None:
            raise CannotStart("To change what is on record, name its owner with ANWANG_DATABASE_URL.")
        owner = Record(found.database_owner, pool_size=2, application_name="anwang replay")
        act = replay_refused if dead_letters else replay_accepted
        try:
            with console.status("…") as status:
                operator = Operator(None, f"command line ({getpass.getuser()})")
                done = act(owner, span, operator, lambda n: status.update(f"{n:,} messages"))
        finally:
            owner.close()
    console.print(
        f"{done.messages:,} messages: {done.unchanged:,} unchanged, {done.corrected:,} corrected,"
        f" {done.added:,} added, {done.refused:,} refused."
    )
    if not done.messages:
        days = settings.dead_letter_retention_days if dead_letters else settings.raw_retention_days
        console.print(f"Nothing is kept of what came then; bytes are kept for {days} days.")


def _here(given: datetime) -> datetime:
    return given.replace(tzinfo=HERE)


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
