"""Answers made smaller: Brotli or gzip; files that never change are compressed once and answered from memory."""

import gzip
from dataclasses import dataclass

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH_IT = 700
"""Shorter bodies fit into one packet anyway."""
SLOW_FROM = 256 * 1024
KEPT_BYTES = 96 * 1024 * 1024
FOR_EVER = "public, max-age=31536000, immutable"
BUNDLES = "/_dash-component-suites/"
KINDS = ("text/", "application/json", "application/javascript", "application/geo+json", "image/svg")


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole answer that never changes."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


class Compress:
    """Compresses whole answers of textual kinds; the live stream passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[tuple[str, str], Kept] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/live":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        encoding = chosen(headers.get("accept-encoding", ""))
        key = (encoding, f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        kept = self._kept.get(key) if scope["method"] == "GET" and "if-none-match" not in headers else None
        if kept is not None:
            await send({"type": "http.response.start", "status": 200, "headers": list(kept.headers)})
            await send({"type": "http.response.body", "body": kept.body})
            return
        await self.app(scope, receive, _Whole(self, key, scope["path"], send).take)

    def keep(self, key: tuple[str, str], answer: Kept) -> None:
        if self._size + len(answer.body) <= KEPT_BYTES and key not in self._kept:
            self._kept[key] = answer
            self._size += len(answer.body)


def chosen(accepted: str) -> str:
    """Brotli where the browser takes it, else gzip, else nothing."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            weights[name.strip()] = float(weight or 1)
        except ValueError:
            weights[name.strip()] = 0.0
    return next((name for name in ("br", "gzip") if weights.get(name, 0) > 0), "")


def packed(encoding: str, body: bytes, *, best: bool) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=9 if best else 4))
    return gzip.compress(body, compresslevel=9 if best else 5, mtime=0)


class _Whole:
    """Collects one answer, sends it compressed, and keeps it where it never changes."""

    def __init__(self, owner: Compress, key: tuple[str, str], path: str, send: Send) -> None:
        self._owner, self._key, self._path, self._send = owner, key, path, send
        self._status = 0
        self._headers = MutableHeaders(raw=[])
        self._passing = False
        self._parts: list[bytes] = []

    async def take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], MutableHeaders(raw=list(message["headers"]))
            self._mark_bundle()
            is_textual = self._headers.get("content-type", "").startswith(KINDS)
            self._passing = not is_textual or "content-encoding" in self._headers or self._status in (204, 304)
            if self._passing:
                await self._start()
        elif self._passing or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish(b"".join(self._parts))

    def _mark_bundle(self) -> None:
        """Dash's bundles carry their version in their address, and are given a year; browsers need not ask again."""
        is_versioned = "max-age=31536000" in self._headers.get("cache-control", "")
        if self._status == 200 and is_versioned and self._path.startswith(BUNDLES):
            self._headers["Cache-Control"] = FOR_EVER

    async def _start(self) -> None:
        await self._send({"type": "http.response.start", "status": self._status, "headers": self._headers.raw})

    async def _finish(self, body: bytes) -> None:
        encoding, _ = self._key
        is_kept = self._status == 200 and "immutable" in self._headers.get("cache-control", "")
        self._headers.add_vary_header("Accept-Encoding")
        if encoding and len(body) >= WORTH_IT:
            if is_kept or len(body) >= SLOW_FROM:
                body = await run_in_threadpool(packed, encoding, body, best=is_kept)
            else:
                body = packed(encoding, body, best=False)
            self._headers["Content-Encoding"] = encoding
            if self._headers.get("etag", "").startswith('"'):
                self._headers["ETag"] = "W/" + self._headers["etag"]
        self._headers["Content-Length"] = str(len(body))
        if is_kept:
            self._owner.keep(self._key, Kept(self._headers.raw, body))
        await self._start()
        await self._send({"type": "http.response.body", "body": body})
