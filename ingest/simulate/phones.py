"""A telephone network for trials, with a loudspeaker column: it sends nothing anywhere, and says so.

`python -m ingest.simulate.phones PORT`: it takes messages as a carrier's gateway would, sends a receipt for each a
moment later, and shows what came on a page of its own. A call is answered, and no key is pressed, unless
`answer` says so: a demonstration must not acknowledge alarms by itself.
"""

import asyncio
import html
import io
import json
import logging
import random
import sys
import wave
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

log = logging.getLogger("anwang.phones")

KEPT = 200
HERE = ZoneInfo("Asia/Shanghai")
LOST = 0.02
"""Share of messages that the network loses, so that a demonstration shows what that looks like."""


@dataclass
class Call:
    """A message as it stands on the page."""

    at: datetime
    channel: str
    to: str
    text: str
    state: str = "…"


class Network:
    """Takes messages once for each key, and tells what became of them."""

    def __init__(self, answer: float = 0.0, lost: float = LOST) -> None:
        self.answer, self.lost = answer, lost
        self.calls: deque[Call] = deque(maxlen=KEPT)
        self._by_key: dict[str, str] = {}
        self._telling: set[asyncio.Task[None]] = set()
        self._client: httpx.AsyncClient | None = None

    def app(self) -> Starlette:
        @asynccontextmanager
        async def lifespan(_app: Starlette) -> AsyncIterator[None]:
            async with httpx.AsyncClient(timeout=5, trust_env=False) as self._client:
                yield

        routes = [
            Route("/", self.page),
            *(Route(f"/{channel}", self.take, methods=["POST"]) for channel in ("sms", "voice")),
            Route("/column", self.sound, methods=["POST"]),
        ]
        return Starlette(routes=routes, lifespan=lifespan)

    async def take(self, request: Request) -> Response:
        """One message; the same key again is answered as before and rings nowhere."""
        try:
            told = json.loads(await request.body())
            key, to, text = str(told["ext"]), str(told["to"]), str(told["text"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"code": "malformed"}, 400)
        if key in self._by_key:
            return JSONResponse({"code": "0", "id": self._by_key[key]})
        number = self._by_key[key] = f"demo-{len(self._by_key) + 1}"
        while len(self._by_key) > 10_000:
            del self._by_key[next(iter(self._by_key))]
        channel = request.url.path.strip("/")
        call = Call(datetime.now(UTC), channel, to, text)
        self.calls.appendleft(call)
        log.info("%s to %s: %s", channel, to, text)
        if report := str(told.get("report", "")):
            task = asyncio.create_task(self._report(report, key, number, call))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return JSONResponse({"code": "0", "id": number})

    async def sound(self, request: Request) -> Response:
        """A loudspeaker column: it takes a WAV once for each key, and plays it to nobody."""
        body, key = await request.body(), request.headers.get("idempotency-key", "")
        if not key or not request.headers.get("x-anwang-signature"):
            return JSONResponse({"error": "unsigned"}, 401)
        try:
            with wave.open(io.BytesIO(body)) as file:
                seconds = file.getnframes() / file.getframerate()
        except (wave.Error, EOFError):
            return JSONResponse({"error": "no WAV"}, 415)
        if key not in self._by_key:
            self._by_key[key] = f"column-{len(self._by_key) + 1}"
            self.calls.appendleft(Call(datetime.now(UTC), "column", "", f"{seconds:.1f} s", "PLAYED"))
            log.info("column: %.1f s", seconds)
        return JSONResponse({"played": True, "id": self._by_key[key]})

    async def _report(self, url: str, key: str, number: str, call: Call) -> None:
        """A receipt, a moment later."""
        await asyncio.sleep(random.uniform(0.4, 2.5))  # noqa: S311 - a play
        is_lost = random.random() < self.lost  # noqa: S311
        state = "UNDELIV" if is_lost else "ANSWERED" if call.channel == "voice" else "DELIVRD"
        told = {"id": number, "ext": key, "state": state}
        if call.channel == "voice" and not is_lost and random.random() < self.answer:  # noqa: S311
            told["dtmf"] = "1"
        call.state = " ".join(filter(None, (state, told.get("dtmf"))))
        assert self._client is not None
        for wait in (1, 2, 4, 8):
            try:
                if (await self._client.post(url, json=told)).status_code < 500:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(wait)

    async def page(self, _request: Request) -> Response:
        rows = "".join(
            f"<tr><td>{call.at.astimezone(HERE):%H:%M:%S}<td>{call.channel}<td>{html.escape(call.to)}"
            f"<td>{html.escape(call.text)}<td>{call.state}"
            for call in self.calls
        )
        return HTMLResponse(
            "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=3><title>演示电话网</title>"
            "<style>body{font:15px system-ui;margin:24px}td{padding:4px 10px;border-top:1px solid #ddd}</style>"
            "<h1>演示电话网</h1><p>这里的短信和电话不会发到任何地方。Nothing leaves this machine."
            f"<table>{rows}</table>"
        )


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    uvicorn.run(Network().app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
