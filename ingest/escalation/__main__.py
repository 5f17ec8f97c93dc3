"""`python -m ingest.escalation`: climbing ladders as a process."""

import logging
import signal
import sys

from db import addresses
from db.errors import AnwangError
from db.session import Record
from db.settings import load
from ingest.escalation.climber import Climber


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        url = addresses.find(load()).database_app
    except AnwangError as refusal:
        sys.exit(str(refusal))
    record = Record(url, pool_size=1, application_name="anwang escalation")
    climber = Climber(record, url)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: climber.stop())
    try:
        climber.run()
    finally:
        record.close()


if __name__ == "__main__":
    main()
