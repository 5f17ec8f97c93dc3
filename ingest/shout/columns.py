"""Loudspeaker columns behind one interface: speech goes in, what the column made of it comes out."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import httpx

from db.queries.shouts import DueShout
from db.rules.gateway import Gateway, HttpRequest, NotTaken, judged, request_for, signature_headers
from db.rules.loudspeakers import Adapter
from db.rules.shouting import Unsaid
from ingest.notify.senders import exchanged
from ingest.shout.gateway_file import OWN
from ingest.shout.speech import Speech

SHOWN_ANSWER = 300
SLOWEST_UPLOAD = 100_000
"""Bytes a second that a column must take of the sound."""


@dataclass(frozen=True, slots=True)
class Called:
    """The column has taken it; `answer` is its own word, with the code."""

    answer: str


class Column(Protocol):
    """One way to a column."""

    def call(self, due: DueShout, speech: Speech, key: str | None, /) -> Called | NotTaken: ...


class HttpColumn:
    """One request that carries the sound; a repeat carries the same `Idempotency-Key`."""

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self._gateways = gateways

    def call(self, due: DueShout, speech: Speech, key: str | None) -> Called | NotTaken:
        speaker = due.loudspeaker
        gateway = OWN if speaker.gateway is None else self._gateways.get(speaker.gateway)
        if gateway is None:
            return NotTaken(Unsaid.NO_GATEWAY.with_words(speaker.gateway or ""), is_final=True)
        gateway = replace(gateway, secret=key or gateway.secret)
        if gateway.sign == "hmac" and not gateway.secret:
            return NotTaken(Unsaid.NO_KEY.value, is_final=True)
        request = request_of(gateway, due, speech, datetime.now(UTC))
        exchange = asyncio.run(_exchanged(request, gateway.timeout_seconds + len(request.body) / SLOWEST_UPLOAD))
        if isinstance(exchange, NotTaken):
            return NotTaken(Unsaid.NO_ANSWER.with_words(exchange.reason[:SHOWN_ANSWER]))
        status, body = exchange
        told = judged(gateway.success, status, body)
        if isinstance(told, NotTaken):
            is_refused = 400 <= status < 500 and status not in (408, 409, 423, 425, 429)
            return NotTaken(Unsaid.REFUSED.with_words(told.reason), is_final=told.is_final or is_refused)
        return Called(f"{status} {' '.join(body.decode('utf-8', 'replace').split())}"[:SHOWN_ANSWER].strip())


async def _exchanged(request: HttpRequest, seconds: float) -> tuple[int, bytes] | NotTaken:
    async with httpx.AsyncClient(
        trust_env=False, follow_redirects=False, timeout=httpx.Timeout(None, connect=2.0)
    ) as client:
        return await exchanged(client, request, seconds)


class SipColumn:
    """Announced: a column that is called like a telephone."""

    def call(self, _due: DueShout, _speech: Speech, _key: str | None) -> Called | NotTaken:
        return NotTaken(Unsaid.NOT_YET.value, is_final=True)


def request_of(gateway: Gateway, due: DueShout, speech: Speech, now: datetime) -> HttpRequest:
    """The request for one shout; where the gateway names no body and no form, the WAV itself is the body."""
    address = due.loudspeaker.address
    if gateway.url == "{address}":  # a whole address is no part of one
        gateway = replace(gateway, url=address.replace("{", "%7B"))
    values = {
        "address": address,
        "text": due.words or "",
        "key": due.key,
        "title": due.loudspeaker.name,
        "seconds": f"{speech.seconds:.1f}",
        "audio": base64.b64encode(speech.wav).decode(),
    }
    if gateway.body is not None or gateway.form:
        return request_for(gateway, values, now)
    made = request_for(replace(gateway, sign=""), values, now)
    headers = [*made.headers, ("Content-Type", "audio/wav")]
    if gateway.sign == "hmac":
        headers += signature_headers(gateway.secret, speech.wav, now)
    return HttpRequest(made.method, made.url, tuple(headers), speech.wav)


def columns(gateways: Mapping[str, Gateway]) -> dict[str, Column]:
    """A way for each kind of adapter."""
    return {Adapter.HTTP: HttpColumn(gateways), Adapter.SIP: SipColumn()}
