"""`python -m ingest.outbox`: the forwarding as a process."""

import logging
import signal
import sys

from db import addresses
from db.errors import AnwangError
from db.session import Record
from db.settings import load
from ingest.outbox.worker import Worker


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        settings = load()
        found = addresses.find(settings)
    except AnwangError as refusal:
        sys.exit(str(refusal))
    record = Record(found.database_app, pool_size=4, application_name="anwang outbox")
    worker = Worker(record, found.database_app, settings.var_dir)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    try:
        worker.run()
    finally:
        record.close()


if __name__ == "__main__":
    main()
