"""Many people at once: each replays recorded requests with pauses between them."""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx

from portal.bench.recording import Asked, Recording


@dataclass(slots=True)
class Timings:
    """Milliseconds from sending a request to its last byte, and the answers' status codes."""

    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def summary(self) -> dict[str, float | int | dict[str, int]]:
        ordered = sorted(self.milliseconds)

        def at(share: float) -> float:
            return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else 0.0

        return {
            "p50": at(0.5),
            "p95": at(0.95),
            "p99": at(0.99),
            "requests": len(ordered),
            "statuses": {str(code): n for code, n in sorted(self.statuses.items())},
        }


@dataclass(frozen=True, slots=True)
class Load:
    """How the crowd behaves: `pause_seconds` is the mean of an exponential pause after each callback."""

    users: int
    seconds: float
    pause_seconds: float
    tiles_per_callback: int = 2


@dataclass(slots=True)
class _Watch:
    """What is asked between two moments (monotonic seconds) counts."""

    since: float = math.inf
    until: float = math.inf
    callbacks: Timings = field(default_factory=Timings)
    tiles: Timings = field(default_factory=Timings)


async def replay(
    base: str,
    accounts: list[tuple[str, str]],
    recording: Recording,
    load: Load,
    warm: Callable[[], object] = lambda: None,
) -> tuple[Timings, Timings]:
    """Timings of callbacks and of tiles.

    All log in first and set to work; what they ask counts once `warm`, on a thread, has returned.
    """
    watch = _Watch()
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(_browser(base)) for _number in range(load.users)]
        await asyncio.gather(*(log_in(each, *accounts[n % len(accounts)]) for n, each in enumerate(people)))
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(people):
                group.create_task(_person(client, recording, load, watch, number))
            await asyncio.to_thread(warm)
            watch.since = time.monotonic()
            watch.until = watch.since + load.seconds
    return watch.callbacks, watch.tiles


def _browser(base: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=base, headers={"Origin": base, "Accept-Encoding": "gzip"}, timeout=60)


async def _person(client: httpx.AsyncClient, recording: Recording, load: Load, watch: _Watch, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a simulation
    await asyncio.sleep(chance.random() * load.pause_seconds)
    while (now := time.monotonic()) < watch.until:
        callbacks, tiles = (watch.callbacks, watch.tiles) if now >= watch.since else (Timings(), Timings())
        await _ask(client, chance.choice(recording.callbacks), callbacks)
        wanted = chance.sample(recording.tiles, min(load.tiles_per_callback, len(recording.tiles)))
        await asyncio.gather(*(_ask(client, tile, tiles) for tile in wanted))
        await asyncio.sleep(chance.expovariate(1 / load.pause_seconds))


async def _ask(client: httpx.AsyncClient, asked: Asked, timings: Timings) -> None:
    started = time.perf_counter()
    headers = {"Content-Type": "application/json"} if asked.body is not None else {}
    try:
        answer = await client.request(asked.method, asked.path, content=asked.body, headers=headers)
    except httpx.RemoteProtocolError:  # an idle connection closed under the request: browsers ask again, and so do we
        answer = await client.request(asked.method, asked.path, content=asked.body, headers=headers)
    timings.milliseconds.append((time.perf_counter() - started) * 1000)
    timings.statuses[answer.status_code] += 1


async def log_in(client: httpx.AsyncClient, login: str, password: str) -> None:
    """Through the form; the client keeps the cookie."""
    answer = await client.post("/login", data={"login": login, "password": password})
    if answer.status_code not in (302, 303):
        raise RuntimeError(f"login as {login} answered {answer.status_code}")
