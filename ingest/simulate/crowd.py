"""Many transmission devices at one door at once, some of them hostile: how soon the others are confirmed.

`python -m ingest.simulate.crowd` reads the devices' source addresses from standard input and prints JSON.
"""

import argparse
import asyncio
import json
import random
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from db.services.open_files import allow
from ingest.gb26875.frames import Command, Frame, encode
from ingest.simulate.gb26875 import TransmissionDevice

TURNS = 4
"""How often each device speaks."""
GATHERING_SECONDS, CONNECTING_AT_ONCE = 60.0, 50


@dataclass(slots=True)
class Crowd:
    """How it went."""

    confirm_seconds: list[float] = field(default_factory=list)
    """From a frame to its confirmation."""
    confirmed: set[int] = field(default_factory=set)
    """Devices that were confirmed each time they spoke."""
    hostile_at_once: int = 0
    """Hostile peers that were connected when every device was."""
    peers_at_once: int = 0


@dataclass(slots=True)
class _Gathering:
    """Devices speak once all of them, and the hostile peers, are connected."""

    connected: int = 0
    hostile: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)


async def hostile(host: str, port: int, seed: int, at: _Gathering) -> None:
    """Pours rubbish, half frames and long silences, and reads nothing."""
    rng = random.Random(seed)  # noqa: S311 - a play
    frame = encode(Frame(1, seed, 1, Command.SEND, b"\x02\x01" + bytes(46), datetime.now(UTC)))
    while not at.over.is_set():
        try:
            _reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        at.hostile += 1
        with suppress(OSError):
            while not at.over.is_set():
                writer.write(rng.choice([rng.randbytes(2000), frame[:30], b"@" * 3000, frame[:-1] + b"\x00"]))
                await asyncio.sleep(rng.random())
        at.hostile -= 1
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def crowd(host: str, port: int, sources: Sequence[int], hostiles: int, seconds: float) -> Crowd:
    """Devices that keep to the rules while others pour rubbish.

    `TimeoutError` where one is not confirmed within half a minute, or not all are connected and known within one.
    """
    done, at = Crowd(), _Gathering()
    pouring = [asyncio.create_task(hostile(host, port, seed, at)) for seed in range(hostiles)]
    devices = [TransmissionDevice(host, port, source) for source in sources]
    waiting = iter(devices)

    async def connect() -> None:
        for device in waiting:
            await device.connect()
            at.connected += 1

    async with asyncio.timeout(GATHERING_SECONDS):
        await asyncio.gather(*(connect() for _n in range(CONNECTING_AT_ONCE)))
        while at.hostile < hostiles:
            await asyncio.sleep(0.05)
        while (await devices[-1].say(None, seconds=30)).command != Command.CONFIRM:
            await asyncio.sleep(0.5)  # just put on the books: a door looks there every few seconds
    done.peers_at_once, done.hostile_at_once = at.connected, at.hostile
    await asyncio.gather(*(_speak(device, seconds, done) for device in devices))
    at.over.set()
    await asyncio.gather(*pouring)
    return done


async def _speak(device: TransmissionDevice, seconds: float, done: Crowd) -> None:
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    while loop.time() < until:
        began = loop.time()
        answer = await device.say(None, seconds=30)
        if answer.command != Command.CONFIRM:
            raise RuntimeError(f"device {device.source} was denied")
        done.confirm_seconds.append(loop.time() - began)
        await asyncio.sleep(seconds / TURNS)
    await device.close()
    done.confirmed.add(device.source)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hostile", type=int, default=0)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    sources = [int(word) for word in sys.stdin.read().split()]
    allow(len(sources) + given.hostile + 200)
    done = asyncio.run(crowd(given.host, given.port, sources, given.hostile, given.seconds))
    told = {
        "peers": len(sources),
        "peers_at_once": done.peers_at_once,
        "peers_confirmed": len(done.confirmed),
        "hostile": given.hostile,
        "hostile_at_once": done.hostile_at_once,
        "confirm_seconds": done.confirm_seconds,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
