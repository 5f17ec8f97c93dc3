"""`anwang bench …`: figures as JSON on standard output, progress on standard error."""

import json
import signal
import sys
from dataclasses import replace
from importlib.util import find_spec
from typing import Annotated, Any

import typer
from rich.console import Console

from db.errors import CannotStart

bench_app = typer.Typer(help="Measure this installation.", no_args_is_help=True)
_progress = Console(stderr=True, highlight=False)


@bench_app.callback()
def _ends_in_order() -> None:
    """A benchmark that is asked to stop takes the installation that it started with it."""
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit(128 + signal.SIGTERM))


def _step(step: str) -> None:
    _progress.print(f"· {step}")


def _told(figures: Any) -> None:
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


def _in_a_browser() -> None:
    if find_spec("playwright") is None:
        raise CannotStart('This benchmark opens pages in Chromium, and needs: pip install -e ".[bench]"')


@bench_app.command("portal")
def portal(
    users: Annotated[int, typer.Option(min=1, help="simulated people")] = 50,
    seconds: Annotated[float, typer.Option(min=5, help="how long they work")] = 60,
    pause: Annotated[float, typer.Option(min=0.05, help="mean pause of a person between two requests, seconds")] = 4.0,
) -> None:
    """The portal under load: callbacks, tiles, the ranking, the wall. Starts an installation of its own."""
    _in_a_browser()
    from portal.bench.portal import measure

    _told(measure(users, seconds, pause, _step))


@bench_app.command("ingest")
def ingest(
    devices: Annotated[int, typer.Option(min=1, help="devices that speak in turn")] = 100_000,
    rate: Annotated[float, typer.Option(min=1, help="messages a second that they offer")] = 10_200,
    seconds: Annotated[float, typer.Option(min=5, help="how long")] = 60,
) -> None:
    """Ingest under load: messages on record and alarms on screen. Starts an installation of its own."""
    from portal.bench.ingest import Load, measure

    _told(measure(Load(devices, rate, seconds), _step))


@bench_app.command("doors")
def doors(
    pushes: Annotated[float, typer.Option(min=1, help="pushes a second")] = 100,
    peers: Annotated[int, typer.Option(min=1, help="transmission devices that keep to the rules")] = 900,
    hostile: Annotated[int, typer.Option(min=0, help="peers that pour rubbish beside them")] = 100,
    seconds: Annotated[float, typer.Option(min=5, help="how long, each door")] = 20,
) -> None:
    """The doors beside MQTT under load: platforms' pushes, transmission devices among hostile ones."""
    from portal.bench.doors import measure

    _told(measure(pushes, peers, hostile, seconds, _step))


@bench_app.command("streams")
def streams(
    streams: Annotated[int, typer.Option(min=1, help="open event streams")] = 2_000,
    seconds: Annotated[float, typer.Option(min=5, help="how long")] = 30,
    users: Annotated[int, typer.Option(min=1, help="people at work beside them")] = 50,
) -> None:
    """Event streams on one portal process, each in its reader's scope. Starts an installation of its own."""
    _in_a_browser()
    from portal.bench.streams import Crowd, measure

    _told(measure(Crowd(streams, seconds, users), _step))


@bench_app.command("readings")
def readings(
    rows: Annotated[int, typer.Option(min=1000, help="signals that one turn rolls up")] = 1_000_000,
) -> None:
    """A year of one device's readings opened, and rolling up. Starts an installation of its own."""
    from portal.bench.readings import measure

    _told(measure(rows, _step))


@bench_app.command("desk")
def desk(
    alarms: Annotated[int, typer.Option(min=1000, help="alarms on record")] = 100_000,
    hazards: Annotated[int, typer.Option(min=1000, help="hazards on record, each with two steps")] = 1_000_000,
    runs: Annotated[int, typer.Option(min=1, help="how often everything is asked")] = 5,
) -> None:
    """A filter or a sort of the desks among a million rows. Starts a PostgreSQL and a portal of its own."""
    from portal.bench.desk import measure

    _told(measure(alarms, hazards, runs, _step))


@bench_app.command("alarms")
def alarms(
    seed: Annotated[int, typer.Option(help="the same seed plays the same month; 101 to 112 were never tuned on")] = 101,
    days: Annotated[int, typer.Option(min=1, max=60, help="how long the month is")] = 30,
    fires: Annotated[int, typer.Option(min=0, help="how many fires break out in it")] = 8,
) -> None:
    """A province's month of alarms through the gate, beside its truth. Starts a PostgreSQL of its own."""
    from portal.bench.alarms import measure

    _told(measure(seed, days, fires, _step))


@bench_app.command("rankings")
def rankings(
    runs: Annotated[int, typer.Option(min=5, help="random days that every measure is asked for")] = 60,
    nation: Annotated[bool, typer.Option(help="600,000 venues in 2,914 counties beside the province")] = True,
    nation_days: Annotated[int, typer.Option(min=60, help="how long the nation's past is")] = 1_095,
) -> None:
    """Any measure as of any day by county: a province of 20,000 venues, a nation of 600,000, three years each."""
    from portal.bench.measured_past import NATION, PROVINCE
    from portal.bench.rankings import measure

    sizes = (PROVINCE, replace(NATION, days=nation_days)) if nation else (PROVINCE,)
    _told(measure(runs, sizes, _step))


@bench_app.command("audit")
def audit(
    bulletins: Annotated[int, typer.Option(min=1, help="bulletins, each with one figure altered")] = 200,
    seed: Annotated[int, typer.Option(help="the same seed makes the same bulletins")] = 1,
) -> None:
    """Altered figures that the audit of bulletins finds, by the text alone and beside the snapshot."""
    from portal.bench.audit import measure

    _told(measure(bulletins, seed, _step))


@bench_app.command("map")
def map_(
    tiles: Annotated[int, typer.Option(min=18, help="tiles asked for, each twice")] = 450,
    seconds: Annotated[float, typer.Option(min=2, help="how long the map is moved in Chromium")] = 20,
    paints: Annotated[int, typer.Option(min=1, help="times the page is opened with an empty cache")] = 5,
    venues: Annotated[int, typer.Option(min=20_000, help="venues of the large map")] = 1_000_000,
) -> None:
    """The map: tiles cold and cached, frames, first paint, bytes; beside the same points as clusters."""
    _in_a_browser()
    from portal.bench.map import MapLoad, measure

    _told(measure(MapLoad(tiles, seconds, paints, venues), _step))


@bench_app.command("vision")
def vision(
    seconds: Annotated[float, typer.Option(min=4, help="how long the films of the cost figures are")] = 60,
    films: Annotated[int, typer.Option(min=1, help="held-out films for each rule, beside as many quiet ones")] = 12,
    events: Annotated[
        int, typer.Option(min=0, help="cameras in which crowds gather before an open page; 0: none")
    ] = 12,
) -> None:
    """Cameras a core, the gate's saving, the rules' precision and recall, and seconds from the event to the screen."""
    _in_a_browser()
    from portal.bench.vision import measure

    _told(measure(seconds, films, events, _step))
