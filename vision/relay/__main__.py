"""`python -m vision.relay`: the relay as a process."""

import logging
import signal
import sys

from db import addresses
from db.errors import AnwangError
from db.relay_folder import RelayFolder
from db.session import Record
from db.settings import load
from vision.relay.heads import heads_of
from vision.relay.relay import Relay
from vision.relay.sources import by_kind


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = load()
        found = addresses.find(settings)
    except AnwangError as refusal:
        sys.exit(str(refusal))
    record = Record(found.database_app, pool_size=4, application_name="anwang relay")
    sources = by_kind(settings.wvp_url, settings.wvp_token)
    relay = Relay(record, RelayFolder(settings.relay_folder), sources, settings.relay_most, heads_of(settings))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: relay.stop())
    try:
        relay.run()
    finally:
        record.close()


if __name__ == "__main__":
    main()
