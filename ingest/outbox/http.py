"""Over HTTP: JSON, signed with HMAC-SHA256 over time, key and body."""

import hashlib
import hmac
from datetime import UTC, datetime

import httpx
import orjson

from db.commands.outbox import Message
from ingest.outbox.adapter import Fate, Outcome

TIMEOUT = httpx.Timeout(6.0, connect=2.0)
"""A platform that has not answered by then is asked again, with the same key."""
AGAIN_LATER = frozenset({408, 409, 423, 425, 429})
"""Says nothing of the message itself."""
LONGEST_RECEIPT = 400


class HttpAdapter:
    """POSTs to one address; a repeat carries the same `Idempotency-Key`."""

    def __init__(self, address: str, key: str) -> None:
        self._address, self._key = address, key
        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)

    def send(self, message: Message) -> Outcome:
        body = orjson.dumps(message.body)
        timestamp = str(int(datetime.now(UTC).timestamp()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            "X-Anwang-Timestamp": timestamp,
            "X-Anwang-Signature": "sha256=" + signature(self._key, timestamp, message.key, body),
        }
        try:
            answer = self._client.post(self._address, content=body, headers=headers)
        except httpx.HTTPError as error:
            return Outcome(Fate.FAILED, f"{type(error).__name__}: {error or 'no answer'}")
        words = f"{answer.status_code} {answer.text[:LONGEST_RECEIPT]}".strip()
        if answer.is_success:
            return Outcome(Fate.ACKNOWLEDGED, words)
        is_refused = answer.is_client_error and answer.status_code not in AGAIN_LATER
        return Outcome(Fate.REFUSED if is_refused else Fate.FAILED, words)

    def close(self) -> None:
        self._client.close()


def signature(key: str, timestamp: str, message_key: str, body: bytes) -> str:
    """Hex of HMAC-SHA256 over "time.key.body"; the far end refuses times that are minutes away."""
    signed = f"{timestamp}.{message_key}.".encode() + body
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()
