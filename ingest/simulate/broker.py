"""A device's connection to the broker."""

import threading

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from db.broker_trust import SYSTEM, BrokerTrust, context, why_not
from db.errors import CannotStart
from ingest.mqtt.connection import login_of

PATIENCE_SECONDS = 5.0


def connect(mqtt_url: str, trust: BrokerTrust = SYSTEM) -> Client:
    """A connected client with its network thread running; `CannotStart` where the broker does not let it in."""
    login = login_of(mqtt_url)
    host, port = login.host, login.port
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect_timeout = PATIENCE_SECONDS
    client.max_inflight_messages_set(1000)
    if login.name:
        client.username_pw_set(login.name, login.password)
    if login.has_tls:
        client.tls_set_context(context(trust))
    answered = threading.Event()
    refusals: list[str] = []

    def connected(
        _client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            refusals.append(str(reason))
        answered.set()

    client.on_connect = connected
    try:
        client.connect(host, port, keepalive=30)
    except OSError as error:
        raise CannotStart(f"The broker at {host}:{port} does not answer: {why_not(error)}.") from error
    client.loop_start()
    if not answered.wait(PATIENCE_SECONDS) or refusals:
        client.loop_stop()
        raise CannotStart(f"The broker at {host}:{port} refuses the devices' login: {(refusals or ['no answer'])[0]}.")
    return client
