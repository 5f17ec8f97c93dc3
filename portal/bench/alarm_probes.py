"""Alarms of known moment, published as a device would and awaited on a leader's event stream."""

import json
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import httpx
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from sqlalchemy import text

from db.rules.access_scope import EVERYTHING
from db.session import Record
from portal.bench.own_installation import OwnInstallation

PATIENCE_SECONDS = 30.0
_DETECTORS = text(
    """
    select venue_id, code from (
        select distinct on (d.venue_id) d.venue_id, d.code from devices d
        where d.kind = 'smoke_detector' and d.retired_on is null order by d.venue_id, d.id
    ) one order by md5(venue_id::text)
    """
)
"""One of each venue, in an order that goes all over the province."""
_ALARMS = text("select count(distinct venue_id) from alarms where venue_id = any (:venues) and raised_at >= :since")


class Probes:
    """Each rings at a venue of its own."""

    def __init__(self, own: OwnInstallation, record: Record) -> None:
        self._own, self._record = own, record
        self.published_at: dict[int, float] = {}
        """Monotonic seconds, by venue."""
        self._seen_at: dict[int, float] = {}
        self._is_over = False
        self._listening = threading.Event()

    def __enter__(self) -> Self:
        with self._record.scoped(EVERYTHING) as session:
            self._detectors = iter(session.execute(_DETECTORS).all())
        where = urlsplit(self._own.addresses.mqtt_device)
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.max_inflight_messages_set(1000)
        self._client.username_pw_set(unquote(where.username or ""), unquote(where.password or ""))
        self._client.connect(where.hostname or "127.0.0.1", where.port or 1883)
        self._client.loop_start()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        if not self._listening.wait(PATIENCE_SECONDS):
            raise RuntimeError("the event stream does not begin")
        self._await_the_gateway()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._client.disconnect()
        self._client.loop_stop()

    def steadily(self, per_second: float, seconds: float) -> dict[str, Any]:
        """So many a second for so long; milliseconds from publishing to the event."""
        return self._ring(int(per_second * seconds), 1 / per_second)

    def burst(self, alarms: int, seconds: float) -> dict[str, Any]:
        """So many within so long, each at a venue of its own."""
        since = datetime.now(UTC)
        figures = self._ring(alarms, seconds / alarms)
        with self._record.scoped(EVERYTHING) as session:
            on_record = session.scalar(_ALARMS, {"venues": figures.pop("venues"), "since": since})
        return {"alarms": alarms, "seconds": seconds, "on_record": on_record, "ms": figures}

    def _await_the_gateway(self) -> None:
        """One alarm that need not be quick: the gateway may still be starting."""
        self._ring(1, 0)

    def _ring(self, alarms: int, pause: float) -> dict[str, Any]:
        began = time.monotonic()
        venues = []
        for n in range(alarms):
            time.sleep(max(0.0, began + n * pause - time.monotonic()))
            venue, code = next(self._detectors)
            venues.append(venue)
            self.published_at[venue] = time.monotonic()
            body = {"at": datetime.now(UTC).isoformat(), "alarm": True, "value": 0.5}
            self._client.publish(f"anwang/v1/{code}/smoke", json.dumps(body), qos=1)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and not all(venue in self._seen_at for venue in venues):
            time.sleep(0.02)
        return {"published": alarms, **self._timings(venues), "venues": venues}

    def _timings(self, venues: list[int]) -> dict[str, Any]:
        taken = sorted((self._seen_at[v] - self.published_at[v]) * 1000 for v in venues if v in self._seen_at)

        def at(share: float) -> float | None:
            return round(taken[min(len(taken) - 1, int(share * len(taken)))], 1) if taken else None

        return {"on_stream": len(taken), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99)}

    def _listen(self) -> None:
        leader = self._own.account("leader")
        with httpx.Client(base_url=self._own.base, headers={"Origin": self._own.base}, timeout=60) as browser:
            browser.post("/login", data={"login": leader.login, "password": leader.password})
            while not self._is_over:
                with suppress(httpx.HTTPError), browser.stream("GET", "/live") as answer:
                    answer.raise_for_status()
                    self._read(answer)

    def _read(self, answer: httpx.Response) -> None:
        for line in answer.iter_lines():
            self._listening.set()
            if line.startswith("data:") and '"alarm"' in line:
                alarm = json.loads(line[5:]).get("alarm")
                if isinstance(alarm, dict):
                    self._seen_at.setdefault(alarm["venue_id"], time.monotonic())
            if self._is_over:
                return
