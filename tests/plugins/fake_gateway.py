"""A gateway on a port of its own that writes down every request as it came, and answers as a test tells it to."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True)
class Came:
    """One request, byte for byte."""

    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "")


@dataclass(frozen=True)
class Reply:
    """What the gateway says, after how long; `drop` closes the connection without a word."""

    status: int = 200
    body: bytes = b'{"code": "0", "id": "m-%d"}'
    after: float = 0.0
    drop: bool = False


@dataclass
class FakeGateway:
    """`replies` are used up one a request, then `usual` holds."""

    url: str = ""
    came: list[Came] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    usual: Reply = field(default_factory=Reply)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Came) -> tuple[Reply, int]:
        with self.lock:
            self.came.append(request)
            return (self.replies.pop(0) if self.replies else self.usual), len(self.came)

    def to(self, path: str) -> list[Came]:
        return [request for request in self.came if request.path.startswith(path)]

    def wait(self, enough: Callable[[list[Came]], bool]) -> list[Came]:
        until = time.monotonic() + PATIENCE_SECONDS
        while not enough(self.came):
            assert time.monotonic() < until, [f"{each.path} {each.body[:200]!r}" for each in self.came]
            time.sleep(0.02)
        return self.came


def _handler(gateway: FakeGateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply, number = gateway.answer(Came(time.monotonic(), self.command, self.path, headers, body))
            time.sleep(reply.after)
            if reply.drop:
                self.close_connection = True
                return
            said = reply.body % number if b"%d" in reply.body else reply.body
            self.send_response(reply.status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST

        def log_message(self, *_args: object) -> None:
            pass

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, TimeoutError):
                self.close_connection = True

    return Handler


@pytest.fixture
def fake_gateway() -> Iterator[FakeGateway]:
    gateway = FakeGateway()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(gateway))
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield gateway
    server.shutdown()
    server.server_close()
    thread.join(5)
