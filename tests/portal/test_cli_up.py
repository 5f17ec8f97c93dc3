"""`anwang up` and `anwang status`: started, killed in parts and whole, stopped."""

import os
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from db import addresses
from db.addresses import read_secrets
from db.services import private_services
from db.settings import Settings
from tests.plugins.services import open_folder, settings_in
from tests.portal.counted_load import CountedLoad, seen_twice
from tests.portal.running_up import Up, anwang, environment, start, status, wait_for

PARTS = {
    "PostgreSQL",
    "Redis",
    "mosquitto",
    "portal",
    "gateway",
    "worker",
    "beat",
    "notify",
    "outbox",
    "escalation",
} | {"relay"}

SLOWER = ("worker", "portal", "mosquitto", "Redis")


@pytest.fixture(scope="module")
def own() -> Settings:
    return settings_in(open_folder())


@pytest.fixture(scope="module")
def up(own: Settings) -> Iterator[Up]:
    """One that stands while these tests look at it, and kill parts of it."""
    started = start(own)
    yield started
    assert started.end(signal.SIGTERM) == 0


@pytest.fixture
def owner_here(own: Settings) -> Iterator[Callable[[], Connection]]:
    """A connection of the schema's owner to the standing one, anew after the database was away."""
    where = addresses.find(own).database_owner
    assert where is not None
    engine = create_engine(where, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    kept: list[Connection] = []

    def connection() -> Connection:
        try:
            if not kept:
                kept.append(engine.connect())
            kept[0].execute(text("select 1"))
        except OperationalError:
            if kept:
                kept.pop().invalidate()
            kept[:] = [engine.connect()]
        return kept[0]

    yield connection
    for each in kept:
        each.close()


@pytest.fixture
def another() -> Settings:
    """An installation of one test's own."""
    return settings_in(open_folder())


def pids(told: dict[str, Any]) -> list[int]:
    return [part["pid"] for part in told["parts"].values()]


def alive(numbers: list[int]) -> list[int]:
    """Those that run still; one that is dead may wait for init to bury it."""
    return [pid for pid in numbers if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


def test_everything_runs(up: Up) -> None:
    told = status(up.env)
    assert told["code"] == 0, told
    assert told["well"] is True
    assert set(told["parts"]) == PARTS
    assert all(part["running"] and part["pid"] for part in told["parts"].values())
    assert told["database"]["revision"] == told["database"]["newest"]
    assert told["feeds"]
    assert not any(feed["stale"] for feed in told["feeds"])


def test_the_portal_answers_where_it_says(up: Up, own: Settings) -> None:
    address = f"http://127.0.0.1:{own.portal_port}/"
    assert f"The portal: {address}" in up.said()
    with urllib.request.urlopen(f"{address}healthz", timeout=5) as answer:
        assert answer.status == 200


def test_the_table_names_every_part_and_no_secret(up: Up, own: Settings) -> None:
    said = anwang(up.env, "status")
    assert said.returncode == 0
    assert all(name in said.stdout for name in PARTS)
    secrets = read_secrets(own.var_dir).values()
    assert not [secret for secret in secrets if secret in said.stdout]


@pytest.mark.parametrize(
    "name", ["gateway", "PostgreSQL", *(pytest.param(each, marks=pytest.mark.broad) for each in SLOWER)]
)
def test_what_dies_under_load_is_started_again_and_nothing_is_lost(
    up: Up, own: Settings, owner_here: Callable[[], Connection], name: str
) -> None:
    """Every message that a door said it has is on record once, whoever is killed while they come."""
    before = status(up.env)["parts"][name]
    load = CountedLoad(own, addresses.find(own), owner_here())

    def is_back() -> bool:
        after = status(up.env)
        part = after["parts"][name]
        return bool(part["pid"] != before["pid"] and part["restarts"] > before["restarts"] and after["well"])

    with load.flowing():
        wait_for(lambda: len(load.on_record(owner_here())) > 100)
        os.kill(before["pid"], signal.SIGKILL)
        wait_for(lambda: f"{name} was ended by SIGKILL; starting it again" in up.said())
        wait_for(is_back, 120)
        time.sleep(1)
    assert len(load.confirmed) > 500
    wait_for(lambda: not load.confirmed - set(load.on_record(owner_here())), 60)
    assert not seen_twice(load.on_record(owner_here()))


def test_work_that_has_stalled_is_not_well(up: Up, own: Settings) -> None:
    """Roll-ups that somebody's lock holds up, and nobody notices."""
    where = addresses.find(own).database_owner
    assert where is not None
    engine = create_engine(where, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update rolled_up set at = now() - interval '125 min'"))
    with engine.begin() as connection:
        connection.execute(text("select upto from rolled_up for update"))
        told = status(up.env)
        said = anwang(up.env, "status")
    assert (told["code"], told["well"], said.returncode) == (1, False, 1)
    stalled = {each["name"]: each["behind_seconds"] for each in told["background"] if each["stalled"]}
    assert list(stalled) == ["roll-ups"]
    assert 7500 <= stalled["roll-ups"] < 7800
    assert "Stalled: roll-ups, 2 h 5 min behind" in said.stdout
    assert "In time: judging of devices" in said.stdout
    with engine.begin() as connection:
        connection.execute(text("update rolled_up set at = now()"))
    assert status(up.env)["well"]


def test_programs_know_only_the_applications_way_in(up: Up) -> None:
    told = status(up.env)
    for name in ("portal", "gateway", "worker", "beat"):
        given = psutil.Process(told["parts"][name]["pid"]).environ()
        assert "ANWANG_DATABASE_URL" not in given
        assert "anwang_app:" in given["ANWANG_DATABASE_APP_URL"]


def test_a_second_one_is_refused(up: Up) -> None:
    said = anwang(up.env, "up")
    assert said.returncode == 1
    assert said.stderr.startswith("anwang: This installation is in use by anwang up (pid ")
    assert said.stderr.count("\n") == 1


def test_commands_use_the_running_database(up: Up) -> None:
    said = anwang(up.env, "db", "upgrade")
    assert (said.returncode, said.stderr) == (0, "")
    assert status(up.env)["parts"]["PostgreSQL"]["running"]


@pytest.mark.broad
def test_killed_whole_and_stopped_in_order(another: Settings) -> None:
    first = start(another)
    killed = pids(status(first.env))
    first.end(signal.SIGKILL)
    again = start(another)
    told = status(again.env)
    assert told["well"]
    assert not alive(killed)
    assert again.end(signal.SIGINT) == 0
    assert not alive(pids(told))
    assert not [process for service in private_services(another) for process in service.processes()]
    assert "Traceback" not in again.said()
    assert again.said().rstrip().endswith("Stopping …")


def test_before_anything_runs_status_says_so(another: Settings) -> None:
    told = status(environment(another))
    assert told["code"] == 1
    assert told["started_by"] is None
