"""Answers made smaller: Brotli or gzip, immutable files compressed once and kept."""

import gzip

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WORTH_IT = 700
KEPT_BYTES = 64 * 1024 * 1024
KINDS = (
    "text/",
    "application/json",
    "application/javascript",
    "application/geo+json",
    "image/svg",
    "application/vnd.mapbox",
)


class Compress:
    """Compresses whole answers of textual kinds; streams (the live feed) pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: dict[tuple[str, str], bytes] = {}
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/live":
            await self.app(scope, receive, send)
            return
        accepted = Headers(scope=scope).get("accept-encoding", "")
        encoding = "br" if "br" in accepted else "gzip" if "gzip" in accepted else ""
        if not encoding:
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Whole(self, scope, send, encoding).take)

    def body(self, scope: Scope, encoding: str, headers: MutableHeaders, body: bytes) -> bytes:
        """The compressed body; remembered where the address never changes its content."""
        immutable = "immutable" in headers.get("cache-control", "")
        key = (encoding, f"{scope['path']}?{scope['query_string'].decode('latin-1')}")
        if immutable and key in self._kept:
            return self._kept[key]
        packed = _pack(encoding, body, best=immutable)
        if immutable and self._size + len(packed) < KEPT_BYTES:
            self._kept[key] = packed
            self._size += len(packed)
        return packed


def _pack(encoding: str, body: bytes, *, best: bool) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(body, quality=9 if best else 4))
    return gzip.compress(body, compresslevel=9 if best else 5, mtime=0)


class _Whole:
    """Collects one answer and sends it compressed."""

    def __init__(self, owner: Compress, scope: Scope, send: Send, encoding: str) -> None:
        self.owner, self.scope, self.send, self.encoding = owner, scope, send, encoding
        self.start: Message | None = None
        self.passing = False
        self.parts: list[bytes] = []

    async def take(self, message: Message) -> None:
        if self.passing:
            await self.send(message)
        elif message["type"] == "http.response.start":
            self.start = message
            headers = Headers(raw=message["headers"])
            textual = headers.get("content-type", "").startswith(KINDS)
            if not textual or "content-encoding" in headers or message["status"] in (204, 304):
                self.passing = True
                await self.send(message)
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await self._finish()
        else:
            await self.send(message)

    async def _finish(self) -> None:
        assert self.start is not None
        body = b"".join(self.parts)
        headers = MutableHeaders(raw=self.start["headers"])
        headers.add_vary_header("Accept-Encoding")
        if self.scope["method"] != "HEAD" and len(body) >= WORTH_IT:
            body = self.owner.body(self.scope, self.encoding, headers, body)
            headers["Content-Encoding"] = self.encoding
            headers["Content-Length"] = str(len(body))
            if headers.get("etag", "").startswith('"'):
                headers["ETag"] = "W/" + headers["etag"]
        await self.send({**self.start, "headers": headers.raw})
        await self.send({"type": "http.response.body", "body": body})
