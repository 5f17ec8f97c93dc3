"""The receivers: address, secret, size and type are checked, the body stored, and the platform answered."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qs

import anyio
import orjson
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from db.commands import bench
from db.commands.bench import Caught
from db.commands.inbox import Pushed
from db.rules.access_scope import EVERYTHING
from db.rules.conformance import KEY, PUSHED
from db.rules.doors import PlatformDoor
from db.settings import Settings
from portal.api.doors import keys
from portal.api.doors.inbox_writer import InboxWriter

CTWING, ONENET = "/api/v1/nbiot/ctwing/", "/api/v1/nbiot/onenet/"
BY_KEY = {
    "/api/v1/gbt45839/Install_info": PlatformDoor.GBT45839_INSTALL,
    "/api/v1/gbt45839/status_info": PlatformDoor.GBT45839_STATUS,
    "/api/v1/gbt28181/alarms": PlatformDoor.GBT28181,
}
BENCH = "/api/v1/bench/"
FOLDERS = ("/api/v1/nbiot/", "/api/v1/gbt45839/", "/api/v1/gbt28181/", BENCH)
BODY_LIMIT = 256 * 1024
BODY_SECONDS = 10.0
TYPES = ("application/json", "text/json", "text/plain")
"""Platforms are careless about it: what is no text at all is refused."""


class TurnedAway(Exception):
    """Why a push is not taken: status, code and a sentence for the platform's own log."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence


class Receivers:
    """Answers what is pushed at the doors' addresses; every other request goes on."""

    def __init__(self, app: ASGIApp, writer: InboxWriter, settings: Settings, secrets: Mapping[str, str]) -> None:
        self.app = app
        self.writer = writer
        self.secrets = secrets
        self.allowed = keys.networks(settings.platform_peers)
        self._bench_threads = anyio.CapacityLimiter(2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(FOLDERS):
            await self.app(scope, receive, send)
            return
        try:
            answer = await self._answer(scope, receive)
        except TurnedAway as refusal:
            if refusal.status in (401, 403, 404):
                self.writer.count_refused()
            answer = _refused(scope["path"], refusal)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        path, headers = str(scope["path"]), Headers(scope=scope)
        peer = str((scope.get("client") or ("", 0))[0])  # behind a trusted proxy the server has put the sender here
        if path.startswith(BENCH):
            return await self._try(scope, receive, path.removeprefix(BENCH), peer)
        door = self._door(path, headers)
        if not keys.is_among(peer, self.allowed):
            raise TurnedAway(403, "forbidden", "This address is not on the list of platforms.")
        if door is PlatformDoor.ONENET and scope["method"] == "GET":
            return self._onenet_address(scope["query_string"])
        if scope["method"] != "POST":
            raise TurnedAway(405, "wrong_method", "This address takes POST.")
        body = await _body(headers, receive)
        self._check(door, body)
        if not await self.writer.keep(Pushed(door, peer, datetime.now(UTC), body)):
            raise TurnedAway(503, "not_stored", "The body could not be stored; push it again.")
        return _stored(door)

    async def _try(self, scope: Scope, receive: Receive, rest: str, peer: str) -> Response:
        """A trial of the bench: its own address is its key; the body goes to its report and nowhere else."""
        key, _, name = rest.partition("/")
        if not KEY.fullmatch(key) or name not in PUSHED:
            raise TurnedAway(404, "not_found", "There is no such address.")
        if scope["method"] == "GET" and name == PlatformDoor.ONENET:
            told = parse_qs(scope["query_string"].decode("latin-1"))
            return PlainTextResponse(told.get("msg", [""])[0])
        if scope["method"] != "POST":
            raise TurnedAway(405, "wrong_method", "This address takes POST.")
        caught = Caught(key, datetime.now(UTC), peer, await _body(Headers(scope=scope), receive))
        if not await anyio.to_thread.run_sync(self._keep_caught, caught, limiter=self._bench_threads):
            raise TurnedAway(404, "not_found", "There is no such address.")
        return _stored(PlatformDoor(name))

    def _keep_caught(self, caught: Caught) -> bool:
        with self.writer.record.scoped(EVERYTHING) as session:
            return bool(bench.keep(session, [caught], datetime.now(UTC)))

    def _door(self, path: str, headers: Headers) -> PlatformDoor:
        """By the secret in the address, or by the key that the platform sends along."""
        for folder, door in ((CTWING, PlatformDoor.CTWING), (ONENET, PlatformDoor.ONENET)):
            if path.startswith(folder):
                if keys.is_same(path.removeprefix(folder), self.secrets[f"{door.value}_door"]):
                    return door
                raise TurnedAway(404, "not_found", "There is no such address.")
        known = BY_KEY.get(path)
        if known is None:
            raise TurnedAway(404, "not_found", "There is no such address.")
        secret = self.secrets["gbt28181_key" if known is PlatformDoor.GBT28181 else "gbt45839_key"]
        if not keys.has_key(headers.get("x-api-key", ""), headers.get("authorization", ""), secret):
            raise TurnedAway(401, "no_key", "The key is missing or wrong.")
        return known

    def _onenet_address(self, query: bytes) -> Response:
        """The platform checks the address before it pushes: `msg` is returned where the signature is right."""
        told = {name: values[0] for name, values in parse_qs(query.decode("latin-1"), keep_blank_values=True).items()}
        message = told.get("msg", "")
        is_right = keys.is_onenet_signature(
            told.get("signature", ""), self.secrets["onenet_signature"], told.get("nonce", ""), (message,)
        )
        if not is_right:
            raise TurnedAway(403, "wrong_signature", "The signature is not that of the token.")
        return PlainTextResponse(message)

    def _check(self, door: PlatformDoor, body: bytes) -> None:
        """What must be known before the answer is given: OneNET's signature, and that annex D's body is an object."""
        if door is PlatformDoor.ONENET and not keys.is_signed_by_onenet(body, self.secrets["onenet_signature"]):
            raise TurnedAway(403, "wrong_signature", "The signature is not that of the token.")
        if door in (PlatformDoor.GBT45839_INSTALL, PlatformDoor.GBT45839_STATUS) and not _is_object(body):
            raise TurnedAway(400, "invalid_body", "The body is not a JSON object.")


async def _body(headers: Headers, receive: Receive) -> bytes:
    """The whole body within its limits."""
    if headers.get("content-type", TYPES[0]).partition(";")[0].strip().lower() not in TYPES:
        raise TurnedAway(415, "wrong_type", "The body must be application/json.")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_LIMIT:
        raise TurnedAway(413, "too_large", f"The body is larger than {BODY_LIMIT} bytes.")
    try:
        return await asyncio.wait_for(_whole(receive), BODY_SECONDS)
    except TimeoutError as error:
        raise TurnedAway(408, "too_slow", "The body took too long to arrive.") from error


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise TurnedAway(400, "cut_off", "The body ended early.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise TurnedAway(413, "too_large", f"The body is larger than {BODY_LIMIT} bytes.")
        if not message.get("more_body", False):
            return b"".join(parts)


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(orjson.loads(body), dict)
    except orjson.JSONDecodeError:
        return False


def _stored(door: PlatformDoor) -> Response:
    """As each platform wants to be told that the body is on record."""
    if door in (PlatformDoor.GBT45839_INSTALL, PlatformDoor.GBT45839_STATUS):
        return JSONResponse({"success": 1})
    if door is PlatformDoor.GBT28181:
        return JSONResponse({"code": 0, "msg": "ok"})
    return PlainTextResponse("ok")


def _refused(path: str, refusal: TurnedAway) -> Response:
    """In the interface's shape; GB/T 45839-2025 annex D knows `success` alone, and it stands beside."""
    told: dict[str, object] = {"error": {"code": refusal.code, "message": refusal.sentence}}
    if path.startswith("/api/v1/gbt45839/"):
        told["success"] = 0
    return JSONResponse(told, refusal.status)
