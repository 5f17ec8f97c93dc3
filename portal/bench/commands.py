"""`anwang bench …`: figures as JSON on standard output, progress on standard error."""

import json
import sys
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console

bench_app = typer.Typer(help="Measure this installation.", no_args_is_help=True)


@bench_app.command("portal")
def portal(
    users: Annotated[int, typer.Option(min=1, help="simulated people")] = 50,
    seconds: Annotated[float, typer.Option(min=5, help="how long they work")] = 60,
    pause: Annotated[float, typer.Option(min=0.05, help="mean pause of a person between two requests, seconds")] = 4.0,
) -> None:
    """The portal under load: callbacks, tiles, the ranking, the wall. Starts an installation of its own."""
    from portal.bench.portal import measure

    console = Console(stderr=True, highlight=False)
    figures = measure(users, seconds, pause, lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


@bench_app.command("ingest")
def ingest(
    devices: Annotated[int, typer.Option(min=1, help="devices that speak in turn")] = 100_000,
    rate: Annotated[float, typer.Option(min=1, help="messages a second that they offer")] = 10_200,
    seconds: Annotated[float, typer.Option(min=5, help="how long")] = 60,
) -> None:
    """Ingest under load: messages on record and alarms on screen. Starts an installation of its own."""
    from portal.bench.ingest import Load, measure

    console = Console(stderr=True, highlight=False)
    figures = measure(Load(devices, rate, seconds), lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


@bench_app.command("doors")
def doors(
    pushes: Annotated[float, typer.Option(min=1, help="pushes a second")] = 100,
    peers: Annotated[int, typer.Option(min=1, help="transmission devices that keep to the rules")] = 900,
    hostile: Annotated[int, typer.Option(min=0, help="peers that pour rubbish beside them")] = 100,
    seconds: Annotated[float, typer.Option(min=5, help="how long, each door")] = 20,
) -> None:
    """The doors beside MQTT under load: platforms' pushes, transmission devices among hostile ones."""
    from portal.bench.doors import measure

    console = Console(stderr=True, highlight=False)
    figures = measure(pushes, peers, hostile, seconds, lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


@bench_app.command("readings")
def readings(
    rows: Annotated[int, typer.Option(min=1000, help="signals that one turn rolls up")] = 1_000_000,
) -> None:
    """A year of one device's readings opened, and rolling up. Starts an installation of its own."""
    from portal.bench.readings import measure

    console = Console(stderr=True, highlight=False)
    figures = measure(rows, lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


@bench_app.command("alarms")
def alarms(
    seed: Annotated[int, typer.Option(help="the same seed plays the same month; 101 to 112 were never tuned on")] = 101,
    days: Annotated[int, typer.Option(min=1, max=60, help="how long the month is")] = 30,
    fires: Annotated[int, typer.Option(min=0, help="how many fires break out in it")] = 8,
) -> None:
    """A province's month of alarms through the gate, beside its truth. Starts a PostgreSQL of its own."""
    from portal.bench.alarms import measure

    console = Console(stderr=True, highlight=False)
    figures = measure(seed, days, fires, lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


@bench_app.command("rankings")
def rankings(
    runs: Annotated[int, typer.Option(min=5, help="random days that every measure is asked for")] = 60,
    nation: Annotated[bool, typer.Option(help="600,000 venues in 2,914 counties beside the province")] = True,
    nation_days: Annotated[int, typer.Option(min=60, help="how long the nation's past is")] = 1_095,
) -> None:
    """Any measure as of any day by county: a province of 20,000 venues, a nation of 600,000, three years each."""
    from portal.bench.measured_past import NATION, PROVINCE
    from portal.bench.rankings import measure

    console = Console(stderr=True, highlight=False)
    sizes = (PROVINCE, replace(NATION, days=nation_days)) if nation else (PROVINCE,)
    figures = measure(runs, sizes, lambda step: console.print(f"· {step}"))
    sys.stdout.write(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
