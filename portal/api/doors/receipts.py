"""Receipts of gateways and telephones: the secret in the address, or the message's own token, is all that they show.

A receipt is on record before it is answered; one that comes twice counts once. What it says of its message is the
telling worker's to find out: here it would hold up pages and streams.
"""

import hmac
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import anyio
import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from db.commands import delivery_receipts
from db.rules.access_scope import EVERYTHING
from db.rules.channels import Channel
from db.rules.gateway import Gateway, ReceiptSaid, read_receipts
from db.session import Record
from portal.api.doors import keys
from portal.api.doors.receivers import TurnedAway, _whole

log = logging.getLogger("anwang.doors")

FOLDER = "/api/v1/notify/"
RECEIPTS = FOLDER + "receipts/"
PUSH = FOLDER + "push/received"
BODY_SECONDS = 10.0
MOST_IN_A_BODY = 1000


class Receipts:
    """Answers what comes below `/api/v1/notify/`; every other request goes on."""

    def __init__(
        self, app: ASGIApp, record: Record, gateways: Mapping[str, Gateway], secrets: Mapping[str, str]
    ) -> None:
        self.app = app
        self.record, self.gateways = record, gateways
        self._secret = secrets["notify_receipts"]
        self._threads = anyio.CapacityLimiter(4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(FOLDER):
            await self.app(scope, receive, send)
            return
        try:
            answer = await self._answer(scope, receive)
        except TurnedAway as refusal:
            told = {"error": {"code": refusal.code, "message": refusal.sentence}}
            answer = JSONResponse(told, refusal.status)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        path = str(scope["path"])
        if path == PUSH and scope["method"] == "POST":
            said = self._of_telephone(await _told(scope, receive))
            return await self._kept(Channel.WEB_PUSH, [said], Response(status_code=204))
        channel, _, secret = path.removeprefix(RECEIPTS).partition("/")
        gateway = self.gateways.get(channel)
        is_ours = path.startswith(RECEIPTS) and keys.is_same(secret, self._secret)
        if not is_ours or gateway is None or gateway.receipt is None or scope["method"] not in ("GET", "POST"):
            raise TurnedAway(404, "not_found", "There is no such address.")
        receipts = read_receipts(gateway.receipt, await _told(scope, receive))
        if not receipts:
            raise TurnedAway(422, "invalid_input", "The receipt names no message.")
        return await self._kept(channel, receipts[:MOST_IN_A_BODY], PlainTextResponse(gateway.receipt.answer))

    def _of_telephone(self, told: Any) -> ReceiptSaid:
        """A browser that got the message says so with the token that came with it."""
        told = told if isinstance(told, dict) else {}
        key, token, what = str(told.get("key", "")), str(told.get("token", "")), told.get("what")
        right = hmac.new(self._secret.encode(), key.encode(errors="replace"), "sha256").hexdigest()[:32]
        if not key or not keys.is_same(token, right):
            raise TurnedAway(401, "no_key", "The token is missing or wrong.")
        if what not in ("delivered", delivery_receipts.OPENED):
            raise TurnedAway(422, "invalid_input", "what: delivered or opened.")
        return ReceiptSaid(key, "", is_delivered=True, is_failed=False, acknowledges=False, state=what)

    async def _kept(self, channel: str, said: list[ReceiptSaid], answer: Response) -> Response:
        try:
            await anyio.to_thread.run_sync(self._keep, channel, said, limiter=self._threads)
        except SQLAlchemyError as error:
            log.error("a receipt was not kept: %s", str(error).strip().splitlines()[0])
            raise TurnedAway(503, "not_stored", "The receipt could not be stored; send it again.") from error
        return answer

    def _keep(self, channel: str, said: list[ReceiptSaid]) -> None:
        now = datetime.now(UTC)
        with self.record.scoped(EVERYTHING) as session:
            delivery_receipts.keep(session, channel, said, now)


async def _told(scope: Scope, receive: Receive) -> Any:
    """What the body says, as JSON or as a form; without a body, what the address says."""
    query = str(scope["query_string"].decode("latin-1"))
    if scope["method"] == "GET":
        return dict(parse_qsl(query))
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit():
        raise TurnedAway(413, "too_large", "The body is too large.")
    try:
        with anyio.fail_after(BODY_SECONDS):
            body = await _whole(receive)
    except TimeoutError as error:
        raise TurnedAway(408, "too_slow", "The body took too long to arrive.") from error
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return dict(parse_qsl(body.decode("utf-8", "replace"))) or dict(parse_qsl(query))
