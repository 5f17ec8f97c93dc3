"""The doors beside MQTT measured: pushes of a platform over HTTP, and a crowd of transmission devices over TCP."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db.addresses import read_secrets
from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.bench.machine import Usage, machine
from portal.bench.own_installation import OwnInstallation, running

Report = Callable[[str], None]
TARGETS = {"push_ms.p99": 20, "confirm_ms.longest": 1000}
CLIENTS = 32
DRAIN_SECONDS = 60
FIRST_SOURCE = 26_875_000_000
"""Source addresses of the benchmark's own transmission devices begin here, beyond the demonstration's."""
_HANG = text(
    """
    insert into devices (code, venue_id, county, kind, model, installed_on, is_demo)
    select 'utd-bench-' || n, v.id, v.county, 'user_transmission_device', 'bench', current_date, true
    from generate_series(1, :n) n, (select id, county from venues order by id limit 1) v
    on conflict (code) do nothing
    """
)
_ADDRESS = text(
    """
    insert into device_addresses (door, address, device_id, venue_id, county)
    select 'gb26875', cast(:first + split_part(code, '-', 3)::int as text), id, venue_id, county
    from devices where code like 'utd-bench-%' on conflict do nothing
    """
)
_WAITING = text("select count(*) from inbox where state = 'waiting'")
_TAKEN = text("select count(*) from inbox where received_at >= :since")


def measure(pushes_per_s: float, peers: int, hostile: int, seconds: float, report: Report) -> dict[str, Any]:
    """Both doors in turn, on an installation of the benchmark's own."""
    with running(report, "bench-ingest", is_fresh=True, simulate=False) as own:
        record = Record(own.addresses.database_app, pool_size=1, application_name="anwang bench")
        try:
            report(f"a bare answer, {CLIENTS} clients, {pushes_per_s:g} requests a second for {seconds:g} s")
            bare = asyncio.run(_ask(own, "/healthz", pushes_per_s, min(seconds, 10.0), ())).seconds
            report(f"pushes, {CLIENTS} clients, {pushes_per_s:g} a second for {seconds:g} s")
            pushed = _pushes(own, record, pushes_per_s, seconds)
            report(f"{peers:,} transmission devices beside {hostile:,} hostile peers for {seconds:g} s")
            confirmed = _crowd(own, peers, hostile, seconds)
        finally:
            record.close()
    return {**pushed, "limits": {"bare_answer_ms": _spread(bare)}, **confirmed, "targets": TARGETS, "ran_on": machine()}


def _pushes(own: OwnInstallation, record: Record, rate: float, seconds: float) -> dict[str, Any]:
    path = f"/api/v1/nbiot/ctwing/{read_secrets(own.settings.var_dir)['ctwing_door']}"
    since = datetime.now(UTC)
    bodies = [_body(number) for number in range(max(1, int(rate * seconds)))]
    taken = asyncio.run(_ask(own, path, rate, seconds, bodies))
    deadline = time.monotonic() + DRAIN_SECONDS
    with record.scoped(EVERYTHING) as session:
        stored = session.scalar(_TAKEN, {"since": since})
    waiting = 1
    while waiting and time.monotonic() < deadline:
        time.sleep(0.2)
        with record.scoped(EVERYTHING) as session:
            waiting = session.scalar(_WAITING) or 0
    decoded_after = time.monotonic() - deadline + DRAIN_SECONDS
    return {
        "pushes_per_s": round(len(taken.seconds) / seconds, 1),
        "push_ms": _spread(taken.seconds),
        "pushed": len(bodies),
        "answered_200": taken.answered_200,
        "stored": stored,
        "waiting_at_the_end": waiting,
        "decoded_within_s": round(decoded_after, 1),
    }


@dataclass(slots=True)
class _Asked:
    """How requests were answered; the first, which opens connections and fills caches, is counted and not timed."""

    seconds: list[float] = field(default_factory=list)
    answered_200: int = 0


async def _ask(own: OwnInstallation, path: str, rate: float, seconds: float, bodies: Sequence[bytes]) -> _Asked:
    """Requests at an even rate; a slow answer holds up its own client alone."""
    taken = _Asked()
    limits = httpx.Limits(max_connections=CLIENTS)
    async with httpx.AsyncClient(base_url=own.base, limits=limits, timeout=10) as client:

        async def one(body: bytes | None) -> None:
            began = time.perf_counter()
            answer = await (client.get(path) if body is None else client.post(path, content=body, headers=_JSON))
            if answer.status_code == 200:
                taken.answered_200 += 1
                taken.seconds.append(time.perf_counter() - began)

        await one(bodies[0] if bodies else None)
        taken.seconds.clear()
        began, asked = time.monotonic(), []
        for n in range(int(rate * seconds) - 1):
            await asyncio.sleep(max(0.0, began + n / rate - time.monotonic()))
            asked.append(asyncio.create_task(one(bodies[n + 1] if bodies else None)))
        await asyncio.gather(*asked)
    return taken


_JSON = {"Content-Type": "application/json"}


def _body(number: int) -> bytes:
    """A decoded report as CTWing pushes it, of a device that nobody knows: it ends among the dead letters."""
    body = {
        "timestamp": int(time.time() * 1000) - 600_000 + number,
        "productId": "15014772",
        "messageType": "dataReport",
        "protocol": "lwm2m",
        "deviceId": f"bench{number % 1000:027d}",
        "IMEI": f"86{number % 1000:013d}",
        "payload": {"serviceId": "notification", "serviceData": {"Alarm_Status": 0, "Battery_Level": 96, "RSRP": -98}},
    }
    return json.dumps(body).encode()


def _on_the_books(own: OwnInstallation, peers: int) -> list[int]:
    """Source addresses of so many transmission devices of the benchmark's own: the demonstration has too few."""
    assert own.addresses.database_owner is not None
    engine = create_engine(own.addresses.database_owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(_HANG, {"n": peers})
        connection.execute(_ADDRESS, {"first": FIRST_SOURCE})
    engine.dispose()
    return [FIRST_SOURCE + n for n in range(1, peers + 1)]


def _crowd(own: OwnInstallation, peers: int, hostile: int, seconds: float) -> dict[str, Any]:
    sources = _on_the_books(own, peers)
    port = own.settings.portal_port + 1
    usage = Usage()
    said = subprocess.run(  # noqa: S603 - our own program
        [
            *(sys.executable, "-m", "ingest.simulate.crowd", "--port", str(port)),
            *("--hostile", str(hostile), "--seconds", str(seconds)),
        ],
        input="\n".join(map(str, sources)),
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise CannotStart(f"The devices did not get through: {said.stderr.strip().splitlines()[-1]}")
    told = json.loads(said.stdout)
    return {
        "peers": told["peers"],
        "peers_connected_at_once": told["peers_at_once"],
        "peers_confirmed": told["peers_confirmed"],
        "hostile_peers": told["hostile"],
        "hostile_connected_at_once": told["hostile_at_once"],
        "confirmations": len(told["confirm_seconds"]),
        "confirm_ms": _spread(told["confirm_seconds"]) | {"longest": round(max(told["confirm_seconds"]) * 1000, 1)},
        "cpu_cores": usage.cores(),
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {f"p{n}": round(ordered[min(len(ordered) - 1, len(ordered) * n // 100)] * 1000, 1) for n in (50, 95, 99)}
