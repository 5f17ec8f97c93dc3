"""The gateway's connection to the broker: a persistent session, acknowledged message by message.

MQTT 3.1.1: in this client MQTT 5 costs half as much time again for each message, and brings nothing that we need.
"""

import logging
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from db.broker_trust import SYSTEM, BrokerTrust, context, why_not
from ingest.messages import DeviceMessage, Received, Refused
from ingest.mqtt.block_client import BlockClient, Published
from ingest.mqtt.payload import decode
from ingest.mqtt.waiting import Waiting

log = logging.getLogger("anwang.gateway")

SUBSCRIPTION = "anwang/v1/+/+"
SHARED_SUBSCRIPTION = f"$share/anwang/{SUBSCRIPTION}"
"""Each message goes to one of several gateways, and waits for that one while it is away.

mosquitto 2.0 forgets it when it starts anew, and confirms what comes until the gateways ask again to nobody: a
gateway alone therefore subscribes plainly, which it remembers.
"""
LAST_WORD_SECONDS = 3.0
MOST_WAITING = 60_000
"""Beyond this we read no further until some are recorded: what a broker may send unacknowledged is for it to say."""


class Login(NamedTuple):
    """Where a broker is, and who asks."""

    host: str
    port: int
    name: str
    password: str
    has_tls: bool


def login_of(mqtt_url: str) -> Login:
    """mqtt://name:password@host:port, or mqtts for TLS; ports 1883 and 8883 unless named."""
    where = urlsplit(mqtt_url)
    has_tls = where.scheme == "mqtts"
    return Login(
        where.hostname or "127.0.0.1",
        where.port or (8883 if has_tls else 1883),
        unquote(where.username or ""),
        unquote(where.password or ""),
        has_tls,
    )


class Delivery(NamedTuple):
    """One message as the broker brought it, with what is needed to acknowledge it."""

    received: Received
    message: DeviceMessage | Refused
    number: int
    """The broker's number for it on this session; 0 where the message came at QoS 0 and is not acknowledged."""
    is_again: bool
    """The broker has brought it before and saw no acknowledgement."""
    connection: int
    session: int


class BrokerConnection:
    """Deliveries come in by the block; what is not acknowledged stays with the broker."""

    def __init__(self, mqtt_url: str, client_id: str, *, is_shared: bool = False, trust: BrokerTrust = SYSTEM) -> None:
        login = login_of(mqtt_url)
        self.host, self.port = login.host, login.port
        self._wanted, self._unwanted = SUBSCRIPTION, SHARED_SUBSCRIPTION
        if is_shared:
            self._wanted, self._unwanted = self._unwanted, self._wanted
        self.deliveries: Waiting[Delivery] = Waiting(MOST_WAITING)
        self.is_listening = threading.Event()
        self._connections = self._sessions = 0
        self.heard = 0
        """How many messages have come in, repeats among them."""
        self._is_leaving = False
        self._said = ""
        self._last_at = datetime.min.replace(tzinfo=UTC)
        self._client = BlockClient(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=False,
            manual_ack=True,
            on_publishes=self._on_publishes,
        )
        # A callback that raises would end the network's thread, and leave a gateway that is deaf and looks alive.
        self._client.suppress_exceptions = True
        self._client.enable_logger(log.getChild("paho"))
        log.getChild("paho").setLevel(logging.WARNING)
        if login.name:
            self._client.username_pw_set(login.name, login.password)
        if login.has_tls:
            self._client.tls_set_context(context(trust))
        self._client.reconnect_delay_set(1, 10)
        self._client.on_connect = self._on_connect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect

    def open(self) -> None:
        """Begin to connect; a broker that is away is tried until `close`."""
        self._client.connect_async(self.host, self.port, keepalive=30)
        self._client.loop_start()

    def close(self) -> None:
        """Leave once the broker has our acknowledgements; the session waits for our return.

        To hang up while messages pour in resets the connection, and the broker never reads what we said last.
        So ask once more for what we have, and wait for the answer: it comes after everything said before.
        """
        self._is_leaving = True
        if self.is_listening.is_set():
            self.is_listening.clear()
            self._subscribe()
            self.is_listening.wait(LAST_WORD_SECONDS)
        self._client.disconnect()
        self._client.loop_stop()

    def check(self) -> None:
        """`RuntimeError` where the network's thread has ended: better started anew than deaf."""
        if self._client._thread is None:
            raise RuntimeError("the connection to the broker has ended by a fault of its own")

    def publish(self, topic: str, payload: bytes) -> MQTTMessageInfo:
        """Give the broker a message for a device, at QoS 1; one that is away is tried again by the client."""
        return self._client.publish(topic, payload, qos=1)

    def acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        """Let the broker forget them. Those of an earlier connection come again, and are told by `Redeliveries`."""
        current = self._connections
        self._client.acknowledge([each.number for each in deliveries if each.number and each.connection == current])

    def _on_connect(
        self, _client: Client, _data: object, flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.error("the broker at %s:%s refuses the gateway: %s", self.host, self.port, reason)
            return
        self._connections += 1
        self._said = ""
        # What waits here may come again, and is told by `Redeliveries`; a broker that was killed may have forgotten it.
        if not flags.session_present:
            self._sessions += 1
        self._subscribe()

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        """Said once, not at each try; paho calls this while it handles the error."""
        error = sys.exc_info()[1]
        why = why_not(error) if error is not None else "no reason given"
        if why != self._said:
            self._said = why
            log.error("the broker at %s:%s cannot be reached: %s", self.host, self.port, why)

    def _subscribe(self) -> None:
        self._client.subscribe(self._wanted, qos=1)
        self._client.unsubscribe(self._unwanted)  # of a session that was begun with other settings

    def _on_subscribe(
        self, _client: Client, _data: object, _number: int, reasons: list[ReasonCode], _properties: Properties | None
    ) -> None:
        if any(reason.is_failure for reason in reasons):
            log.error("the broker does not let the gateway read %s: %s", self._wanted, reasons[0])
            return
        if not self._is_leaving:
            log.info("listening on %s:%s", self.host, self.port)
        self.is_listening.set()

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self.is_listening.clear()
        if flags.is_disconnect_packet_from_server or reason.is_failure:
            log.warning("the broker is away: %s", reason)

    def _on_publishes(self, block: list[Published]) -> None:
        """Take a block over and decode it, in this thread: the gateway's mostly waits for the database.

        Copies that the broker kept for whoever subscribes were news once, and are not read. What calls itself an alarm
        goes before all readings that wait (GB/T 26875.1: fire alarms pre-empt all other traffic).
        """
        retained = [each.number for each in block if each.is_retained]
        if retained:
            self._client.acknowledge([number for number in retained if number])
        deliveries = [self._delivery(each) for each in block if not each.is_retained]
        self.heard += len(deliveries)
        urgent = [each for each in deliveries if _is_alarm(each.message)]
        if urgent:
            self.deliveries.put_urgent(urgent)
            deliveries = [each for each in deliveries if not _is_alarm(each.message)]
        while deliveries and not self._is_leaving and not self.deliveries.put(deliveries, timeout=1):
            pass

    def _delivery(self, packet: Published) -> Delivery:
        received = Received("mqtt", _written(packet.topic), packet.payload, self._now())
        message = decode(received.peer, received.payload, received.received_at)
        return Delivery(received, message, packet.number, packet.is_again, self._connections, self._sessions)

    def _now(self) -> datetime:
        """Never the same moment twice: two messages without a time of their own are two signals."""
        self._last_at = max(datetime.now(UTC), self._last_at + timedelta(microseconds=1))
        return self._last_at


def _is_alarm(message: DeviceMessage | Refused) -> bool:
    return isinstance(message, DeviceMessage) and message.alarm is True


def _written(topic: bytes) -> str:
    try:
        return topic.decode()
    except UnicodeDecodeError:
        return repr(topic)
