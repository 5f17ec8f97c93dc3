"""Security headers on every answer, and refusal of requests that come from another site or are too large."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.settings import Settings
from portal.refusals import answer

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READS_CODES = "/bind"
"""The one page that may use the camera, to read a device's code."""
RECORDS_VOICES = "/patrol"
"""The one page that may use the microphone, to shout."""
BODY_SECONDS = 30.0
"""A body that is not here by then holds no thread: it is refused."""
FILE_SECONDS = 120.0
"""A photograph over a weak mobile network."""


def content_policy(settings: Settings, script_hashes: Sequence[str]) -> str:
    """Everything from this origin only; a configured base map's origin may send pictures."""
    base = urlsplit(settings.base_map_url)
    base_map = f" {base.scheme}://{base.netloc}" if base.netloc else ""
    return "; ".join(
        (
            "default-src 'self'",
            " ".join(("script-src 'self'", *script_hashes)),
            "worker-src 'self' blob:",
            f"img-src 'self' data: blob:{base_map}",
            "media-src 'self' blob:",
            "font-src 'self' data:",
            "style-src 'self' 'unsafe-inline'",
            f"connect-src 'self'{base_map}",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers; `policy` is the content security policy. What says nothing of caching is not cached."""

    def __init__(self, app: ASGIApp, policy: str, is_secure: bool) -> None:
        self.app = app
        fixed = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(self), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if is_secure:
            fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        self._fixed = [(name.lower().encode(), value.encode()) for name, value in fixed.items()]
        self._with_camera, self._with_microphone = _allowed(fixed, "camera"), _allowed(fixed, "microphone")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                known = {name for name, _ in message["headers"]}
                unsaid = [] if b"cache-control" in known else [(b"cache-control", b"no-store")]
                message = {**message, "headers": [*message["headers"], *self._for(str(scope["path"])), *unsaid]}
            await send(message)

        await self.app(scope, receive, with_headers)

    def _for(self, path: str) -> list[tuple[bytes, bytes]]:
        if path.startswith(READS_CODES):
            return self._with_camera
        return self._with_microphone if path.startswith(RECORDS_VOICES) else self._fixed


def _allowed(fixed: Mapping[str, str], feature: str) -> list[tuple[bytes, bytes]]:
    """The headers of a page that may use this."""
    policy = fixed["Permissions-Policy"].replace(f"{feature}=()", f"{feature}=(self)")
    return [(name.lower().encode(), value.encode()) for name, value in {**fixed, "Permissions-Policy": policy}.items()]


class HeadAsGet:
    """Answers HEAD as GET without the body, whichever route it is for; a stream has no end to wait for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"] == "/live":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, without_body)


class SameSiteOnly:
    """Refuses unsafe requests that a browser sends from another origin, and bodies over the limit.

    A body is taken in whole before the request goes on, so that a slow sender keeps no thread waiting.
    """

    def __init__(self, app: ASGIApp, body_limit: int, files: Mapping[str, int] | None = None) -> None:
        self.app = app
        self.body_limit = body_limit
        self.files = files or {}
        """Addresses that take files, and how many bytes each."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if not scope["query_string"].isascii():
            await answer(scope, 400, "invalid_address", "The address is not written as addresses are.")(
                scope, receive, send
            )
            return
        if scope["method"] in SAFE:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not _is_same_origin(headers):
            await answer(scope, 403, "forbidden", "This request came from another site.")(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        limit = self.files.get(scope["path"], self.body_limit)
        patience = BODY_SECONDS if limit <= self.body_limit else FILE_SECONDS
        body = None
        if length.isdigit() and int(length) <= limit:
            try:
                body = await asyncio.wait_for(_whole(receive, limit), patience)
            except TimeoutError:
                await answer(scope, 408, "too_slow", "The request took too long to arrive.")(scope, receive, send)
                return
        if body is None:
            await answer(scope, 413, "too_large", "The request is too large.")(scope, receive, send)
            return
        await self.app(scope, _replayed(body, receive), send)


def _is_same_origin(headers: Headers) -> bool:
    """By the browser's own word where it gives one, else by Origin; a request with neither is refused."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return origin.scheme in ("http", "https") and origin.netloc.lower() == headers.get("host", "").lower()


async def _whole(receive: Receive, limit: int) -> bytes | None:
    """The body, or None where it is over the limit; what came before a disconnect counts as the whole."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return None
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
