"""Rankings measured: any measure as of any day by county, in a province and in a nation, beside a plain count."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from db import addresses, migrations
from db.addresses import Addresses
from db.queries import measures
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.measures import MeasureKey
from db.rules.venue_categories import BULLETIN_CATEGORIES
from db.services.postgres import PrivatePostgres
from db.services.tenure import tenure
from db.session import Record
from db.settings import Settings, load
from portal.bench import measured_past
from portal.bench.machine import machine
from portal.bench.measured_past import PROVINCE, Size
from portal.bench.own_installation import free_ports

Report = Callable[[str], None]
LIMITS = {"province_ms.p95": 50, "nation_ms.p95": 500}
JIANGXI = 360_000

_PEER = text("select count(*) from venues")
_COUNTED = text(
    """
    select v.county, v.category, count(*), count(a.venue_id) from venues v
    left join access_history a on a.venue_id = v.id and a.accessed_from <= :day
        and (a.accessed_until is null or a.accessed_until > :day)
    where v.in_scope_from <= :day group by 1, 2
    """
)


def measure(runs: int, sizes: tuple[Size, ...], report: Report) -> dict[str, Any]:
    """Milliseconds of each measure at random days until the database has given its last row, and until that is figures.

    And of what it is set against.
    """
    told: dict[str, Any] = {}
    with _postgres(report) as (postgres, found):
        for size in sizes:
            name = f"rankings_{size.name}"
            postgres.drop_database(name)
            postgres.create_database(name)
            told |= _measured(found, name, size, runs, report)
            postgres.drop_database(name)
    return {**told, "limits": LIMITS, "ran_on": machine()}


def _measured(found: Addresses, name: str, size: Size, runs: int, report: Report) -> dict[str, Any]:
    assert found.database_owner is not None
    owner_url, last = found.database_owner.set(database=name), datetime.now(UTC).date()
    began = time.perf_counter()
    migrations.upgrade(owner_url, str(found.database_app.password))
    with _owner(owner_url) as owner:
        measured_past.fill(owner, size, last, [category.value for category in BULLETIN_CATEGORIES], report)
        rows = {table: owner.scalar(text(f"select count(*) from {table}")) for table in _TABLES}
    made_in = round(time.perf_counter() - began)
    region, scope = (JIANGXI, region_scope(JIANGXI)) if size is PROVINCE else (measures.EVERYWHERE, EVERYTHING)
    record = Record(found.database_app.set(database=name), pool_size=1, application_name="anwang bench")
    try:
        report(f"{size.name}: {runs} readings of each measure")
        with record.scoped(scope) as session:
            by_measure, whole, peers = _readings(session, region, last, size.days, runs)
    finally:
        record.close()
    every = [ms for taken in by_measure.values() for ms in taken]
    beside = {key: _percentiles(taken) for key, taken in peers.items()}
    report(f"{size.name}: {_percentiles(every)}; beside it {beside}")
    return {
        f"{size.name}_ms": _percentiles(every),
        f"{size.name}_with_figures_ms": _percentiles(whole),
        f"{size.name}_by_measure_ms": {key.value: _percentiles(taken) for key, taken in by_measure.items()},
        f"{size.name}_peers_ms": beside,
        size.name: {"rows": rows, "days": size.days, "made_in_s": made_in},
    }


_TABLES = ("venues", "access_history", "duty_history", "standings", "coverage_steps", "standing_steps")


def _readings(
    session: Session, region: int, last: date, days: int, runs: int
) -> tuple[dict[MeasureKey, list[float]], list[float], dict[str, list[float]]]:
    """Measures and peers in turn, so that whatever else the machine does meets them alike."""
    rng = random.Random(11)  # noqa: S311 - days to ask for
    taken: dict[MeasureKey, list[float]] = {key: [] for key in MeasureKey}
    peers: dict[str, list[float]] = {"count_of_venues": [], "access_counted_from_stretches": []}
    whole: list[float] = []
    in_database = _clocked(session)
    for _run in range(runs):
        day = last - timedelta(days=rng.randrange(days - 1))
        for key in MeasureKey:
            in_database.clear()
            began = time.perf_counter()
            measures.figures(session, key, day, "county", region)
            whole.append((time.perf_counter() - began) * 1000)
            taken[key].append(sum(in_database) * 1000)
        for name, sql in (("count_of_venues", _PEER), ("access_counted_from_stretches", _COUNTED)):
            began = time.perf_counter()
            session.execute(sql, {"day": day} if sql is _COUNTED else {}).all()
            peers[name].append((time.perf_counter() - began) * 1000)
    return taken, whole, peers


def _clocked(session: Session) -> list[float]:
    """Seconds of each statement from its sending to its last row, which the driver fetches before it returns."""
    seconds: list[float] = []
    began = 0.0

    def before(*_told: object) -> None:
        nonlocal began
        began = time.perf_counter()

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", before)
    event.listen(connection, "after_cursor_execute", lambda *_told: seconds.append(time.perf_counter() - began))
    return seconds


def _percentiles(taken: list[float]) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "p50": round(ordered[len(ordered) // 2], 1),
        "p95": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))], 1),
        "runs": len(ordered),
    }


@contextmanager
def _postgres(report: Report) -> Iterator[tuple[PrivatePostgres, Addresses]]:
    """A database server alone, under `var/bench-rankings`."""
    (port,) = free_ports(1)
    settings = Settings(
        var_dir=load().var_dir / "bench-rankings",
        postgres_port=port,
        database_url="",
        database_app_url="",
        redis_url="",
        mqtt_url="",
    )
    postgres = PrivatePostgres(settings)
    with tenure(settings, "anwang bench rankings"):
        report("starting a PostgreSQL of its own")
        postgres.check()
        postgres.start()
        try:
            yield postgres, addresses.find(settings)
        finally:
            postgres.stop()


@contextmanager
def _owner(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("set synchronous_commit = off"))
        connection.execute(text("set maintenance_work_mem = '512MB'"))
        connection.execute(text("set work_mem = '256MB'"))
        yield connection
    engine.dispose()
