"""The map measured: tiles from the record and from memory, frames while it moves, first paint, bytes on the wire."""

import json
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import text

from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.bench.browser import chromium
from portal.bench.cluster_map import serving
from portal.bench.machine import machine
from portal.bench.many_venues import fill_up
from portal.bench.map_in_browser import CLUSTERS, TILES, Seen, look
from portal.bench.own_installation import OwnInstallation, running
from portal.bench.wall import first_paint_seconds

Report = Callable[[str], None]
ZOOMS = (6, 7, 8, 9, 10, 11, 12, 13, 14)
LIMITS = {
    "tile_cold_ms.p95": 100,
    "tile_cached_ms.p95": 10,
    "million.tile_cold_ms.p95": 100,
    "million.tile_cached_ms.p95": 10,
    "frames_per_s.median": 30,
    "first_paint_s": 2.0,
    "wall_first_paint_s": 2.5,
    "first_visit_kb": 1500,
    "repeat_visit_kb": 100,
}
_SOME = text("select st_x(point), st_y(point) from venues order by hashint4(id) limit :n")
_COUNT = text("select count(*) from venues")


@dataclass(frozen=True, slots=True)
class MapLoad:
    """How long and how often."""

    tiles: int
    """Tiles asked for once, and once more."""
    seconds: float
    """How long the map is moved in the browser."""
    paints: int
    """Times that the page is opened with an empty cache."""
    venues: int
    """Of the large map."""


def measure(load: MapLoad, report: Report) -> dict[str, Any]:
    """All figures with their limits, and the same points as clusters beside them."""
    with running(report, "bench-map", simulate=False, gateways=0, is_fresh=True) as own:
        record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
        try:
            report(f"{load.tiles} tiles, each twice")
            ours, figures = _tiles(own, record, load.tiles)
            leader = own.account("leader")
            with chromium() as browser:
                report("the page in Chromium, with software rendering")
                seen = look(browser, own.base, TILES, load.seconds, load.paints, (leader.login, leader.password))
                report("the wall with an empty cache")
                wall = first_paint_seconds(browser, own.base, f"/kiosk/{own.account('wall').password}", load.paints)
                report(f"wall: {wall} s")
                with serving(_points(record, ours)) as base:
                    report(f"the same {ours:,} points as dash-leaflet clusters")
                    clusters = look(browser, base, CLUSTERS, load.seconds, load.paints, None)
            report(f"so far: {json.dumps({**figures, **_shown(seen), 'clusters': _shown(clusters)})}")
            report(f"filling up to {load.venues:,} venues")
            took = fill_up(own, load.venues)
            report(f"{load.tiles} tiles of them, each twice")
            many, million = _tiles(own, record, load.tiles)
        finally:
            record.close()
    return {
        "venues": ours,
        **figures,
        **_shown(seen),
        "wall_first_paint_s": wall[len(wall) // 2],
        "wall_first_paint_runs_s": wall,
        "clusters": _shown(clusters),
        "million": {"venues": many, "drawing_cells_s": took, **million},
        "limits": LIMITS,
        "load": {"tiles": load.tiles, "seconds": load.seconds, "paints": load.paints},
        "ran_on": machine(),
    }


def _shown(seen: Seen) -> dict[str, Any]:
    return {
        "frames_per_s": {"median": seen.frames_median, "p5": seen.frames_p5, "drawings": seen.drawings_per_s},
        "first_paint_s": seen.first_paint_s,
        "first_paint_runs_s": list(seen.paints_s),
        "first_visit_kb": seen.first_visit_kb,
        "repeat_visit_kb": seen.repeat_visit_kb,
    }


def _points(record: Record, n: int) -> list[tuple[float, float]]:
    with record.scoped(EVERYTHING) as session:
        return [(lng, lat) for lng, lat in session.execute(_SOME, {"n": n})]


def _tiles(own: OwnInstallation, record: Record, n: int) -> tuple[int, dict[str, Any]]:
    """How many venues there are, and milliseconds of tiles never asked for before, then of the same again."""
    with record.scoped(EVERYTHING) as session:
        venues = int(session.scalar(_COUNT) or 0)
    addresses = _addresses(_points(record, n))
    with httpx.Client(base_url=own.base, headers={"Origin": own.base, "Accept-Encoding": "gzip"}, timeout=60) as client:
        leader = own.account("leader")
        client.post("/login", data={"login": leader.login, "password": leader.password})
        cold, cached = _timed(client, addresses), _timed(client, addresses)
    return venues, {
        "tile_cold_ms": _percentiles([ms for ms, _size in cold]),
        "tile_cached_ms": _percentiles([ms for ms, _size in cached]),
        "tile_kb": _percentiles([size / 1024 for _ms, size in cold]),
    }


def _addresses(places: list[tuple[float, float]]) -> list[str]:
    """Tiles where venues are, at all zooms in turn, each as of a day of its own."""
    chance = random.Random(1)  # noqa: S311 - choosing days
    first, days = date(2024, 2, 1), (datetime.now(UTC).date() - date(2024, 2, 1)).days
    made = []
    for number, (lng, lat) in enumerate(places):
        z = ZOOMS[number % len(ZOOMS)]
        across = 1 << z
        x = int((lng + 180) / 360 * across)
        y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across)
        day = first + timedelta(days=chance.randrange(days))
        made.append(f"/tiles/venues/{z}/{x}/{y}.mvt?as_of={day.isoformat()}")
    return list(dict.fromkeys(made))


def _timed(client: httpx.Client, addresses: list[str]) -> list[tuple[float, int]]:
    client.get(addresses[0].replace("2024", "2025"))
    taken = []
    for address in addresses:
        began = time.perf_counter()
        with client.stream("GET", address) as answer:
            size = sum(len(part) for part in answer.iter_raw())
        taken.append(((time.perf_counter() - began) * 1000, size))
        if answer.status_code not in (200, 204):
            raise RuntimeError(f"{address} answered {answer.status_code}")
    return taken


def _percentiles(taken: list[float]) -> dict[str, Any]:
    ordered = sorted(taken)

    def at(share: float) -> float:
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {"p50": at(0.5), "p95": at(0.95), "p99": at(0.99), "runs": len(ordered)}
