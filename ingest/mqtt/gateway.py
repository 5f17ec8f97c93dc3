"""The MQTT gateway: micro-batches, each acknowledged to the broker only after its commit."""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db.broker_trust import trust_of
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from ingest.accept import Accepted, Arrival
from ingest.batch_writer import BatchWriter, words_of
from ingest.feed import Feed
from ingest.mqtt.connection import BrokerConnection, Delivery
from ingest.mqtt.downwards import Downwards
from ingest.mqtt.held import Held
from ingest.mqtt.lanes import Lanes
from ingest.mqtt.redeliveries import Redeliveries

log = logging.getLogger("anwang.gateway")

FEED = "mqtt gateway"
LANES = 2
"""While one batch waits for the database, the next is packed."""
IDLE_SECONDS = 0.5
FULL = "the dead letters are full (ANWANG_DEAD_LETTER_QUOTA_MB); refused messages wait at the broker"
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0


_RETIRE = text("delete from feeds where left(name, :ours) = :prefix and not name = any (:wanted)")


class Gateway:
    """One subscriber with a persistent session. What is not committed stays with the broker."""

    def __init__(
        self, record: Record, mqtt_url: str, settings: Settings, client_id: str = "", *, number: int = 1
    ) -> None:
        """`number` tells this machine's gateways apart, at the broker and among the feeds."""
        client_id = client_id or f"anwang-{settings.gateway_name}-{number}"
        self.settings = settings
        self._number = number
        self.writer = BatchWriter(record, settings)
        is_shared = settings.gateway_shared or settings.gateway_processes > 1
        self.connection = BrokerConnection(mqtt_url, client_id, is_shared=is_shared, trust=trust_of(settings))
        self.downwards = Downwards(self.connection.publish)
        self.redeliveries = Redeliveries()
        self.held = Held()
        self.feed = Feed(_feed_name(settings.gateway_name, number))
        self._lanes: Lanes[Accepted] = Lanes(LANES)
        self._holding = threading.Lock()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Until `stop()`: take, record, acknowledge. A broker or database that is away is waited for."""
        self.writer.prepare()
        if self._number == 1:
            self._retire_siblings()
        self.connection.open()
        try:
            while not self._stopping.is_set():
                self._give(self._gather())
                self._give(self._due(), is_news=False)
                self._beat()
                self._send_down()
                self.connection.check()
            self._give(self._waiting())
            self._lanes.finish()
            self._beat(is_last=True)
        finally:
            self.connection.close()

    def _retire_siblings(self) -> None:
        """Feeds of gateways beyond the number that is wanted now: they would look dead for ever."""
        wanted = [_feed_name(self.settings.gateway_name, n) for n in range(1, self.settings.gateway_processes + 1)]
        ours = _feed_name(self.settings.gateway_name, 2)[:-1]
        try:
            with self.writer.record.scoped(EVERYTHING) as session:
                session.execute(_RETIRE, {"wanted": [*wanted, self.feed.name], "ours": len(ours), "prefix": ours})
        except SQLAlchemyError as error:
            log.warning("feeds of retired gateways stay: %s", words_of(error))

    def stop(self) -> None:
        """Finish what has arrived, and leave."""
        self._stopping.set()

    def _gather(self) -> list[Delivery]:
        """Wait for a message, then take what else comes until the batch is full or old enough."""
        batch = list(self.connection.deliveries.get(IDLE_SECONDS))
        deadline = time.monotonic() + self.settings.gateway_batch_seconds
        while batch and len(batch) < self.settings.gateway_batch_messages:
            more = self.connection.deliveries.get(max(0.0, deadline - time.monotonic()))
            if not more:
                break
            batch += more
        return batch

    def _waiting(self) -> list[Delivery]:
        batch: list[Delivery] = []
        while more := self.connection.deliveries.get(0):
            batch += more
        return batch

    def _due(self) -> list[Delivery]:
        with self._holding:
            return self.held.due()

    def _give(self, batch: list[Delivery], is_news: bool = True) -> None:
        """Let the batch be recorded beside the one before it, and acknowledged after that one."""
        if not batch:
            return
        fresh = self.redeliveries.first_time(batch) if is_news else batch
        arrivals = [Arrival(delivery.received, delivery.message) for delivery in fresh]
        self._lanes.give(lambda: self._recorded(arrivals), lambda done: self._release(batch, done))

    def _recorded(self, arrivals: Sequence[Arrival]) -> Accepted | None:
        """How it went, tried again and again while the database is away; None where the gateway is to leave first."""
        wait = FIRST_WAIT_SECONDS
        while arrivals:
            try:
                return self.writer.write(arrivals)
            except Exception as error:
                log.warning("not recorded yet: %s", words_of(error), exc_info=not isinstance(error, SQLAlchemyError))
            if self._stopping.wait(wait):
                return None
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        return Accepted()

    def _release(self, batch: list[Delivery], done: Accepted) -> None:
        """Acknowledge what is on record; hold what found no room, and give up what is too much to hold."""
        with self._holding:
            self.feed.count(done.taken, done.refused)
            was_holding = bool(self.held)
            recorded = self.held.hold(batch, done.held)
            given_up = self.held.overflow()
            if self.held and not was_holding:
                log.error(
                    "the dead letters are full (ANWANG_DEAD_LETTER_QUOTA_MB); refused messages wait at the broker"
                )
            if given_up:
                self.feed.count_lost(len(given_up))
                log.error("%s refused messages are lost: the dead letters are full", len(given_up))
        self.connection.acknowledge([*recorded, *given_up])

    def _send_down(self) -> None:
        """Silences for devices; the first gateway of a machine sees to them."""
        now = datetime.now(UTC)
        if self._number != 1 or not self.connection.is_listening.is_set() or not self.downwards.is_due(now):
            return
        try:
            with self.writer.record.scoped(EVERYTHING) as session:
                self.downwards.turn(session, now)
        except SQLAlchemyError as error:
            log.warning("no silence is sent down: %s", words_of(error))

    def _beat(self, is_last: bool = False) -> None:
        """A sign of life while the broker is heard; with both lanes held up there is none."""
        if not (self.feed.is_due or is_last) or not self.connection.is_listening.is_set():
            return
        try:
            with self.writer.record.scoped(EVERYTHING) as session, self._holding:
                self.feed.write(session, datetime.now(UTC), 0, 0)
        except SQLAlchemyError as error:
            log.warning("no sign of life: %s", words_of(error))
        else:
            with self._holding:
                self.feed.written()


def _feed_name(name: str, number: int) -> str:
    """A gateway's own: two that shared a row would hide each other's death."""
    return FEED if (name, number) == ("gateway", 1) else f"{FEED} {name} {number}"
