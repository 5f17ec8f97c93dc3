"""A subscriber that only counts: what the broker can hand on where nothing is done with it."""

import argparse
import json
import threading
import time

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.block_client import BlockClient, Published
from ingest.mqtt.connection import login_of

SUBSCRIPTION = "anwang/v1/#"


class Counter:
    """Acknowledges at once."""

    def __init__(self, mqtt_url: str) -> None:
        self.messages = 0
        self.listening = threading.Event()
        login = login_of(mqtt_url)
        self._client = BlockClient(
            CallbackAPIVersion.VERSION2, client_id="anwang-counter", manual_ack=True, on_publishes=self._count
        )
        self._client.username_pw_set(login.name, login.password)
        self._client.on_connect = lambda client, *_told: self._subscribe(client)
        self._client.on_subscribe = lambda *_told: self.listening.set()
        self._client.connect(login.host, login.port)
        self._client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: Client) -> None:
        client.subscribe(SUBSCRIPTION, qos=1)

    def _count(self, block: list[Published]) -> None:
        self.messages += len(block)
        self._client.acknowledge([each.number for each in block if each.number])


def main() -> None:
    """`listening` on standard output once it does; after so many seconds the messages as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    given = parser.parse_args()
    counter = Counter(given.url)
    counter.listening.wait(10)
    print("listening", flush=True)
    time.sleep(given.seconds)
    print(json.dumps({"messages": counter.messages, "seconds": given.seconds}), flush=True)
    counter.close()


if __name__ == "__main__":
    main()
