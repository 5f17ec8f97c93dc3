"""The MQTT gateway: micro-batches, each acknowledged to the broker only after its commit."""

import logging
import queue
import threading
import time
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from ingest.accept import Accepted, Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import Received, Refused
from ingest.mqtt.payload import SUBSCRIPTION, decode

log = logging.getLogger("anwang.gateway")

FEED = "mqtt gateway"
CLIENT_ID = "anwang-gateway"
ALIVE_SECONDS = 2.0
MOST_WAITING = 20_000
_ALIVE = text(
    "insert into feeds (name, alive_at, accepted, refused) values (:name, :now, :accepted, :refused)"
    " on conflict (name) do update set alive_at = excluded.alive_at,"
    " accepted = feeds.accepted + excluded.accepted, refused = feeds.refused + excluded.refused"
)


class Gateway:
    """One subscriber with a persistent session. What is not committed stays with the broker."""

    def __init__(self, record: Record, mqtt_url: str, settings: Settings, client_id: str = CLIENT_ID) -> None:
        self.record, self.settings = record, settings
        self.devices = KnownDevices()
        self.waiting: queue.Queue[Received] = queue.Queue()
        self.stopping = threading.Event()
        self.accepted = self.refused = 0
        self.alive_at = 0.0
        where = urlsplit(mqtt_url)
        self.host, self.port = where.hostname or "127.0.0.1", where.port or (8883 if where.scheme == "mqtts" else 1883)
        self.client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=True,
        )
        if where.username:
            self.client.username_pw_set(unquote(where.username), unquote(where.password or ""))
        if where.scheme == "mqtts":
            self.client.tls_set()
        self.client.max_queued_messages_set(0)
        self.client.reconnect_delay_set(1, 10)
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_message = self._on_message

    def run(self) -> None:
        """Until `stop()`: take, record, acknowledge. A broker or database that is away is waited for."""
        self.client.connect_async(self.host, self.port, keepalive=30)
        self.client.loop_start()
        try:
            while not self.stopping.is_set():
                self._settle(self._gather())
            self._settle(self._rest())
        finally:
            self.client.disconnect()
            self.client.loop_stop()

    def stop(self) -> None:
        self.stopping.set()

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("the broker refused the gateway: %s", reason)
            return
        # What was taken on the old connection and not acknowledged comes again on this one.
        self._rest()
        client.subscribe(SUBSCRIPTION, qos=1)
        log.info("listening on %s:%s", self.host, self.port)

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self.stopping.is_set():
            log.warning("the broker is away: %s", reason)

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = repr(message._topic)
        self.waiting.put(Received("mqtt", topic, bytes(message.payload), datetime.now(UTC), message.mid))

    def _gather(self) -> list[Received]:
        """Wait for a message, then take what else comes until the batch is full or old enough."""
        try:
            batch = [self.waiting.get(timeout=ALIVE_SECONDS / 2)]
        except queue.Empty:
            return []
        deadline = time.monotonic() + self.settings.gateway_batch_seconds
        while len(batch) < self.settings.gateway_batch_messages:
            try:
                batch.append(self.waiting.get(timeout=max(0.0, deadline - time.monotonic())))
            except queue.Empty:
                break
        return batch

    def _rest(self) -> list[Received]:
        batch = []
        while not self.waiting.empty():
            batch.append(self.waiting.get_nowait())
        return batch

    def _settle(self, batch: list[Received]) -> None:
        """Record the batch, again and again while the database is away; then acknowledge."""
        wait = 0.2
        while True:
            try:
                self._record(batch)
                break
            except (OperationalError, DBAPIError) as error:
                log.warning("not recorded yet: %s", str(error.orig).strip().splitlines()[0])
                if self._is_poison(error, batch):
                    break
                if self.stopping.wait(wait):
                    return
                wait = min(wait * 2, 5.0)
        for received in batch:
            self.client.ack(received.token, 1)

    def _is_poison(self, error: DBAPIError, batch: list[Received]) -> bool:
        """A message that the database itself refuses is put aside alone, so that it stops nobody."""
        if isinstance(error, OperationalError) or error.connection_invalidated or not batch:
            return False
        for received in batch:
            try:
                self._record([received])
            except OperationalError:
                return False
            except DBAPIError as reason:
                words = str(reason.orig).strip().splitlines()[0]
                self._commit([Arrival(received, Refused(f"The record refuses it: {words}."))])
        return True

    def _record(self, batch: list[Received]) -> None:
        arrivals = [
            Arrival(received, decode(received.peer, received.payload, received.received_at)) for received in batch
        ]
        if arrivals or time.monotonic() - self.alive_at > ALIVE_SECONDS:
            self._commit(arrivals)

    def _commit(self, arrivals: list[Arrival]) -> None:
        now = datetime.now(UTC)
        is_due = time.monotonic() - self.alive_at > ALIVE_SECONDS
        with self.record.scoped(EVERYTHING) as session:
            done = accept(session, arrivals, self.devices, now) if arrivals else Accepted(0, 0, 0, 0)
            counts = {"accepted": self.accepted + done.signals + done.repeats, "refused": self.refused + done.refused}
            if is_due:
                session.execute(_ALIVE, {"name": FEED, "now": now, **counts})
        if is_due:
            self.alive_at, self.accepted, self.refused = time.monotonic(), 0, 0
        else:
            self.accepted, self.refused = counts["accepted"], counts["refused"]
