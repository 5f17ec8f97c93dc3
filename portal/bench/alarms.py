"""A month of alarms measured: a PostgreSQL of the benchmark's own with the province in it, and the month played in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from portal.bench.machine import machine
from portal.bench.own_installation import record_alone

Report = Callable[[str], None]
TARGETS = {"alarms_to_open_per_alarm_bearing_signal": 0.1, "fires_missed": 0, "fire_delay_s.max": 1.0}


def measure(seed: int, days: int, fires: int, report: Report) -> dict[str, Any]:
    """The month's figures with their targets, and what they were measured on."""
    with record_alone(report, "bench-alarms") as own:
        found = own.addresses
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
