"""A device's connection to the broker."""

import threading
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, ConnectFlags
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from db.errors import CannotStart

PATIENCE_SECONDS = 5.0


def connect(mqtt_url: str) -> Client:
    """A connected client with its network thread running; `CannotStart` where the broker does not let it in."""
    where = urlsplit(mqtt_url)
    host, port = where.hostname or "127.0.0.1", where.port or (8883 if where.scheme == "mqtts" else 1883)
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect_timeout = PATIENCE_SECONDS
    client.max_inflight_messages_set(1000)
    if where.username:
        client.username_pw_set(unquote(where.username), unquote(where.password or ""))
    if where.scheme == "mqtts":
        client.tls_set()
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
        reason = error.strerror or str(error) or type(error).__name__
        raise CannotStart(f"The broker at {host}:{port} does not answer: {reason}.") from error
    client.loop_start()
    if not answered.wait(PATIENCE_SECONDS) or refusals:
        client.loop_stop()
        raise CannotStart(f"The broker at {host}:{port} refuses the devices' login: {(refusals or ['no answer'])[0]}.")
    return client
