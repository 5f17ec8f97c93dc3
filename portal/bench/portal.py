"""The portal measured: 50 people at work, the ranking in the database, the wall from switching on."""

import asyncio
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from db.queries import coverage
from db.rules.access_scope import region_scope
from db.session import Record
from portal.bench.browser import chromium
from portal.bench.machine import machine
from portal.bench.own_installation import OwnInstallation, running
from portal.bench.recording import walk
from portal.bench.replay import Load, replay
from portal.bench.wall import first_paint_seconds

RANKINGS = 200
LIMITS = {"callbacks_ms.p95": 200, "tiles_ms.p95": 100, "ranking_ms.p95": 50, "wall_first_paint_s": 3}


def measure(users: int, seconds: float, pause: float, report: Callable[[str], None]) -> dict[str, Any]:
    """All figures, with their limits and what they were measured on."""
    with running(report) as own:
        with chromium() as browser:
            report("the wall, five times with an empty cache")
            wall = first_paint_seconds(browser, own.base, f"/kiosk/{own.account('wall').password}")
            report(f"wall: {wall} s")
            report("recording a walk through the pages in Chromium")
            recording = walk(browser, own.base, "leader", own.account("leader").password)
        report(f"{users} people for {seconds:.0f} s")
        people = [(a.login, a.password) for a in own.accounts if a.login in ("leader", "analyst", "admin")]
        callbacks, tiles = asyncio.run(replay(own.base, people, recording, Load(users, seconds, pause)))
        report(f"the province's ranking as of {RANKINGS} days")
        ranking = _ranking(own)
    return {
        "callbacks_ms": callbacks.summary(),
        "tiles_ms": tiles.summary(),
        "ranking_ms": ranking,
        "wall_first_paint_s": wall[len(wall) // 2],
        "wall_first_paint_runs_s": wall,
        "limits": LIMITS,
        "load": {
            "users": users,
            "seconds": seconds,
            "pause_s": pause,
            "recorded_callbacks": len(recording.callbacks),
            "recorded_tiles": len(recording.tiles),
        },
        "ran_on": machine(),
    }


def _ranking(own: OwnInstallation) -> dict[str, Any]:
    """Milliseconds in the database for the whole province's ranking as of random days, as the application's role."""
    record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
    chance = random.Random(1)  # noqa: S311 - choosing days
    days = (date.today() - date(2024, 2, 1)).days  # noqa: DTZ011
    taken = []
    with record.scoped(region_scope(360_000)) as session:
        venues = session.scalar(text("select count(*) from venues"))
        for _run in range(RANKINGS):
            day = date(2024, 2, 1) + timedelta(days=chance.randrange(days))
            started = time.perf_counter()
            coverage.ranking(session, day)
            taken.append((time.perf_counter() - started) * 1000)
    record.close()
    taken.sort()
    return {
        "p50": round(taken[len(taken) // 2], 1),
        "p95": round(taken[int(0.95 * len(taken))], 1),
        "runs": len(taken),
        "venues": venues,
    }
