"""Asking a platform for what it may not have pushed: an interface, and CTWing behind it."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Protocol

import httpx
import orjson

from db.rules.doors import PlatformDoor

PAGE_SIZE = 100
MOST_PAGES = 1000
ANSWER_SECONDS = 10.0


class PlatformAway(Exception):
    """The platform does not answer, or not now; ask again later."""


class DeviceUnknown(Exception):
    """The platform does not tell of this device; the others may be asked."""


class PlatformHistory(Protocol):
    """What a platform keeps of the past, in bodies as it pushes them: decoded like any other."""

    door: PlatformDoor

    def between(self, address: str, since: datetime, until: datetime) -> Iterator[bytes]:
        """What the device said in [since, until]; `PlatformAway` or `DeviceUnknown` where that cannot be had."""


class CtwingHistory:
    """CTWing's paged history of a device's data (AEP interface aep_device_status, getDeviceStatusHisInPage).

    A request is signed with HMAC-SHA1 over the application, the time and the body, each on a line of its own.
    """

    door = PlatformDoor.CTWING
    PATH = "/aep_device_status/getDeviceStatusHisInPage"
    VERSION = "20190928013337"

    def __init__(self, url: str, app_key: str, app_secret: str, now_ms: "Clock") -> None:
        self.app_key, self._secret, self._now_ms = app_key, app_secret, now_ms
        self._client = httpx.Client(base_url=url, timeout=ANSWER_SECONDS)

    def close(self) -> None:
        self._client.close()

    def between(self, address: str, since: datetime, until: datetime) -> Iterator[bytes]:
        product, _, device = address.partition("/")
        asked: dict[str, object] = {
            "productId": product,
            "deviceId": device,
            "begin_timestamp": str(_milliseconds(since)),
            "end_timestamp": str(_milliseconds(until)),
            "page_size": PAGE_SIZE,
        }
        for _page in range(MOST_PAGES):
            told = self._ask(asked)
            reports = told.get("deviceStatusList") or []
            for report in reports:
                if isinstance(report, dict):
                    yield _as_pushed(product, device, report)
            following = told.get("page_timestamp")
            if not reports or not following or following == asked.get("page_timestamp"):
                return
            asked["page_timestamp"] = str(following)

    def _ask(self, asked: dict[str, object]) -> dict[str, Any]:
        body = orjson.dumps(asked).decode()
        timestamp = str(self._now_ms())
        headers = {
            "application": self.app_key,
            "timestamp": timestamp,
            "version": self.VERSION,
            "signature": signature(self._secret, self.app_key, timestamp, body),
            "Content-Type": "application/json; charset=UTF-8",
        }
        try:
            answer = self._client.post(self.PATH, content=body, headers=headers)
            told = orjson.loads(answer.content) if answer.status_code == 200 else None
        except (httpx.HTTPError, orjson.JSONDecodeError) as error:
            raise PlatformAway(f"CTWing does not answer: {type(error).__name__}.") from error
        if not isinstance(told, dict):
            raise PlatformAway(f"CTWing answers {answer.status_code}.")
        if told.get("code") != 0:
            raise DeviceUnknown(str(told.get("desc") or told.get("msg") or told.get("code"))[:200])
        return told


class Clock(Protocol):
    """Milliseconds since 1970, now."""

    def __call__(self) -> int: ...


def signature(secret: str, app_key: str, timestamp: str, body: str) -> str:
    """Base64 of the HMAC-SHA1 of `application:…`, `timestamp:…` and the body, a line each."""
    signed = f"application:{app_key}\ntimestamp:{timestamp}\n{body}\n"
    return base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _as_pushed(product: str, device: str, report: dict[str, Any]) -> bytes:
    """A report of the past as the platform would have pushed it."""
    fields = {name: value for name, value in report.items() if name != "timestamp"}
    return orjson.dumps(
        {
            "messageType": "dataReport",
            "productId": product,
            "deviceId": device,
            "timestamp": report.get("timestamp"),
            "payload": fields,
        }
    )
