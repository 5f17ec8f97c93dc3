"""Playing a day over a real MQTT connection, at an honest rate."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import orjson
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from sqlalchemy import text

from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.rules.device_kinds import AreaKind, DeviceKind
from db.session import Record
from ingest.simulate.day import Day, SimulatedDevice

_DEVICES = text(
    """
    select d.code, d.kind, a.kind as area_kind, a.id as area_id from devices d left join areas a on a.id = d.area_id
    where d.retired_on is null and d.is_demo
    and exists (select from access_history h where h.venue_id = d.venue_id and h.accessed_until is null)
    order by hashint4(d.venue_id), d.id limit :n
    """
)


@dataclass(frozen=True, slots=True)
class Played:
    """How the play went."""

    messages: int
    seconds: float


def cast(record: Record, n: int) -> list[SimulatedDevice]:
    """Up to `n` demonstration devices of accessed venues, whole venues together."""
    with record.scoped(EVERYTHING) as session:
        rows = session.execute(_DEVICES, {"n": n}).all()
    if not rows:
        raise CannotStart("There are no demonstration devices to play; load the province with anwang demo load.")
    return [
        SimulatedDevice(code, DeviceKind(kind), AreaKind(area) if area else None, area_id)
        for code, kind, area, area_id in rows
    ]


def connect(mqtt_url: str) -> Client:
    """A connected client; `CannotStart` where the broker does not answer or refuses."""
    where = urlsplit(mqtt_url)
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1000)
    if where.username:
        client.username_pw_set(unquote(where.username), unquote(where.password or ""))
    if where.scheme == "mqtts":
        client.tls_set()
    settled = threading.Event()
    refusals: list[str] = []

    def connected(_client: Client, _data: object, _flags: object, reason: object, _properties: object) -> None:
        if getattr(reason, "is_failure", False):
            refusals.append(str(reason))
        settled.set()

    client.on_connect = connected
    address = f"{where.hostname}:{where.port}"
    try:
        client.connect(where.hostname or "127.0.0.1", where.port or 1883, keepalive=30)
    except OSError as error:
        raise CannotStart(f"The broker at {address} does not answer: {error}.") from error
    client.loop_start()
    if not settled.wait(5) or refusals:
        client.loop_stop()
        raise CannotStart(f"The broker at {address} refuses the devices' login: {refusals or ['no answer']}.")
    return client


def play(
    client: Client,
    devices: list[SimulatedDevice],
    rate: float,
    seed: int,
    is_over: Callable[[float], bool],
    report: Callable[[int], None] = lambda _sent: None,
) -> Played:
    """Publish `rate` messages a second at QoS 1 until `is_over(seconds)`; waits where the broker cannot keep up."""
    day = Day(devices, random.Random(seed))  # noqa: S311 - a play, not a secret
    started = time.monotonic()
    sent = 0
    while not is_over(elapsed := time.monotonic() - started):
        due = int(elapsed * rate) - sent
        if due <= 0:
            time.sleep(min(0.05, 1 / rate))
            continue
        for _message in range(min(due, 500)):
            now = datetime.now(UTC)
            spoken = day.next(now)
            body = orjson.dumps({"at": now.isoformat(timespec="milliseconds"), **spoken.fields})
            info = client.publish(f"anwang/v1/{spoken.device.code}/{spoken.signal.value}", body, qos=1)
            if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
                time.sleep(0.05)
            sent += 1
        report(sent)
    return Played(sent, time.monotonic() - started)
