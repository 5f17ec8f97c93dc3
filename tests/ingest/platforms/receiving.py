"""The receivers alone, over a real socket on a record of a test's own; and CTWing's interface for the past."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingest.nbiot.history import signature
from portal.api.doors.inbox_writer import InboxWriter
from portal.api.doors.receivers import Receivers
from tests.plugins.services import TestRecord, free_port
from tests.portal.conftest import serving

SECRETS = {
    "ctwing_door": "ctwing-secret",
    "onenet_door": "onenet-secret",
    "onenet_signature": "token",
    "gbt45839_key": "key-45839",
    "gbt28181_key": "key-28181",
}


@contextmanager
def receiving(record: TestRecord, port: int | None = None, **settings: object) -> Iterator[tuple[str, InboxWriter]]:
    """Where platforms push to; nobody is told of what comes."""
    writer = InboxWriter(record.record, tell=lambda: None)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        writer.start()
        yield
        writer.stop()

    app = Starlette(lifespan=lifespan)
    app.add_middleware(Receivers, writer=writer, settings=record.settings.model_copy(update=settings), secrets=SECRETS)
    with serving(app, port or free_port()) as url:
        yield url, writer


@dataclass
class CtwingInterface:
    """CTWing's history of devices' data: signed requests, pages from the newest to the oldest, faults on demand."""

    app_key: str = "app"
    app_secret: str = "secret"
    page_size: int = 3
    past: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    """Device, milliseconds, fields."""
    away: int = 0
    """How many requests are answered 503."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    async def page(self, request: Request) -> Response:
        body = (await request.body()).decode()
        headers = request.headers
        right = signature(self.app_secret, self.app_key, headers["timestamp"], body)
        if (headers["application"], headers["signature"]) != (self.app_key, right):
            return JSONResponse({"code": 1, "desc": "signature"}, 401)
        if self.away > 0:
            self.away -= 1
            return Response(status_code=503)
        told = orjson.loads(body)
        self.asked.append(told)
        if told["deviceId"] == "gone":
            return JSONResponse({"code": 1, "desc": "device not exist"})
        first, last = int(told["begin_timestamp"]), int(told.get("page_timestamp") or told["end_timestamp"])
        mine = sorted(
            (at, fields) for device, at, fields in self.past if device == told["deviceId"] and first <= at < last
        )
        page = mine[-self.page_size :]
        reports = [{"timestamp": at, **fields} for at, fields in page]
        following = str(page[0][0]) if len(mine) > len(page) else ""
        return JSONResponse({"code": 0, "page_timestamp": following, "deviceStatusList": reports})

    @contextmanager
    def serving(self) -> Iterator[str]:
        app = Starlette(routes=[Route("/aep_device_status/getDeviceStatusHisInPage", self.page, methods=["POST"])])
        with serving(app, free_port()) as url:
            self.url = url
            yield url


def in_parallel(count: int, act: Any) -> None:
    """`act(n)` on threads of their own."""
    threads = [threading.Thread(target=act, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
