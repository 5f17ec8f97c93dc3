"""`python -m portal.bench.stream_readers`: many open event streams in a process of their own.

Reads from standard input one JSON line, {"host", "port", "cookie", "tokens", "seconds"}; says "open" once all streams
have begun; then, when the time is over, {"refused", "ended", "heard"}: `heard` maps a venue to the moments
(monotonic seconds) at which an alarm of that venue first reached each stream, by the stream's place in `tokens`.
"""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from typing import Any

VENUE = re.compile(rb'"venue_id": ?(\d+)')
OPENING_AT_ONCE = 50


@dataclass(slots=True)
class Heard:
    """What reached the streams, and how many did not begin or did not last."""

    refused: int = 0
    ended: int = 0
    moments: dict[int, dict[int, float]] = field(default_factory=dict)


async def listen(asked: dict[str, Any]) -> Heard:
    """Open every stream, hear for so long, answer what came."""
    heard, begun = Heard(), asyncio.Semaphore(OPENING_AT_ONCE)
    opened = [asyncio.Event() for _token in asked["tokens"]]
    streams = [
        asyncio.create_task(_stream(asked, place, token, heard, begun, opened[place]))
        for place, token in enumerate(asked["tokens"])
    ]
    await asyncio.gather(*(event.wait() for event in opened))
    sys.stdout.write("open\n")
    sys.stdout.flush()
    await asyncio.sleep(asked["seconds"])
    for stream in streams:
        stream.cancel()
    await asyncio.gather(*streams, return_exceptions=True)
    return heard


async def _stream(
    asked: dict[str, Any], place: int, token: str, heard: Heard, begun: asyncio.Semaphore, opened: asyncio.Event
) -> None:
    try:
        async with begun:
            reader, writer = await asyncio.open_connection(asked["host"], asked["port"])
            writer.write(
                f"GET /live HTTP/1.1\r\nHost: {asked['host']}:{asked['port']}\r\nAccept: text/event-stream\r\n"
                f"Cookie: {asked['cookie']}={token}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                heard.refused += 1
                writer.close()
                return
            opened.set()
        rest = b""
        while True:
            piece = await reader.read(65_536)
            if not piece:
                heard.ended += 1
                return
            now, rest = time.monotonic(), rest + piece
            *events, rest = rest.split(b"\n\n")
            for event in events:
                if b"event: alarm" in event and (found := VENUE.search(event)):
                    heard.moments.setdefault(int(found[1]), {}).setdefault(place, now)
    except OSError:
        heard.refused += 1
    finally:
        opened.set()


def main() -> None:
    heard = asyncio.run(listen(json.loads(sys.stdin.readline())))
    sys.stdout.write(
        json.dumps({"refused": heard.refused, "ended": heard.ended, "heard": heard.moments}, separators=(",", ":"))
    )


if __name__ == "__main__":
    main()
