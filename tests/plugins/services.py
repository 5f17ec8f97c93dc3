"""Real services for the tests: one private PostgreSQL, Redis and mosquitto for the whole run."""

import atexit
import os
import random
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psutil
import pytest
from sqlalchemy.engine import URL

from db import addresses, migrations
from db.addresses import Addresses
from db.services import private_services
from db.services.postgres import PrivatePostgres
from db.services.tenure import tenure
from db.session import Record
from db.settings import Settings

EMPTY = "template_empty"
MEMORY = Path("/dev/shm")
PREFIX = "anwang-tests-"
ROOM_BYTES = 10 * 2**30
"""What two workers' databases take at their largest, twice."""
_numbers = count(1)


_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_lowest_port = 10_100 + 2_500 * (_worker % 8)  # browsers refuse 10080
_ports = iter(random.sample(range(_lowest_port, _lowest_port + 2_500), 2_500))


def free_port() -> int:
    """A port that nothing listens on, given out once.

    It lies below those that the system gives to callers for their own end (32768 and up, as Linux has it): a service
    that a test stops finds its port free when it is started again.
    """
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RuntimeError("no port is left")


@dataclass(frozen=True)
class Installation:
    """Running services, and where they are."""

    settings: Settings
    addresses: Addresses
    postgres: PrivatePostgres


@dataclass(frozen=True)
class TestRecord:
    """A database of a test's own."""

    __test__ = False

    record: Record
    owner_url: URL
    app_url: URL
    settings: Settings
    addresses: Addresses


@pytest.fixture(scope="session", autouse=True)
def no_settings_from_outside() -> Iterator[None]:
    """Tests stand on their own settings, whatever the shell brings."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("ANWANG_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """Private services on free ports, with an empty upgraded database to copy from."""
    settings = settings_in(open_folder())
    services = private_services(settings)
    with tenure(settings, "the tests"), ExitStack() as stack:
        for service in services:
            service.check()
            service.start()
            stack.callback(service.stop)
        found = addresses.find(settings)
        postgres = services[0]
        assert isinstance(postgres, PrivatePostgres)
        _hurry(postgres)
        postgres.create_database(EMPTY)
        assert found.database_owner is not None
        migrations.upgrade(found.database_owner.set(database=EMPTY), str(found.database_app.password))
        yield Installation(settings, found, postgres)


def _hurry(postgres: PrivatePostgres) -> None:
    """What must outlive a power cut need not here; each test copies a database and drops it."""
    with postgres._as_superuser("postgres") as cursor:
        for name in ("fsync", "full_page_writes"):
            cursor.execute(f"alter system set {name} = off")
        cursor.execute("select pg_reload_conf()")


def open_folder() -> Path:
    """A fresh folder that the services' own user may pass through, removed when the run ends.

    pytest's own folders are closed to others, and closed again by every other run on the machine. In memory where the
    machine has plenty: thousands of copied databases cost a disk more time than all that the tests ask of them.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=MEMORY if _is_roomy() else None))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_roomy() -> bool:
    """Whether memory is a file system here and has room, once what killed runs left in it is gone."""
    if not os.path.ismount(MEMORY) or not os.access(MEMORY, os.W_OK):
        return False
    for left in MEMORY.glob(f"{PREFIX}*"):
        if not psutil.pid_exists(int(left.name.removeprefix(PREFIX).split("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    return min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available) > ROOM_BYTES


def settings_in(var: Path) -> Settings:
    """An installation of its own, on ports that nobody uses."""
    return Settings(
        var_dir=var, postgres_port=free_port(), redis_port=free_port(), mqtt_port=free_port(), portal_port=free_port()
    )


def copy_of(installation: Installation, template: str) -> Iterator[TestRecord]:
    """A fresh database copied from `template`, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    installation.postgres.create_database(name, template)
    owner = installation.addresses.database_owner
    assert owner is not None
    found = Addresses(
        owner.set(database=name),
        installation.addresses.database_app.set(database=name),
        installation.addresses.redis,
        installation.addresses.mqtt,
        installation.addresses.mqtt_device,
    )
    record = Record(found.database_app)
    assert found.database_owner is not None
    yield TestRecord(record, found.database_owner, found.database_app, installation.settings, found)
    record.close()
    installation.postgres.drop_database(name)


@pytest.fixture
def empty_record(installation: Installation) -> Iterator[TestRecord]:
    """A record without a row."""
    yield from copy_of(installation, EMPTY)
