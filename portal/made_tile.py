"""A map tile as it is kept and sent."""

import gzip
import hashlib
import time
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True, slots=True)
class Made:
    """A tile as it is sent; `body` is gzipped, and empty for a tile with nothing on it."""

    body: bytes
    etag: str
    made_at: float

    @classmethod
    def of(cls, body: bytes) -> "Made":
        packed = gzip.compress(body, compresslevel=4, mtime=0) if body else b""
        return cls(packed, f'W/"{hashlib.sha256(body).hexdigest()[:24]}"', time.monotonic())

    def sent(self, request: Request, kept: str, vary: str = "") -> Response:
        """The answer, to be kept as `kept` says (Cache-Control) for requests that agree in `vary`."""
        headers = {"Cache-Control": kept, "ETag": self.etag, "Vary": f"{vary}Accept-Encoding"}
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        if not self.body:
            return Response(status_code=204, headers=headers)
        body = self.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return Response(body, headers=headers, media_type="application/vnd.mapbox-vector-tile")
