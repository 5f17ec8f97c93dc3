"""Readings measured: a year of one device opened, in the database and over HTTP; and what rolling up costs."""

import http.cookiejar
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands.readings import roll_up
from db.queries import readings
from db.rules.access_scope import EVERYTHING, region_scope
from db.rules.reading_spans import LENGTHS, Range, Span
from db.session import Record
from portal.bench.machine import machine
from portal.bench.own_installation import OwnInstallation, running
from portal.pages.device import readings as page

Report = Callable[[str], None]
SIGNAL = "temperature"
QUERIES, OPENINGS = 200, 40
POINTS_A_ROW = 3
"""Value, battery and radio, as `bench ingest` counts."""
LIMITS = {"chart_over_http_ms.year.p95": 1000}

_MONTHS = text(
    "select ensure_month_partitions(parent, :first, :last) from unnest(array['readings_5min', 'readings_daily']) parent"
)
_DEVICE = text("select id, venue_id, county from devices where kind = 'heat_detector' and retired_on is null limit 1")
_DAILY = text(
    """
    insert into readings_daily select :device, :signal, day::date, :venue, :county, 15, 25, 20 * 288, 288
    from generate_series(cast(:now as timestamptz) - interval '366 days', :now, '1 day') day on conflict do nothing
    """
)
_FIVE = text(
    """
    insert into readings_5min select :device, :signal, date_bin('5 minutes', at, '2000-01-01 00:00+08'),
        :venue, :county, 18 + 2 * sin(n), 22 + 2 * sin(n), 2 * (20 + 2 * sin(n)), 2
    from generate_series(cast(:now as timestamptz) - interval '366 days', :now, '5 minutes')
        with ordinality made (at, n)
    on conflict do nothing
    """
)
_EACH = text(
    """
    insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value)
    select :device, :signal, at, :venue, :county, at, 20 + 2 * sin(n)
    from generate_series(cast(:now as timestamptz) - interval '1 day', :now, '1 minute') with ordinality made (at, n)
    on conflict do nothing
    """
)
_FLOOD = text(
    """
    insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value, battery_pct, rssi_dbm)
    select d.id, 'smoke', cast(:now as timestamptz) - n * interval '1 minute' + d.id * interval '1 microsecond',
        d.venue_id, d.county, :now, 0.02, 80, -71
    from (select id, venue_id, county from devices where retired_on is null order by id limit :devices) d,
        generate_series(1, cast(:each as int)) n
    """
)


def measure(rows: int, report: Report) -> dict[str, Any]:
    """Milliseconds of the three grains, of the year's chart over HTTP, and points a second of rolling up."""
    with running(report, "bench-readings", simulate=False, gateways=0) as own:
        record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
        now = datetime.now(UTC)
        try:
            with _owner(own) as owner:
                report("a year of one device: every day, every five minutes, every minute of a day")
                device = _year(owner, now)
                report(f"{rows:,} signals to roll up")
                rolled = _rolled(owner, record, rows, now)
            report("opening them")
            queries = {each.value: _queries(record, device, each, now) for each in Range}
            browser = _logged_in(own)
            opened = {each.value: _opened(browser, own, device, each) for each in Range}
        finally:
            record.close()
    return {
        "query_ms": queries,
        "chart_over_http_ms": opened,
        "rolling_up": rolled,
        "limits": LIMITS,
        "ran_on": machine(),
    }


@contextmanager
def _owner(own: OwnInstallation) -> Iterator[Connection]:
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def _year(owner: Connection, now: datetime) -> int:
    found = owner.execute(_DEVICE).one()
    owner.execute(_MONTHS, {"first": (now - timedelta(days=370)).date(), "last": now.date()})
    facts = {"device": found.id, "venue": found.venue_id, "county": found.county, "signal": SIGNAL, "now": now}
    for step in (_DAILY, _FIVE, _EACH):
        owner.execute(step, facts)
    for table in ("readings_daily", "readings_5min", "signals"):
        owner.execute(text(f"vacuum analyze {table}"))
    return int(found.id)


def _rolled(owner: Connection, record: Record, rows: int, now: datetime) -> dict[str, Any]:
    """A turn over so many signals of 20,000 devices, a minute apart: the buckets are new to the first turn."""
    devices = min(20_000, rows)
    _turns(record, now)
    made = owner.execute(_FLOOD, {"devices": devices, "each": max(1, rows // devices), "now": now}).rowcount
    signals, took = _turns(record, now)
    return {
        "signals": signals,
        "made": made,
        "seconds": round(took, 2),
        "signals_per_s": round(signals / took),
        "points_per_s": round(signals * POINTS_A_ROW / took),
        "seconds_per_million_points": round(took / (signals * POINTS_A_ROW / 1e6), 2),
    }


def _turns(record: Record, now: datetime) -> tuple[int, float]:
    began, signals = time.perf_counter(), 0
    while True:
        with record.scoped(EVERYTHING) as session:
            done = roll_up(session, now)
        if done is None or not done.is_more:
            return signals + (done.signals if done else 0), time.perf_counter() - began
        signals += done.signals


def _queries(record: Record, device: int, asked: Range, now: datetime) -> dict[str, Any]:
    taken, rows = [], 0
    span = Span(now - LENGTHS[asked], now)
    with record.scoped(region_scope(360_000)) as session:
        for _run in range(QUERIES):
            began = time.perf_counter()
            rows = len(readings.of_device(session, device, SIGNAL, span).rows)
            taken.append((time.perf_counter() - began) * 1000)
    return {**_percentiles(taken), "rows": rows}


def _logged_in(own: OwnInstallation) -> urllib.request.OpenerDirector:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    browser.addheaders = [("Origin", own.base)]
    account = own.account("leader")
    browser.open(
        f"{own.base}/login", urllib.parse.urlencode({"login": account.login, "password": account.password}).encode()
    )
    return browser


def _opened(browser: urllib.request.OpenerDirector, own: OwnInstallation, device: int, span: Range) -> dict[str, Any]:
    """The chart's callback as a browser asks for it; the whole answer read."""
    body = json.dumps(
        {
            "output": f"{page.BODY}.children",
            "outputs": {"id": page.BODY, "property": "children"},
            "inputs": [
                {"id": "address", "property": "search", "value": f"?range={span.value}&reading={SIGNAL}"},
                {"id": page.DEVICE, "property": "data", "value": device},
            ],
            "changedPropIds": ["address.search"],
            "state": [{"id": "address", "property": "pathname", "value": f"/devices/{device}"}],
        }
    ).encode()
    taken, size = [], 0
    for _run in range(OPENINGS):
        asked = urllib.request.Request(  # noqa: S310 - our own address
            f"{own.base}/_dash-update-component", body, {"Content-Type": "application/json"}
        )
        began = time.perf_counter()
        with browser.open(asked) as answer:
            size = len(answer.read())
        taken.append((time.perf_counter() - began) * 1000)
    return {**_percentiles(taken), "bytes": size}


def _percentiles(taken: list[float]) -> dict[str, Any]:
    taken.sort()
    return {"p50": round(taken[len(taken) // 2], 1), "p95": round(taken[int(0.95 * len(taken))], 1), "runs": len(taken)}
