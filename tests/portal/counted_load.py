"""Messages through an installation's doors, each counted once its door has said that it has it."""

import itertools
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import Connection, text

from db.addresses import Addresses, read_secrets
from db.settings import Settings
from ingest.mqtt.connection import login_of
from tests import factories
from tests.ingest.platforms.bodies import ctwing, written

MQTT_PAUSE_SECONDS = 0.003
PUSH_PAUSE_SECONDS = 0.03
LAST_WORD_SECONDS = 30.0

Key = tuple[str, datetime]
"""A device's code with the moment of its message: no two messages share it."""


class CountedLoad:
    """Twenty detectors at the broker and one behind a platform, for as long as the block lasts."""

    def __init__(self, settings: Settings, found: Addresses, owner: Connection) -> None:
        venue = factories.venue(owner)
        self.codes = [factories.device(owner, venue)[1] for _n in range(20)]
        device, self.pushed_code = factories.device(owner, venue)
        self.imei = f"86037{device:010d}"
        owner.execute(
            text(
                "insert into device_addresses (door, address, device_id, venue_id, county)"
                " values ('ctwing', :imei, :device, :venue, :county)"
            ),
            {"imei": self.imei, "device": device, "venue": venue.id, "county": venue.county},
        )
        self.door = f"http://127.0.0.1:{settings.portal_port}/api/v1/nbiot/ctwing/"
        self.door += read_secrets(settings.var_dir)["ctwing_door"]
        self.mqtt_url = found.mqtt_device
        self.confirmed: set[Key] = set()
        """What the broker acknowledged, and what the receiver answered 200 for."""
        self.turned_away = 0
        self._start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
        self._ending = threading.Event()

    @contextmanager
    def flowing(self) -> Iterator[None]:
        threads = [threading.Thread(target=run) for run in (self._publish, self._push)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join(LAST_WORD_SECONDS + 10)

    def on_record(self, owner: Connection) -> list[Key]:
        """Every row of these devices, with repeats where there are any."""
        found = owner.execute(
            text(
                "select d.code, s.observed_at from signals s join devices d on d.id = s.device_id"
                " where d.code = any (:codes) and s.signal = 'smoke'"
            ),
            {"codes": [*self.codes, self.pushed_code]},
        )
        return [(code, at) for code, at in found]

    def _publish(self) -> None:
        """As devices do: what the broker has not acknowledged is said again after a connection that broke."""
        login = login_of(self.mqtt_url)
        client = Client(CallbackAPIVersion.VERSION2, client_id=f"counted-{id(self)}", clean_session=False)
        client.username_pw_set(login.name, login.password)
        client.reconnect_delay_set(1, 1)
        client.max_inflight_messages_set(200)
        confirmed: set[int] = set()
        client.on_publish = lambda _client, _data, number, _reason, _properties: confirmed.add(number)
        client.connect(login.host, login.port)
        client.loop_start()
        said: dict[int, Key] = {}
        for n in itertools.count():
            if self._ending.wait(MQTT_PAUSE_SECONDS):
                break
            at = self._start + timedelta(milliseconds=n)
            code = self.codes[n % len(self.codes)]
            body = f'{{"at": "{at.isoformat()}", "value": 0.0{n % 9 + 1}}}'
            said[client.publish(f"anwang/v1/{code}/smoke", body, qos=1).mid] = code, at
        deadline = time.monotonic() + LAST_WORD_SECONDS
        while time.monotonic() < deadline and len(confirmed) < len(said):
            time.sleep(0.1)
        self.confirmed |= {said[number] for number in confirmed}
        client.disconnect()
        client.loop_stop()

    def _push(self) -> None:
        """As a platform does: what is not answered 200 is pushed again."""
        for n in itertools.count():
            if self._ending.wait(PUSH_PAUSE_SECONDS):
                return
            at = self._start + timedelta(milliseconds=n)
            body = ctwing(int(at.timestamp() * 1000), {"Alarm_Status": 0, "TData": 21}, IMEI=self.imei, deviceId=...)
            while not self._is_taken(written(body)) and not self._ending.wait(0.2):
                self.turned_away += 1
            if not self._ending.is_set():
                self.confirmed.add((self.pushed_code, at))

    def _is_taken(self, body: bytes) -> bool:
        asked = urllib.request.Request(self.door, data=body, headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def seen_twice(rows: list[Any]) -> list[Any]:
    counted: dict[Any, int] = {}
    for row in rows:
        counted[row] = counted.get(row, 0) + 1
    return [row for row, times in counted.items() if times > 1]
