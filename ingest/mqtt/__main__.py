"""`python -m ingest.mqtt`: the MQTT gateway as a process."""

import gc
import logging
import signal
import sys

from db import addresses
from db.errors import AnwangError
from db.session import Record
from db.settings import load
from ingest.mqtt.gateway import Gateway


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = load()
        found = addresses.find(settings)
        record = Record(found.database_app, pool_size=3, application_name="anwang gateway")
        gateway = Gateway(record, found.mqtt, settings, number=_number())
    except AnwangError as refusal:
        sys.exit(str(refusal))
    # Messages are short-lived trees without circles: the collector would walk every known device thousands of times.
    gc.set_threshold(100_000, 20, 100)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: gateway.stop())
    try:
        gateway.run()
    finally:
        record.close()


def _number() -> int:
    """This machine's first gateway unless told otherwise: `python -m ingest.mqtt 2`."""
    return int(sys.argv[1]) if sys.argv[1:] else 1


if __name__ == "__main__":
    main()
