"""Security headers on every answer, and refusal of requests that come from another site."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from db.settings import Settings
from portal.refusals import answer

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def content_policy(settings: Settings, script_hashes: Sequence[str]) -> str:
    """Everything from this origin only; a configured base map's origin may send pictures."""
    base = urlsplit(settings.base_map_url)
    base_map = f" {base.scheme}://{base.netloc}" if base.netloc else ""
    scripts = " ".join(f"'{value.strip(chr(39))}'" for value in script_hashes)
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {scripts}".strip(),
            "worker-src 'self' blob:",
            f"img-src 'self' data: blob:{base_map}",
            "style-src 'self' 'unsafe-inline'",
            f"connect-src 'self'{base_map}",
            "font-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "object-src 'none'",
        )
    )


class SecurityHeaders:
    """Adds the headers; `policy` is the content security policy."""

    def __init__(self, app: ASGIApp, policy: str, is_secure: bool) -> None:
        self.app = app
        self.fixed = {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if is_secure:
            self.fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.fixed.items():
                    headers[name] = value
                if "cache-control" not in headers:
                    headers["Cache-Control"] = "no-store"
            await send(message)

        await self.app(scope, receive, with_headers)


class SameSiteOnly:
    """Refuses unsafe requests that a browser sends from another origin, and bodies over the limit."""

    def __init__(self, app: ASGIApp, body_limit: int) -> None:
        self.app = app
        self.body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["method"] not in SAFE and not _same_origin(headers):
            await answer(scope, 403, "forbidden", "This request came from another site.")(scope, receive, send)
            return
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.body_limit:
            await answer(scope, 413, "too_large", "The request is too large.")(scope, receive, send)
            return
        await self.app(scope, _limited(receive, self.body_limit), send)


def _same_origin(headers: Headers) -> bool:
    """By the browser's own word where it gives one, else by Origin; a request with neither is no browser's form."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == headers.get("host")


def _limited(receive: Receive, limit: int) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                return {"type": "http.disconnect"}
        return message

    return limited
