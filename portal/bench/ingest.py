"""Ingest measured: from a device's publish to the record and to the open page, with the limits beside it.

Real mosquitto, PostgreSQL, gateway and portal, the load generator on the same machine.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.errors import CannotStart
from db.queries import feeds
from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.bench import ingest_limits
from portal.bench.alarm_probes import Probes
from portal.bench.machine import Usage, machine
from portal.bench.own_installation import OwnInstallation, running

Report = Callable[[str], None]
POINTS = 3
"""In each message: value, battery and radio."""
DRAIN_SECONDS = 120
FEED = "mqtt gateway"
ALARMS_PER_SECOND = 1.0
"""Each is told to some ten people over two channels; a province raises one in minutes."""
BURST_ALARMS, BURST_SECONDS = 1000, 10.0
TARGETS = {"messages_per_s": 10_000, "points_per_s": 30_000, "alarm_to_stream_ms.p99": 1000, "burst_ms.p99": 3000}

_TOPICS = text(
    """
    select code || '/' || case kind when 'smoke_detector' then 'smoke' when 'electricity_meter' then 'current'
        when 'gas_detector' then 'gas' else 'temperature' end
    from devices where retired_on is null order by hashint4(id) limit :n
    """
)
_PERCENTILES = text(
    """
    select count(*), percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ms)
    from (select extract(epoch from pg_xact_commit_timestamp(xmin) - observed_at) * 1000 as ms from signals
          where received_at >= :since) taken
    """
)
_ROOM = text(
    """
    select (select sum(pg_total_relation_size(inhrelid)) / greatest(1, (select count(*) from signals))
            from pg_inherits where inhparent = 'signals'::regclass),
           (select sum(pg_total_relation_size(inhrelid)) / greatest(1, (select sum(messages) from raw_batches))
            from pg_inherits where inhparent = 'raw_batches'::regclass)
    """
)
_RECORDED = text("select count(*) from signals where received_at >= :since")


@dataclass(frozen=True, slots=True)
class Load:
    """What is poured in."""

    devices: int
    rate: float
    seconds: float


def measure(load: Load, report: Report) -> dict[str, Any]:
    """All figures with their limits and targets, and what they were measured on."""
    with running(report, "bench-ingest", is_fresh=True, simulate=False, gateways=0) as own:
        _clear(own)
        record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
        try:
            with record.scoped(EVERYTHING) as session:
                topics = list(session.scalars(_TOPICS, {"n": load.devices}))
            report(f"limits: COPY, and the broker with a subscriber that only counts ({len(topics):,} devices)")
            limits = ingest_limits.measure(own, topics)
            with _gateway(own, record), Probes(own, record) as probes:
                sustained = _sustained(own, record, load, topics, probes, report)
                report(f"a burst of {BURST_ALARMS:,} alarms in {BURST_SECONDS:.0f} s")
                burst = probes.burst(BURST_ALARMS, BURST_SECONDS)
        finally:
            record.close()
    return {**sustained, "burst": burst, "limits": limits, "targets": TARGETS, "ran_on": machine()}


def _sustained(
    own: OwnInstallation, record: Record, load: Load, topics: list[str], probes: Probes, report: Report
) -> dict[str, Any]:
    """Messages at the rate for so long, alarms among them."""
    report(f"{load.rate:,.0f} messages a second for {load.seconds:.0f} s, {ALARMS_PER_SECOND:g} alarms a second")
    since = datetime.now(UTC)
    flood = _flood(own, topics, load)
    time.sleep(1)  # while the generator reads its devices
    usage = Usage()
    alarms = probes.steadily(ALARMS_PER_SECOND, load.seconds - 2)
    cpu = usage.cores()
    flooded = json.loads(flood.communicate()[0])
    took = _drained(record, since, flooded["confirmed"] + alarms["published"], flooded["seconds"], report)
    with record.scoped(EVERYTHING) as session:
        recorded, milliseconds = session.execute(_PERCENTILES, {"since": since}).one()
        signal_bytes, raw_bytes = session.execute(_ROOM).one()
    of_the_flood = recorded - alarms["published"]
    return {
        "messages_per_s": round(of_the_flood / took),
        "points_per_s": round(of_the_flood * POINTS / took),
        "seconds": round(took, 1),
        "devices": len(topics),
        "offered_per_s": load.rate,
        "sent": flooded["sent"],
        "confirmed_by_broker": flooded["confirmed"],
        "recorded": of_the_flood,
        "lost": max(0, flooded["confirmed"] - of_the_flood),
        "doubled": max(0, of_the_flood - flooded["sent"]),
        "longest_stall_s": round(flooded["longest_stall_seconds"], 2),
        "commit_ms": dict(zip(("p50", "p95", "p99"), (round(float(ms), 1) for ms in milliseconds), strict=True)),
        "alarm_to_stream_ms": {name: figure for name, figure in alarms.items() if name != "venues"},
        "cpu_cores": cpu,
        "bytes_per_signal": round(float(signal_bytes)),
        "raw_bytes_per_message": round(float(raw_bytes)),
    }


@contextmanager
def _gateway(own: OwnInstallation, record: Record) -> Iterator[None]:
    """One gateway, listening: it has learnt its devices."""
    began = datetime.now(UTC)
    gateway = subprocess.Popen([sys.executable, "-m", "ingest.mqtt"], env=own.environment)
    try:
        while not _is_alive(record, began):
            time.sleep(0.2)
            if gateway.poll() is not None:
                raise CannotStart("The gateway did not start.")
        yield
    finally:
        gateway.terminate()
        gateway.wait(30)


def _is_alive(record: Record, since: datetime) -> bool:
    with record.scoped(EVERYTHING) as session:
        return any(feed.name == FEED and feed.alive_at >= since for feed in feeds.all_feeds(session))


def _flood(own: OwnInstallation, topics: list[str], load: Load) -> subprocess.Popen[str]:
    flood = subprocess.Popen(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "ingest.simulate.flood", "--url", own.addresses.mqtt_device),
            *("--rate", str(load.rate), "--seconds", str(load.seconds)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert flood.stdin is not None
    flood.stdin.write("\n".join(topics))
    flood.stdin.close()
    flood.stdin = None
    return flood


def _drained(record: Record, since: datetime, expected: int, flooded_seconds: float, report: Report) -> float:
    """Seconds until everything is on record, the flood's own among them: a backlog counts as time."""
    began = time.monotonic()
    while time.monotonic() - began < DRAIN_SECONDS:
        with record.scoped(EVERYTHING) as session:
            recorded = session.scalar(_RECORDED, {"since": since})
        if recorded >= expected:
            break
        time.sleep(0.1)
    report(f"{recorded:,} of {expected:,} on record")
    return flooded_seconds + time.monotonic() - began


def _clear(own: OwnInstallation) -> None:
    """Signals, raw bytes and alarms of an earlier run."""
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text(
                "truncate signals, readings_5min, readings_daily, raw_batches, alarm_steps, alarms, device_latest"
                " cascade"
            )
        )
        connection.execute(text("vacuum analyze devices"))
    engine.dispose()
