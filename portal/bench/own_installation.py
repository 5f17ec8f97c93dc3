"""An installation of the benchmark's own: private services on free ports, the full province, the simulator."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from db import addresses, demo, migrations
from db.addresses import Addresses
from db.demo import DemoAccount, accounts
from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.services.postgres import PrivatePostgres
from db.services.tenure import tenure
from db.session import Record
from db.settings import Settings, load

START_SECONDS = 300
SETTLE_SECONDS = 240.0
_UNSETTLED = text(
    """
    select exists (select from letters where pdf is null) or exists (select from notices where taken_at is null)
        or exists (select from deliveries where state = 'waiting' and due_at <= now())
    """
)


@dataclass(frozen=True, slots=True)
class OwnInstallation:
    """Where it is and who may log in."""

    base: str
    settings: Settings
    addresses: Addresses
    accounts: tuple[DemoAccount, ...]
    environment: dict[str, str]
    """For programs of this installation that are started beside it."""

    def account(self, login: str) -> DemoAccount:
        return next(account for account in self.accounts if account.login == login)


def free_ports(n: int) -> list[int]:
    probes = [socket.socket() for _port in range(n)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@contextmanager
def running(
    report: Callable[[str], None],
    folder: str = "bench",
    *,
    simulate: bool = True,
    gateways: int = 1,
    workers: int = 2,
    cameras: int = 0,
    is_fresh: bool = False,
) -> Iterator[OwnInstallation]:
    """Start it under `var/<folder>`, with the province loaded on first use; stop it at the end.

    `is_fresh`: loaded again in any case. Alarms that an earlier run left open would climb their ladders in this one.
    """
    portal, postgres, redis, mqtt = free_ports(4)
    var_dir = load().var_dir / folder
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANWANG_")} | {
        "ANWANG_VAR_DIR": str(var_dir),
        "ANWANG_PORTAL_PORT": str(portal),
        "ANWANG_POSTGRES_PORT": str(postgres),
        "ANWANG_REDIS_PORT": str(redis),
        "ANWANG_MQTT_PORT": str(mqtt),
        "ANWANG_GATEWAY_PROCESSES": str(gateways),
        "ANWANG_PORTAL_WORKERS": str(workers),
        "ANWANG_VISION_PROCESSES": str(cameras),
    }
    if is_fresh:
        shutil.rmtree(var_dir, ignore_errors=True)
    var_dir.mkdir(parents=True, exist_ok=True)
    report("starting services and programs; loading the province on first use")
    base = f"http://127.0.0.1:{portal}"
    with (var_dir / "up.log").open("wb") as log:
        up = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "portal.cli", "up", "--demo", *(["--simulate"] if simulate else [])],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(up, base, var_dir)
        settings = _settings(var_dir, portal_port=portal, postgres_port=postgres, redis_port=redis, mqtt_port=mqtt)
        own = OwnInstallation(base, settings, addresses.find(settings), tuple(accounts(var_dir)), environment)
        _settle(own, report)
        yield own
    finally:
        up.terminate()
        try:
            up.wait(30)
        except subprocess.TimeoutExpired:
            up.kill()


@contextmanager
def record_alone(report: Callable[[str], None], folder: str) -> Iterator[OwnInstallation]:
    """A database under `var/<folder>` and nothing else, with the province loaded on first use."""
    portal, postgres = free_ports(2)
    settings = _settings(load().var_dir / folder, portal_port=portal, postgres_port=postgres)
    service = PrivatePostgres(settings)
    with tenure(settings, f"anwang {folder.replace('-', ' ')}"):
        report("starting PostgreSQL; loading the province on first use")
        service.check()
        service.start()
        try:
            found = addresses.find(settings)
            assert found.database_owner is not None
            migrations.upgrade(found.database_owner, str(found.database_app.password))
            if not demo.is_loaded(found.database_owner):
                demo.load(found.database_owner, today=datetime.now(UTC).date(), var_dir=settings.var_dir)
            base = f"http://127.0.0.1:{portal}"
            yield OwnInstallation(base, settings, found, tuple(accounts(settings.var_dir)), {})
        finally:
            service.stop()


@contextmanager
def portal_alone(report: Callable[[str], None], folder: str) -> Iterator[OwnInstallation]:
    """A database and the portal before it: no device speaks, nobody is told."""
    with record_alone(report, folder) as own:
        settings, found = own.settings, own.addresses
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ANWANG_")} | {
            "ANWANG_VAR_DIR": str(settings.var_dir),
            "ANWANG_PORTAL_PORT": str(settings.portal_port),
            "ANWANG_DATABASE_APP_URL": found.database_app.render_as_string(hide_password=False),
        }
        with (settings.var_dir / "portal.log").open("wb") as log:
            serving = subprocess.Popen(
                [sys.executable, "-m", "portal"], env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            _wait(serving, own.base, settings.var_dir)
            yield replace(own, environment=environment)
        finally:
            serving.terminate()
            try:
                serving.wait(30)
            except subprocess.TimeoutExpired:
                serving.kill()


def _settings(var_dir: Path, **ports: int) -> Settings:
    """Nothing external: a benchmark throws away what it finds."""
    nothing = dict.fromkeys(("database_url", "database_app_url", "redis_url", "mqtt_url"), "")
    return Settings(var_dir=var_dir, **nothing, **ports)  # type: ignore[arg-type]


def _settle(own: OwnInstallation, report: Callable[[str], None]) -> None:
    """A province just loaded tells whoever its open alarms concern."""
    record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
    deadline = time.monotonic() + SETTLE_SECONDS
    report("waiting until the province's own alarms have been told")
    try:
        while time.monotonic() < deadline:
            with record.scoped(EVERYTHING) as session:
                if not session.scalar(_UNSETTLED):
                    return
            time.sleep(1)
        report(f"still not told after {SETTLE_SECONDS:.0f} s; the figures carry it")
    finally:
        record.close()


def _wait(up: subprocess.Popen[bytes], base: str, var_dir: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if up.poll() is not None:
            logs = [each for each in (var_dir / "up.log", var_dir / "portal.log") if each.exists()]
            words = logs[-1].read_text(errors="replace").strip().splitlines()
            raise CannotStart(
                f"The benchmark's installation did not start: {words[-1] if words else 'it said nothing'}"
            )
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=2):  # noqa: S310 - our own address
                if accounts(var_dir):
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.5)
    raise CannotStart(f"The benchmark's installation did not answer within {START_SECONDS} s; see {var_dir}.")
