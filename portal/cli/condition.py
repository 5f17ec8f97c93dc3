"""What runs of this installation, and what should."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil
from sqlalchemy.exc import SQLAlchemyError

from db import addresses, migrations
from db.addresses import Addresses
from db.broker_trust import trust_of
from db.errors import CannotStart
from db.queries.feeds import FeedRow
from db.rules.standing_work import Lag
from db.services import private_services
from db.services.checks import check_broker, check_redis, masked, revision
from db.services.database import check_answers
from db.services.service import PrivateService
from db.services.tenure import Tenant, tenant
from db.settings import Settings
from portal.cli import run_file
from portal.cli.programs import camera_workers, commands
from portal.cli.readiness import is_stale, known_feeds, known_lags, portal_answers, portal_url
from portal.cli.run_file import Started


@dataclass(frozen=True, slots=True)
class Part:
    """A service or program; `pid` and `uptime_seconds` are None where they cannot be known from here."""

    name: str
    kind: str
    """private, external or program"""
    running: bool
    address: str
    pid: int | None = None
    uptime_seconds: int | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed of data; a stale one counts as not running."""

    name: str
    alive_at: datetime
    stale: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """The whole installation at one moment."""

    tenant: Tenant | None
    parts: tuple[Part, ...]
    revision: str | None
    newest: str
    feeds: tuple[Feed, ...]
    lags: tuple[Lag, ...]

    @property
    def is_well(self) -> bool:
        """True where everything runs that should, no feed has gone silent and no work has stalled."""
        is_late = any(feed.stale for feed in self.feeds) or any(lag.has_stalled for lag in self.lags)
        return all(part.running for part in self.parts) and not is_late


def look(settings: Settings) -> Condition:
    """Ask every part; takes seconds where one does not answer."""
    found = addresses.find(settings)
    run = run_file.read(settings.var_dir)
    started = {one.name: one for one in run.started} if run else {}
    services = _services(settings, found, started)
    is_database_up = services[0].running
    rows = known_feeds(found) if is_database_up else []
    return Condition(
        tenant=tenant(settings),
        parts=(*services, *_programs(settings, started)),
        revision=_revision(found) if is_database_up else None,
        newest=migrations.newest(),
        feeds=tuple(_feed(row, settings) for row in rows),
        lags=known_lags(found, settings) if is_database_up else (),
    )


def _feed(row: FeedRow, settings: Settings) -> Feed:
    return Feed(row.name, row.alive_at, is_stale(row, settings))


def _revision(found: Addresses) -> str | None:
    try:
        return revision(found)
    except SQLAlchemyError:
        return None


def _services(settings: Settings, found: Addresses, started: dict[str, Started]) -> list[Part]:
    """Database, Redis, broker, in this order."""
    private = {service.setting: service for service in private_services(settings)}
    database = found.database_app.set(drivername="postgresql").render_as_string(hide_password=True)
    queue = "RabbitMQ" if found.redis.startswith("amqp") else "Redis"
    known: tuple[tuple[str, str, str, Callable[[], None]], ...] = (
        ("ANWANG_POSTGRES_PORT", "PostgreSQL", database, lambda: check_answers(found)),
        ("ANWANG_REDIS_PORT", queue, masked(found.redis), lambda: check_redis(found.redis)),
        ("ANWANG_MQTT_PORT", "mosquitto", masked(found.mqtt), lambda: check_broker(found.mqtt, trust_of(settings))),
    )
    return [
        _private(private[setting], address, started)
        if setting in private
        else Part(name, "external", _passes(check), address)
        for setting, name, address, check in known
    ]


def _private(service: PrivateService, address: str, started: dict[str, Started]) -> Part:
    is_running = service.is_running()
    processes = service.processes() if is_running else []
    first = min(processes, key=lambda process: process.create_time(), default=None)
    pid = first.pid if first else None
    restarts = started[service.name].restarts if service.name in started else 0
    return Part(service.name, "private", is_running, address, pid, _uptime(pid), restarts)


def _programs(settings: Settings, started: dict[str, Started]) -> list[Part]:
    parts = []
    has_panels = bool(settings.gb26875_port) or "gb26875" in started
    phones_port = int("phones" in started)  # where it stands is of no account here
    for command in commands(
        "simulator" in started,
        settings.gateway_processes,
        has_panels=has_panels,
        phones_port=phones_port,
        cameras=camera_workers(settings),
    ):
        one = started.get(command.name)
        is_alive = one is not None and one.is_alive()
        is_portal = command.name == "portal"
        is_running = is_alive and (not is_portal or portal_answers(settings))
        pid = one.pid if one and is_alive else None
        address = portal_url(settings) if is_portal else ""
        parts.append(Part(command.name, "program", is_running, address, pid, _uptime(pid), one.restarts if one else 0))
    return parts


def _uptime(pid: int | None) -> int | None:
    try:
        return int(datetime.now(UTC).timestamp() - psutil.Process(pid).create_time()) if pid else None
    except psutil.Error:
        return None


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except CannotStart:
        return False
    return True
