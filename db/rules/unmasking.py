"""Leave to see one picture of evidence unmasked: signed, for one session, for a while."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

LASTING = timedelta(minutes=15)
_WORD = re.compile(r"(\d{10,12})-([0-9a-f]{64})", re.ASCII)


def leave(frame_id: int, session_hash: bytes, secret: str, until: datetime) -> str:
    """The leave as one word."""
    seconds = int(until.timestamp())
    return f"{seconds}-{_signature(frame_id, session_hash, secret, seconds)}"


def is_good(word: str, frame_id: int, session_hash: bytes, secret: str, now: datetime) -> bool:
    """True where the word opens this picture to this session now."""
    found = _WORD.fullmatch(word)
    if found is None or now.timestamp() >= int(found[1]):
        return False
    return hmac.compare_digest(found[2], _signature(frame_id, session_hash, secret, int(found[1])))


def _signature(frame_id: int, session_hash: bytes, secret: str, seconds: int) -> str:
    told = f"unmasked frame/{frame_id}/{seconds}".encode() + b"\0" + session_hash
    return hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
