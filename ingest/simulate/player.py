"""Playing a day over a real MQTT connection, at an honest rate."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from paho.mqtt.client import Client
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from db.errors import CannotStart
from db.rules.access_scope import EVERYTHING
from db.rules.device_kinds import AreaKind, DeviceKind
from db.session import Record
from ingest.simulate.day import Day
from ingest.simulate.faults import Faults, Mischief
from ingest.simulate.speech import SimulatedDevice, Spoken

MOST_UNCONFIRMED = 2000
"""Beyond this the broker is behind, and the play waits for it rather than pretend."""
LAST_WORD_SECONDS = 5.0

_DEVICES = text(
    """
    select d.code, d.kind, a.kind as area_kind, a.id as area_id, d.venue_id
    from devices d left join areas a on a.id = d.area_id
    where d.retired_on is null and d.is_demo
    and exists (select from access_history h where h.venue_id = d.venue_id and h.accessed_until is null)
    order by hashint4(d.venue_id), d.id limit :n
    """
)


@dataclass(frozen=True, slots=True)
class Played:
    """How the play went."""

    messages: int
    confirmed: int
    """Messages that the broker has acknowledged."""
    seconds: float
    broken: int = 0
    """Messages that were spoilt on purpose; they belong into the dead letters."""
    repeated: int = 0
    late: int = 0
    unsaid: int = 0
    """Turns of devices that are silent on purpose."""

    @property
    def rate(self) -> float:
        return self.messages / self.seconds if self.seconds else 0.0


def cast(record: Record, n: int) -> list[SimulatedDevice]:
    """Up to `n` demonstration devices of accessed venues, whole venues together."""
    try:
        with record.scoped(EVERYTHING) as session:
            rows = session.execute(_DEVICES, {"n": n}).all()
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise CannotStart(f"The devices to play are in the database, which does not answer: {reason}.") from error
    if not rows:
        raise CannotStart("There are no demonstration devices to play; load the province with anwang demo load.")
    return [
        SimulatedDevice(
            row.code,
            DeviceKind(row.kind),
            AreaKind(row.area_kind) if row.area_kind else None,
            row.area_id,
            row.venue_id,
        )
        for row in rows
    ]


class Player:
    """Publishes at QoS 1 and counts what the broker confirms."""

    def __init__(self, client: Client, day: Day, rate: float, mischief: Mischief | None = None) -> None:
        self._client, self._day, self._rate = client, day, rate
        self._mischief = mischief or Mischief(Faults(), random.Random(0))  # noqa: S311 - a play
        self.stopping = threading.Event()
        self.sent = self.confirmed = 0
        self._broken = self._repeated = self._late = self._unsaid = 0
        client.on_publish = self._on_publish

    def play(self, seconds: float = 0, report: Callable[[Played], None] = lambda _played: None) -> Played:
        """Until `stopping` is set or `seconds` are over (0: never); then wait for the broker's last confirmations."""
        began = time.monotonic()
        owed = 0.0
        before = began
        while not self.stopping.is_set() and not (seconds and time.monotonic() - began >= seconds):
            now = time.monotonic()
            # A play that fell behind by more than a second says so by its rate; it does not catch up in a flood.
            owed = min(owed + (now - before) * self._rate, max(1.0, self._rate))
            before = now
            while owed >= 1 and self.sent - self.confirmed < MOST_UNCONFIRMED:
                owed -= max(1, self._say(self._day.next(datetime.now(UTC))))
            report(self._played(now - began))
            self.stopping.wait(min(0.05, 1 / self._rate))
        took = time.monotonic() - began
        self._await_confirmations()
        return self._played(took)

    def _played(self, seconds: float) -> Played:
        counted = self._broken, self._repeated, self._late, self._unsaid
        return Played(self.sent, self.confirmed, seconds, *counted)

    def _say(self, spoken: Spoken) -> int:
        """Publish what the turn becomes; answers how many messages that was."""
        before, topic = self.sent, f"anwang/v1/{spoken.device.code}/{spoken.signal.value}"
        for turn in self._mischief.turns(spoken.device.code, datetime.now(UTC)):
            body = orjson.dumps({"at": turn.at.isoformat(timespec="milliseconds"), **spoken.fields})
            wire = self._mischief.broken(body) if turn.is_broken else body
            for _time in range(1 + turn.is_repeated):
                self._publish(topic, wire)
                self._broken += turn.is_broken
            self._repeated += turn.is_repeated
            self._late += turn.is_late
        self._unsaid += self.sent == before
        return self.sent - before

    def _publish(self, topic: str, body: bytes) -> None:
        self.sent += 1
        self._client.publish(topic, body, qos=1)

    def _on_publish(self, *_told: object) -> None:
        self.confirmed += 1

    def _await_confirmations(self) -> None:
        deadline = time.monotonic() + LAST_WORD_SECONDS
        while self.confirmed < self.sent and time.monotonic() < deadline:
            time.sleep(0.02)
