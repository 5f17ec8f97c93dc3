"""`anwang up`: everything that the settings ask for, started in order and kept running."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console

from db import addresses
from db.addresses import Addresses
from db.cli import upgrade_record
from db.errors import CannotStart
from db.services import private_services
from db.services.checks import check_external
from db.services.ports import check_port_free
from db.services.service import PrivateService
from db.services.tenure import tenure
from db.session import Record
from db.settings import Settings, load
from portal.cli import run_file
from portal.cli.programs import Program, camera_workers, commands, environment
from portal.cli.readiness import known_feeds, portal_answers
from portal.cli.run_file import Run, Started
from portal.cli.steps import Report, Steps
from portal.cli.supervisor import Care, Supervisor
from portal.cli.welcome import say_demo, say_where

HERE = ZoneInfo("Asia/Shanghai")
PORTAL_SECONDS = 180.0
GATEWAY_SECONDS = 15.0
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def up(
    demo: Annotated[
        bool, typer.Option("--demo", help="load the demonstration province if the record is empty")
    ] = False,
    simulate: Annotated[bool, typer.Option("--simulate", help="let 2,000 demonstration devices speak")] = False,
) -> None:
    """Start everything and keep it running until Ctrl-C."""
    settings = _with_phones(_with_panels(load())) if demo else load()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    with until_ended(), tenure(settings, "anwang up"):
        _run(settings, Steps(console), with_demo=demo, simulate=simulate)


def _with_panels(settings: Settings) -> Settings:
    """The demonstration has fire panels: their door stands beside the portal's unless the settings name another."""
    if settings.gb26875_port:
        return settings
    return settings.model_copy(update={"gb26875_port": min(settings.portal_port + 1, 65_535)})


PHONES_FILE = "demo-channels.toml"


def _with_phones(settings: Settings) -> Settings:
    """The demonstration tells people over a telephone network of its own, unless the settings name gateways."""
    if settings.notify_file:
        return settings
    return settings.model_copy(update={"notify_file": str(settings.var_dir / PHONES_FILE)})


def _phones_port(settings: Settings) -> int:
    """Where the demonstration's telephone network stands; 0 where the settings name gateways of their own."""
    is_ours = settings.notify_path == settings.var_dir / PHONES_FILE
    return min(settings.portal_port + 2, 65_535) if is_ours else 0


@contextmanager
def until_ended() -> Iterator[None]:
    """Ctrl-C, SIGTERM or a closed terminal end the block quietly."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDINGS}
    for number, handler in before.items():
        if number is not signal.SIGHUP or handler is not signal.SIG_IGN:  # nohup asks to be left alone
            signal.signal(number, end)
    try:
        yield
    except KeyboardInterrupt:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(settings: Settings, steps: Steps, *, with_demo: bool, simulate: bool) -> None:
    found = addresses.find(settings)
    services = private_services(settings)
    check(settings, found, services)
    supervisor = Supervisor(steps.say, lambda cares: _note(settings, cares))
    try:
        for service in services:
            with steps.step(service.name):
                supervisor.start(service)
        if found.database_owner is not None:
            with steps.step("database") as report:
                upgrade_record(settings, found, report)
        if with_demo:
            _load_demo(settings, found, steps)
        _start_programs(settings, found, supervisor, steps, simulate=simulate)
        say_where(steps.console, settings)
        if with_demo:
            say_demo(steps.console, settings, found)
        steps.console.print("\nCtrl-C stops everything.")
        supervisor.watch(lambda: False)
    finally:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
        if supervisor.cares:
            steps.console.print("Stopping …")
        supervisor.stop()
        run_file.remove(settings.var_dir)


def check(settings: Settings, found: Addresses, services: list[PrivateService]) -> None:
    """Everything that can be known before anything starts; each refusal is one sentence."""
    taken = {settings.portal_port: "ANWANG_PORTAL_PORT"}
    for port in (port for service in services for port in service.ports):
        if taken.setdefault(port.number, port.setting) != port.setting:
            raise CannotStart(f"{port.setting} and {taken[port.number]} name the same port, {port.number}.")
    for service in services:
        service.check()
    _end_leftovers(settings)
    check_port_free(settings.bind_host, settings.portal_port, "ANWANG_PORTAL_PORT")
    check_external(settings, found)


def _end_leftovers(settings: Settings) -> None:
    """Programs that a killed run has left: the kernel has told them to stop, which takes a moment."""
    last = run_file.read(settings.var_dir)
    left = [started for started in (last.started if last else ()) if started.is_alive()]
    deadline = time.monotonic() + 10
    while any(started.is_alive() for started in left) and time.monotonic() < deadline:
        time.sleep(0.1)
    for started in left:
        started.end()


def _load_demo(settings: Settings, found: Addresses, steps: Steps) -> None:
    from db import demo

    if found.database_owner is None:
        raise CannotStart(
            "To load the demonstration province, name the database as its owner with ANWANG_DATABASE_URL."
        )
    if not demo.is_loaded(found.database_owner):
        with steps.step("demonstration province") as report:
            today = datetime.now(HERE).date()
            demo.load(found.database_owner, today=today, var_dir=settings.var_dir, report=report)


def _start_programs(
    settings: Settings, found: Addresses, supervisor: Supervisor, steps: Steps, *, simulate: bool
) -> None:
    began = datetime.now(UTC)
    env = environment(settings, found)
    phones_port = _phones_port(settings)
    if phones_port:
        from db.demo import phones

        phones.channel_file(settings.var_dir / PHONES_FILE, phones_port)
        _furnish_loudspeakers(settings, found, phones_port)
    with steps.step("portal and gateway") as report:
        for command in commands(
            simulate,
            settings.gateway_processes,
            has_panels=bool(settings.gb26875_port),
            phones_port=phones_port,
            cameras=camera_workers(settings),
        ):
            supervisor.start(Program(command, settings.var_dir, env))
        _wait_for_portal(settings, supervisor, report)
        _wait_for_gateway(settings, found, supervisor, began, report)


def _furnish_loudspeakers(settings: Settings, found: Addresses, port: int) -> None:
    from db.demo import loudspeakers

    record = Record(found.database_app, pool_size=1, application_name="anwang demonstration")
    try:
        loudspeakers.furnish(record, settings.var_dir, port)
    finally:
        record.close()


def _wait_for_portal(settings: Settings, supervisor: Supervisor, report: Report) -> None:
    report("waiting for the portal")
    deadline = time.monotonic() + PORTAL_SECONDS
    while not portal_answers(settings):
        supervisor.look()
        if time.monotonic() > deadline or supervisor.deaths("portal") > 2:
            raise CannotStart(f"The portal does not answer; see {settings.var_dir / 'logs' / 'portal.log'}.")
        time.sleep(0.1)


def _wait_for_gateway(
    settings: Settings, found: Addresses, supervisor: Supervisor, began: datetime, report: Report
) -> None:
    """Until it listens, so that the first message is heard; it is started again by itself where it does not."""
    if not settings.gateway_processes:
        return
    report("waiting for the gateway")
    deadline = time.monotonic() + GATEWAY_SECONDS
    while not any(feed.alive_at >= began for feed in known_feeds(found)):
        supervisor.look()
        if time.monotonic() > deadline:
            supervisor.say("The gateway does not listen yet; see var/logs/gateway.log.")
            return
        time.sleep(0.2)


def _note(settings: Settings, cares: list[Care]) -> None:
    started = tuple(
        Started(care.ward.name, care.ward.child.pid, care.started_at, care.restarts)
        for care in cares
        if care.ward.child is not None
    )
    run_file.write(settings.var_dir, Run(started))
