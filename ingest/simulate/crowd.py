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
from datetime import UTC, datetime

from ingest.gb26875.frames import Command, Frame, encode
from ingest.simulate.gb26875 import TransmissionDevice

TURNS = 4
"""How often each device speaks."""


async def hostile(host: str, port: int, seed: int, over: asyncio.Event) -> None:
    """Pours rubbish, half frames and long silences, and reads nothing."""
    rng = random.Random(seed)  # noqa: S311 - a play
    frame = encode(Frame(1, seed, 1, Command.SEND, b"\x02\x01" + bytes(46), datetime.now(UTC)))
    while not over.is_set():
        try:
            _reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        with suppress(OSError):
            while not over.is_set():
                writer.write(rng.choice([rng.randbytes(2000), frame[:30], b"@" * 3000, frame[:-1] + b"\x00"]))
                await asyncio.sleep(rng.random())
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def crowd(host: str, port: int, sources: Sequence[int], hostiles: int, seconds: float) -> list[float]:
    """Seconds from each device's frame to its confirmation while others pour rubbish.

    `TimeoutError` where one is not confirmed within half a minute.
    """
    over, taken = asyncio.Event(), list[float]()
    pouring = [asyncio.create_task(hostile(host, port, seed, over)) for seed in range(hostiles)]
    loop = asyncio.get_running_loop()

    async def speak(source: int) -> None:
        device = TransmissionDevice(host, port, source)
        await device.connect()
        until = loop.time() + seconds
        while loop.time() < until:
            began = loop.time()
            answer = await device.say(None, seconds=30)
            if answer.command != Command.CONFIRM:
                raise RuntimeError(f"device {source} was denied")
            taken.append(loop.time() - began)
            await asyncio.sleep(seconds / TURNS)
        await device.close()

    await asyncio.gather(*(speak(source) for source in sources))
    over.set()
    await asyncio.gather(*pouring)
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hostile", type=int, default=0)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    sources = [int(word) for word in sys.stdin.read().split()]
    taken = asyncio.run(crowd(given.host, given.port, sources, given.hostile, given.seconds))
    print(json.dumps({"peers": len(sources), "hostile": given.hostile, "confirm_seconds": taken}))


if __name__ == "__main__":
    main()
