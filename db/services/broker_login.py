"""Whether a broker lets us in."""

import os
import time
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from db.broker_trust import SYSTEM, BrokerTrust, context, why_not


def refusal(mqtt_url: str, seconds: float = 5, trust: BrokerTrust = SYSTEM) -> str | None:
    """Why the broker at `mqtt_url` does not let us in; None where it does."""
    where = urlsplit(mqtt_url)
    verdict: list[str | None] = []
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"anwang-check-{os.getpid()}")
    if where.username:
        client.username_pw_set(unquote(where.username), unquote(where.password or ""))
    if where.scheme == "mqtts":
        client.tls_set_context(context(trust))
    client.connect_timeout = seconds
    client.on_connect = lambda _client, _data, _flags, reason, _properties: verdict.append(
        str(reason) if reason.is_failure else None
    )
    try:
        client.connect(where.hostname or "127.0.0.1", where.port or (8883 if where.scheme == "mqtts" else 1883))
        deadline = time.monotonic() + seconds
        state = MQTTErrorCode.MQTT_ERR_SUCCESS
        while not verdict and state is MQTTErrorCode.MQTT_ERR_SUCCESS and time.monotonic() < deadline:
            state = client.loop(timeout=0.1)
        client.disconnect()
    except (OSError, ValueError) as error:
        return why_not(error)
    if verdict:
        return verdict[0]
    if state is MQTTErrorCode.MQTT_ERR_SUCCESS:
        return f"no answer within {seconds:.0f} s"
    wanted = "; it may want a certificate (ANWANG_MQTT_CERTIFICATE)" if where.scheme == "mqtts" else ""
    return f"it hung up{wanted}"
