"""A month of alarms measured: a PostgreSQL of the benchmark's own with the province in it, and the month played in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from db import addresses, demo, migrations
from db.addresses import Addresses
from db.services.postgres import PrivatePostgres
from db.services.tenure import tenure
from db.settings import Settings, load
from portal.bench.machine import machine
from portal.bench.own_installation import free_ports

Report = Callable[[str], None]
TARGETS = {"alarms_to_open_per_alarm_bearing_signal": 0.1, "fires_missed": 0, "fire_delay_s.max": 1.0}


def measure(seed: int, days: int, fires: int, report: Report) -> dict[str, Any]:
    """The month's figures with their targets, and what they were measured on."""
    with _province(report) as found:
        assert found.database_owner is not None
        report(f"a month of {days} days, seed {seed}")
        done = subprocess.run(  # noqa: S603 - our own program
            [
                *(sys.executable, "-m", "ingest.simulate.month"),
                *("--seed", str(seed), "--days", str(days), "--fires", str(fires)),
            ],
            env=os.environ
            | {
                "ANWANG_MONTH_OWNER_URL": found.database_owner.render_as_string(hide_password=False),
                "ANWANG_MONTH_APP_URL": found.database_app.render_as_string(hide_password=False),
            },
            stdout=subprocess.PIPE,
            check=True,
        )
    figures: dict[str, Any] = json.loads(done.stdout)
    return {**figures, "targets": TARGETS, "ran_on": machine()}


@contextmanager
def _province(report: Report) -> Iterator[Addresses]:
    """A database alone, under `var/bench-alarms`, with the province loaded on first use."""
    settings = _settings()
    postgres = PrivatePostgres(settings)
    with tenure(settings, "anwang bench alarms"):
        report("starting PostgreSQL; loading the province on first use")
        postgres.check()
        postgres.start()
        try:
            found = addresses.find(settings)
            assert found.database_owner is not None
            migrations.upgrade(found.database_owner, str(found.database_app.password))
            if not demo.is_loaded(found.database_owner):
                demo.load(found.database_owner, today=datetime.now(UTC).date(), var_dir=settings.var_dir)
            yield found
        finally:
            postgres.stop()


def _settings() -> Settings:
    """Nothing external: the benchmark throws away what it finds."""
    (port,) = free_ports(1)
    return Settings(
        var_dir=load().var_dir / "bench-alarms",
        postgres_port=port,
        database_url="",
        database_app_url="",
        redis_url="",
        mqtt_url="",
    )
