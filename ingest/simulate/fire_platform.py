"""A fire service's platform as a real far end: HTTP with signatures, or GB/T 26875.3 over TCP; faults on demand."""

import hmac
import json
import socketserver
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ingest.gb26875 import units
from ingest.gb26875.frames import Command, Frame, FrameReader, Whole, encode
from ingest.gb26875.units import Item
from ingest.outbox.http import signature

OLDEST_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken for the first time."""

    key: str
    body: dict[str, Any]
    at: float


@dataclass
class CityPlatform:
    """Takes each message once; `answers` are given first, before it does its work again."""

    secret: str
    port: int = 0
    answers: list[int] = field(default_factory=list)
    """Status codes for the next requests, one each."""
    slow_by_seconds: float = 0.0
    forgets_to_answer: int = 0
    """So many messages are taken, and their answers lost."""
    taken: list[Taken] = field(default_factory=list)
    requests: int = 0
    repeats: int = 0
    wrong: list[str] = field(default_factory=list)
    """Requests whose signature or time was not right."""
    _server: ThreadingHTTPServer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/fires"

    def start(self) -> None:
        """Listen; on the port that it had before, where it had one."""
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                platform._take(self)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _take(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        with self._lock:
            self.requests += 1
            planned = self.answers.pop(0) if self.answers else None
        time.sleep(self.slow_by_seconds)
        if planned is not None:
            self._answer(request, planned, {"error": "as told"})
            return
        key = request.headers.get("Idempotency-Key", "")
        stamp = request.headers.get("X-Anwang-Timestamp", "0")
        right = "sha256=" + signature(self.secret, stamp, key, body)
        is_fresh = stamp.isdigit() and abs(time.time() - int(stamp)) < OLDEST_SECONDS
        if not hmac.compare_digest(right, request.headers.get("X-Anwang-Signature", "")) or not is_fresh:
            self.wrong.append(key)
            self._answer(request, 401, {"error": "signature"})
            return
        with self._lock:
            is_repeat = any(each.key == key for each in self.taken)
            if is_repeat:
                self.repeats += 1
            else:
                self.taken.append(Taken(key, json.loads(body), time.time()))
            is_lost = self.forgets_to_answer > 0
            self.forgets_to_answer -= is_lost
        if is_lost:
            request.close_connection = True
            return
        self._answer(request, 200, {"receipt": key, "repeat": is_repeat})

    def _answer(self, request: BaseHTTPRequestHandler, status: int, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(content)))
            request.end_headers()
            request.wfile.write(content)
        except OSError:
            pass  # who asked has gone


@dataclass
class CentrePlatform:
    """The same by GB/T 26875.3: confirms each frame, tells repeats by serial number and content."""

    address_of_centre: int
    port: int = 0
    denies: int = 0
    stays_silent: int = 0
    """So many frames are taken and not confirmed."""
    taken: list[tuple[int, int, Item]] = field(default_factory=list)
    """Source, serial number and what the component said."""
    repeats: int = 0
    _server: socketserver.ThreadingTCPServer | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        platform = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                reader = FrameReader()
                while chunk := self.request.recv(4096):
                    for event in reader.feed(chunk):
                        if isinstance(event, Whole):
                            platform._take(event.frame, self.request)

        class Listening(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Listening(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _take(self, frame: Frame, line: Any) -> None:
        if self.denies:
            self.denies -= 1
            self._answer(frame, Command.DENY, line)
            return
        item = units.decode(frame.data).items[0]
        entry = (frame.source, frame.serial, item)
        if entry in self.taken:
            self.repeats += 1
        else:
            self.taken.append(entry)
        if self.stays_silent:
            self.stays_silent -= 1
            return
        self._answer(frame, Command.CONFIRM, line)

    def _answer(self, frame: Frame, command: Command, line: Any) -> None:
        line.sendall(encode(Frame(frame.serial, self.address_of_centre, frame.source, command)))
