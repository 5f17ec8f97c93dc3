"""Thousands of event streams on one portal process, each in its reader's scope, beside people at work."""

import asyncio
import json
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.commands.sessions import token_hash
from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.authentication import cookie_name
from portal.bench.alarm_probes import Probes
from portal.bench.browser import chromium
from portal.bench.machine import Usage, machine
from portal.bench.own_installation import OwnInstallation, running
from portal.bench.recording import Recording, walk
from portal.bench.replay import Load, Timings, replay

ALARMS_PER_SECOND = 2.0
LOGIN_SECONDS = 120.0
"""Everybody has logged in by then, and the streams are open."""
WARM_SECONDS = 15.0
"""People have been at work for so long before they are measured without streams; beside them, while these opened."""
AFTER_SECONDS = 5.0
"""Streams stay so long after the last alarm."""
TARGETS = {"delivery_ms.p99": 500, "callbacks_ms.p95": 200}

_PLACES = text("select adcode from regions where level = :level order by adcode")
_PEOPLE = text(
    "insert into people (name, is_demo) select 'Reader ' || n, true from generate_series(1, :n) n returning id"
)
_ACCOUNT = text("insert into accounts (person_id, login, password_hash) values (:person, :login, 'none')")
_GRANT = text("insert into grants (person_id, role, county_lo, county_hi) values (:person, 'analyst', :lo, :hi)")
_SESSION = text(
    """
    insert into login_sessions (token_hash, person_id, grant_id, csrf_token, opened_at, seen_at, expires_at, address,
        user_agent)
    select :hash, person_id, id, :csrf, now(), now(), now() + interval '1 hour', '127.0.0.1', 'anwang bench'
    from grants where person_id = :person
    """
)
_COUNTIES = text("select id, county from venues where id = any (:venues)")


@dataclass(frozen=True, slots=True)
class Crowd:
    """So many readers, and those who work beside them."""

    streams: int
    seconds: float
    users: int
    pause_seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class _Reader:
    token: str
    county_lo: int
    county_hi: int


def measure(crowd: Crowd, report: Callable[[str], None]) -> dict[str, Any]:
    """Milliseconds from a device's message to each reader who may see its alarm; who was told and who was not."""
    with running(report, "bench-streams", is_fresh=True, simulate=False, workers=1) as own:
        report("recording a walk through the pages in Chromium")
        with chromium() as browser:
            recording = walk(browser, own.base, "leader", own.account("leader").password)
        report("people at work, no streams")
        alone = _at_work(own, recording, crowd, lambda: time.sleep(WARM_SECONDS))
        readers = _readers(own, crowd.streams)
        record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
        try:
            with ThreadPoolExecutor(1) as pool, Probes(own, record) as probes:
                have_logged_in, streams_are_open = Event(), Event()

                def warm() -> None:
                    have_logged_in.set()
                    if not streams_are_open.wait(LOGIN_SECONDS):
                        raise RuntimeError("the streams are not open yet")

                working = pool.submit(_at_work, own, recording, crowd, warm)
                if not have_logged_in.wait(LOGIN_SECONDS):
                    raise RuntimeError("people cannot log in")
                listening = _listening(own, readers, crowd.seconds + AFTER_SECONDS, report)
                began = time.monotonic()
                report(f"{crowd.streams:,} streams open; {crowd.users} people at work for {crowd.seconds:.0f} s")
                usage = Usage()
                streams_are_open.set()
                probes.steadily(ALARMS_PER_SECOND, crowd.seconds)
                cpu = usage.cores()
                beside = working.result()
                heard = json.loads(listening.communicate()[0])
                told = _told(record, probes, readers, heard, began)
        finally:
            record.close()
    return {
        "streams": crowd.streams,
        **told,
        "callbacks_ms": beside.summary(),
        "limits": {"callbacks_alone_ms": alone.summary()},
        "cpu_cores": cpu,
        "targets": TARGETS,
        "ran_on": machine(),
    }


def _at_work(own: OwnInstallation, recording: Recording, crowd: Crowd, warm: Callable[[], object]) -> Timings:
    people = [(a.login, a.password) for a in own.accounts if a.login in ("leader", "analyst", "admin")]
    load = Load(crowd.users, crowd.seconds, crowd.pause_seconds)
    return asyncio.run(replay(own.base, people, recording, load, warm))[0]


def _readers(own: OwnInstallation, n: int) -> list[_Reader]:
    """Analysts with sessions of their own: a quarter see the province, a quarter each a city, half each a county.

    They look on, and none of them is told of an alarm by message: that is the part of the province's own people.
    """
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool)
    with engine.begin() as connection:
        cities, counties = (list(connection.scalars(_PLACES, {"level": level})) for level in ("city", "county"))
        rows, readers = [], []
        for place, person in enumerate(connection.scalars(_PEOPLE, {"n": n})):
            city, county = cities[place // 4 % len(cities)], counties[place // 4 % len(counties)]
            lo, hi = ((360_000, 369_999), (city, city + 99), (county, county), (county, county))[place % 4]
            token = secrets.token_urlsafe(32)
            facts = {"person": person, "login": f"reader-{person}", "lo": lo, "hi": hi}
            rows.append({**facts, "hash": token_hash(token), "csrf": secrets.token_urlsafe(24)})
            readers.append(_Reader(token, lo, hi))
        for insertion in (_ACCOUNT, _GRANT, _SESSION):
            connection.execute(insertion, rows)
    engine.dispose()
    return readers


def _listening(
    own: OwnInstallation, readers: list[_Reader], seconds: float, report: Callable[[str], None]
) -> subprocess.Popen[str]:
    report(f"opening {len(readers):,} streams")
    listening = subprocess.Popen(
        [sys.executable, "-m", "portal.bench.stream_readers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert listening.stdin is not None
    assert listening.stdout is not None
    asked = {
        "host": "127.0.0.1",
        "port": own.settings.portal_port,
        "cookie": cookie_name(own.settings),
        "tokens": [reader.token for reader in readers],
        "seconds": seconds,
    }
    listening.stdin.write(json.dumps(asked) + "\n")
    listening.stdin.close()
    listening.stdin = None
    listening.stdout.readline()
    return listening


def _told(
    record: Record, probes: Probes, readers: list[_Reader], heard: dict[str, Any], began: float
) -> dict[str, Any]:
    """Every reader who may see an alarm must have had it, and nobody else."""
    published = probes.published_at
    with record.scoped(EVERYTHING) as session:
        county_of = {row.id: row.county for row in session.execute(_COUNTIES, {"venues": list(published)})}
    taken: list[float] = []
    expected = missed = out_of_scope = 0
    for venue, moment in published.items():
        if moment < began:
            continue  # rung before the streams were open: those that came soon after heard it as their past
        reached = {int(place): at for place, at in heard["heard"].get(str(venue), {}).items()}
        may = {n for n, one in enumerate(readers) if one.county_lo <= county_of[venue] <= one.county_hi}
        expected += len(may)
        missed += len(may - reached.keys())
        out_of_scope += len(reached.keys() - may)
        taken += [(at - moment) * 1000 for at in reached.values()]
    taken.sort()

    def at(share: float) -> float | None:
        return round(taken[min(len(taken) - 1, int(share * len(taken)))], 1) if taken else None

    return {
        "refused": heard["refused"],
        "ended": heard["ended"],
        "deliveries": len(taken),
        "expected": expected,
        "missed": missed,
        "out_of_scope": out_of_scope,
        "delivery_ms": {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99)},
    }
