"""Platforms, played: a real HTTP client that pushes as each of them does, with its retries and its cool-down."""

import base64
import hashlib
import itertools
import json
import random
import time
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import httpx

from db.rules.doors import PlatformDoor
from ingest.simulate.day import energy
from ingest.simulate.faults import Faults, Mischief

HERE = ZoneInfo("Asia/Shanghai")
PRODUCT, TENANT = "15014772", "10461180"
ALARM_SHARE = 0.002
RETRIES = 3
FAILURES_BEFORE_COOL_DOWN = 100
COOL_DOWN_SECONDS = 60.0
ANSWER_SECONDS = 5.0


def ctwing(address: str, at: datetime, fields: dict[str, object]) -> bytes:
    """A decoded report of a smoke detector; the address is its IMEI."""
    number = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    body = {
        "upPacketSN": -1,
        "upDataSN": -1,
        "topic": "v1/up/ad19prof",
        "timestamp": _milliseconds(at),
        "tenantId": TENANT,
        "serviceId": "",
        "protocol": "lwm2m",
        "productId": PRODUCT,
        "payload": {"serviceId": "notification", "serviceData": fields},
        "messageType": "dataReport",
        "deviceId": number,
        "IMSI": "undefined",
        "IMEI": address,
    }
    return _written(body)


def onenet(address: str, at: datetime, fields: dict[str, object], token: str) -> bytes:
    """A data point with several fields, under the token's signature."""
    point = {"type": 1, "imei": address, "dev_id": 1, "ds_id": "report", "at": _milliseconds(at), "value": fields}
    message, nonce = json.dumps(point), "abcdefgh"
    digest = hashlib.md5((token + nonce + message).encode(), usedforsecurity=False).digest()
    signature = base64.b64encode(digest).decode()
    return _written({"msg": message, "nonce": nonce, "signature": signature, "time": _milliseconds(at), "id": "1"})


def status_info(address: str, at: datetime, state: int) -> bytes:
    """GB/T 45839-2025 annex D; the address is `company:serial`."""
    company, _, serial = address.partition(":")
    written = f"{at.astimezone(HERE):%Y-%m-%d %H:%M:%S}"
    body = {"company": company, "serial": serial, "status": state, "datetime": written}
    return _written(body | {"signalStrength": -84, "batteryPercentage": 97})


def alarm_notice(address: str, at: datetime, method: int, kind: int) -> bytes:
    """A GB/T 28181 alarm as a video platform forwards it; the address is the channel's 20 digits."""
    body = {
        "deviceId": address,
        "channelId": address,
        "alarmPriority": "4",
        "alarmMethod": str(method),
        "alarmType": str(kind),
        "alarmTime": f"{at.astimezone(HERE):%Y-%m-%dT%H:%M:%S}",
        "alarmDescription": "",
    }
    return _written(body)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _written(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


@dataclass
class Pushed:
    """What became of the messages. `lost` were never pushed, or in vain: the platform has them in its history alone."""

    stored: int = 0
    attempts: int = 0
    seconds: list[float] = field(default_factory=list)
    lost: list[bytes] = field(default_factory=list)


class Pusher:
    """Pushes a body and again up to three times; after a hundred failures in a row nothing for a minute, as CTWing."""

    def __init__(
        self,
        client: httpx.Client,
        address: str,
        headers: dict[str, str],
        *,
        failures: int = FAILURES_BEFORE_COOL_DOWN,
        cool_down_seconds: float = COOL_DOWN_SECONDS,
    ) -> None:
        self._client, self._address = client, address
        self._headers = {"Content-Type": "application/json"} | headers
        self._most_failures, self._cool_down_seconds = failures, cool_down_seconds
        self._failures = 0
        self._cool_until = float("-inf")
        self.pushed = Pushed()

    @property
    def is_cooling_down(self) -> bool:
        return time.monotonic() < self._cool_until

    def push(self, body: bytes) -> bool:
        """True once the receiver has said 200."""
        if self.is_cooling_down:
            self.pushed.lost.append(body)
            return False
        for _attempt in range(1 + RETRIES):
            if self._once(body):
                self.pushed.stored += 1
                return True
            if self.is_cooling_down:
                break
        self.pushed.lost.append(body)
        return False

    def _once(self, body: bytes) -> bool:
        began = time.perf_counter()
        self.pushed.attempts += 1
        try:
            answer = self._client.post(self._address, content=body, headers=self._headers, timeout=ANSWER_SECONDS)
            is_stored = answer.status_code == 200
        except httpx.HTTPError:
            is_stored = False
        self.pushed.seconds.append(time.perf_counter() - began)
        self._failures = 0 if is_stored else self._failures + 1
        if self._failures >= self._most_failures:
            self._failures, self._cool_until = 0, time.monotonic() + self._cool_down_seconds
        return is_stored


def day(
    door: PlatformDoor,
    addresses: list[str],
    token: str,
    rng: random.Random,
    faults: Faults,
    alarm_share: float = ALARM_SHARE,
    meters: Container[str] = (),
) -> Iterator[tuple[bytes, bool]]:
    """Bodies without end, each with True where it repeats one: mostly quiet, now and then an alarm.

    `meters` are the addresses that are meters. An empty body stands for a turn in which nothing is said: a silent
    device's, or a camera's without an alarm.
    """
    mischief = Mischief(faults, rng)
    for address in itertools.cycle(addresses):
        is_said = False
        for turn in mischief.turns(address, datetime.now(HERE)):
            is_alarm = rng.random() < alarm_share
            if address in meters:
                body = _meter(door, address, turn.at, token, rng)
            else:
                body = _body(door, address, turn.at, token, rng, is_alarm)
            if not body:
                continue
            body = mischief.broken(body) if turn.is_broken else body
            is_said = True
            yield body, False
            if turn.is_repeated:
                yield body, True
        if not is_said:
            yield b"", False


def _meter(door: PlatformDoor, address: str, at: datetime, token: str, rng: random.Random) -> bytes:
    """A meter's counter and current, through a platform of an operator."""
    fields: dict[str, object] = {
        "Energy": round(energy(address, at), 2),
        "Current": round(rng.uniform(3, 40), 1),
        "RSRP": -rng.randint(70, 118),
    }
    return onenet(address, at, fields, token) if door is PlatformDoor.ONENET else ctwing(address, at, fields)


def _body(door: PlatformDoor, address: str, at: datetime, token: str, rng: random.Random, is_alarm: bool) -> bytes:
    fields: dict[str, object] = {
        "Alarm_Status": 1 if is_alarm else 7,
        "Temperature": round(rng.gauss(22, 3), 1),
        "Battery_Level": rng.randint(60, 100),
        "RSRP": -rng.randint(70, 118),
    }
    match door:
        case PlatformDoor.CTWING:
            return ctwing(address, at, fields)
        case PlatformDoor.ONENET:
            return onenet(address, at, fields, token)
        case PlatformDoor.GBT28181:
            return alarm_notice(address, at, 5, rng.choice((2, 4, 10, 11))) if is_alarm else b""
        case _:
            return status_info(address, at, 2 if is_alarm else 1)
