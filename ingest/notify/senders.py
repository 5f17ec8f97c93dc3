"""The channels behind one interface: a message goes in, what the far end made of it comes out."""

import asyncio
import base64
import hashlib
import hmac
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote, urlsplit

import httpx
from py_vapid import Vapid02
from pywebpush import WebPusher, WebPushException

from db.queries.telling import Outgoing
from db.rules.channels import BY_CHANNEL, Channel, Proof
from db.rules.gateway import Gateway, HttpRequest, NotTaken, Taken, judged, request_for
from db.web_push_keys import private_key
from ingest.notify.words import Letter

LONGEST_ANSWER = 64 * 1024
PUSH_TTL_SECONDS = 3600


class Sender(Protocol):
    """One channel."""

    is_proof: bool
    """True where the far end's own answer proves arrival."""

    async def send(self, message: Outgoing, letter: Letter, receipt_url: str, /) -> Taken | NotTaken: ...


async def exchanged(
    client: httpx.AsyncClient, request: HttpRequest, timeout_seconds: float
) -> tuple[int, bytes] | NotTaken:
    """Status and body, or why there is none. The whole exchange has one limit, however slowly it drips."""
    try:
        async with asyncio.timeout(timeout_seconds):
            async with client.stream(
                request.method, request.url, headers=list(request.headers), content=request.body
            ) as answer:
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > LONGEST_ANSWER:
                        break
                return answer.status_code, body[:LONGEST_ANSWER]
    except TimeoutError:
        return NotTaken(f"no answer within {timeout_seconds:g} s")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError) as error:
        return NotTaken(f"{type(error).__name__}: {error}")


class GatewaySender:
    """SMS, voice, robots and webhooks: one request that the configuration describes."""

    def __init__(self, gateway: Gateway, client: httpx.AsyncClient) -> None:
        self.gateway = gateway
        self._client = client
        self.is_proof = BY_CHANNEL[Channel(gateway.channel)].proof is Proof.ANSWER

    async def send(self, message: Outgoing, letter: Letter, receipt_url: str) -> Taken | NotTaken:
        values = {
            "address": message.address or "",
            "text": self._spoken(letter),
            "title": letter.title,
            "link": letter.link,
            "level": str(message.level),
            "key": message.key,
            "receipt_url": receipt_url,
            "own_secret": str(message.detail.get("own_secret", "")),
        }
        gateway = self.gateway
        if gateway.url.startswith("{address}"):  # a whole address of the person's own, kept to the allowed hosts
            values["address"], gateway = "", _at(gateway, message.address or "")
        answer = await exchanged(self._client, request_for(gateway, values, datetime.now(UTC)), gateway.timeout_seconds)
        return answer if isinstance(answer, NotTaken) else judged(gateway.success, *answer)

    def _spoken(self, letter: Letter) -> str:
        """A call says which key takes the alarm, where the gateway tells of keys."""
        receipt = self.gateway.receipt
        if self.gateway.channel == Channel.VOICE and receipt is not None and receipt.acknowledge:
            return f"{letter.text}确认收到请按 {receipt.acknowledge[0]}。"
        return letter.text


def _at(gateway: Gateway, url: str) -> Gateway:
    return replace(gateway, url=url.replace("{", "%7B"))


class PushSender:
    """Web push (RFC 8291, 8292): encrypted for the browser, signed by this installation."""

    is_proof = False

    def __init__(self, gateway: Gateway, client: httpx.AsyncClient, secret: str, receipt_secret: str, who: str) -> None:
        self.gateway = gateway
        self._client, self._receipt_secret, self._who = client, receipt_secret, who
        self._vapid = Vapid02(private_key=private_key(secret))

    async def send(self, message: Outgoing, letter: Letter, _receipt_url: str) -> Taken | NotTaken:
        endpoint = message.address or ""
        keys = {"p256dh": message.detail.get("p256dh", ""), "auth": message.detail.get("auth", "")}
        told = {
            "key": message.key,
            "token": receipt_token(self._receipt_secret, message.key),
            "title": letter.title,
            "body": letter.text,
            "path": letter.path,
            "level": message.level,
        }
        try:
            pusher = WebPusher({"endpoint": endpoint, "keys": keys})
            body = bytes(pusher.encode(json.dumps(told, ensure_ascii=False).encode())["body"])
        except (WebPushException, ValueError) as error:
            return NotTaken(f"the browser's keys cannot be used: {error}", is_final=True, is_gone=True)
        answer = await exchanged(
            self._client,
            HttpRequest("POST", endpoint, tuple(self._headers(endpoint, message).items()), body),
            self.gateway.timeout_seconds,
        )
        if isinstance(answer, NotTaken):
            return answer
        if answer[0] in (404, 410):
            return NotTaken("the browser has taken its subscription back", is_final=True, is_gone=True)
        return judged(self.gateway.success, *answer)

    def _headers(self, endpoint: str, message: Outgoing) -> dict[str, str]:
        where = urlsplit(endpoint)
        until = int(datetime.now(UTC).timestamp()) + 12 * 3600
        claims = {"aud": f"{where.scheme}://{where.netloc}", "exp": until, "sub": self._who}
        return {
            **self._vapid.sign(claims),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(PUSH_TTL_SECONDS),
            "Urgency": "high" if message.level <= 2 else "normal",
            "Topic": base64.urlsafe_b64encode(hashlib.sha256(message.key.encode()).digest()[:24]).decode(),
        }


def receipt_token(secret: str, key: str) -> str:
    """What lets the one telephone that got the message say so, and nobody else."""
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:32]


class MailSender:
    """E-mail through Apprise, one at a time: it tells why it failed in its log alone."""

    is_proof = False

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self._lock = threading.Lock()

    async def send(self, message: Outgoing, letter: Letter, _receipt_url: str) -> Taken | NotTaken:
        try:
            async with asyncio.timeout(self.gateway.timeout_seconds):
                return await asyncio.to_thread(self._send, message, letter)
        except TimeoutError:
            return NotTaken(f"no answer within {self.gateway.timeout_seconds:g} s")

    def _send(self, message: Outgoing, letter: Letter) -> Taken | NotTaken:
        import apprise

        joined = "&" if "?" in self.gateway.url else "?"
        url = f"{self.gateway.url}{joined}to={quote(message.address or '', safe='')}&%2BX-Anwang-Key={message.key}"
        with self._lock, apprise.LogCapture(level=logging.WARNING) as said:  # type: ignore[no-untyped-call]
            mail = apprise.Apprise()
            if not mail.add(url):
                return NotTaken("the mail server's address in the file of channels cannot be used")
            done = mail.notify(body=f"{letter.text}\n\n{letter.link}", title=letter.title)
            words = " ".join(said.getvalue().split())
        return Taken() if done else NotTaken(f"the mail server did not take it: {words}"[:300])


def senders(
    gateways: Mapping[str, Gateway], client: httpx.AsyncClient, secrets: Mapping[str, str], site: str
) -> dict[str, Sender]:
    """A sender for each channel that is configured."""
    found: dict[str, Sender] = {}
    for name, gateway in gateways.items():
        if name == Channel.WEB_PUSH:
            who = site if site.startswith("https://") else "mailto:anwang@localhost"
            found[name] = PushSender(gateway, client, secrets["web_push"], secrets["notify_receipts"], who)
        elif name == Channel.EMAIL:
            found[name] = MailSender(gateway)
        else:
            found[name] = GatewaySender(gateway, client)
    return found
