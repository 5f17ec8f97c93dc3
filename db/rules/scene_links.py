"""Links that show a scene to whoever holds them: signed, so that what nobody issued is refused unasked.

A link's token names its venue and the moment it ends, with a nonce and a signature of all three. Pure.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SHORTEST, LONGEST = timedelta(minutes=10), timedelta(days=30)
NONCE_BYTES, SIGNATURE_BYTES = 16, 24
_HEAD = 4 + 8


@dataclass(frozen=True, slots=True)
class Named:
    """What a genuine token says."""

    venue_id: int
    expires_at: datetime


def issue(key: str, venue_id: int, expires_at: datetime, nonce: bytes) -> str:
    """The token, fit for an address."""
    body = venue_id.to_bytes(4, "big") + int(expires_at.timestamp()).to_bytes(8, "big") + nonce
    return base64.urlsafe_b64encode(body + _signature(key, body)).decode().rstrip("=")


def read(key: str, token: str) -> Named | None:
    """What a token says, or None where this installation did not sign it."""
    length = _HEAD + NONCE_BYTES + SIGNATURE_BYTES
    if not token.isascii() or len(token) != (length * 4 + 2) // 3:
        return None
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    if base64.urlsafe_b64encode(whole).decode().rstrip("=") != token:
        return None  # the last character's unused bits: one link has one spelling
    body, signature = whole[:-SIGNATURE_BYTES], whole[-SIGNATURE_BYTES:]
    if len(whole) != length or not hmac.compare_digest(signature, _signature(key, body)):
        return None
    expires = int.from_bytes(body[4:_HEAD], "big")
    return Named(int.from_bytes(body[:4], "big"), datetime.fromtimestamp(expires, UTC))


def _signature(key: str, body: bytes) -> bytes:
    return hmac.new(key.encode(), b"scene link " + body, hashlib.sha256).digest()[:SIGNATURE_BYTES]
