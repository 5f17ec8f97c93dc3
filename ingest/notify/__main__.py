"""`python -m ingest.notify`: the telling worker as a process."""

import asyncio
import logging
import signal
import sys

from db import addresses, channel_file
from db.errors import AnwangError
from db.session import Record
from db.settings import load
from ingest.notify.teller import Teller


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would write addresses with their secrets
    try:
        settings = load()
        found = addresses.find(settings)
        gateways = channel_file.read(settings)
        secrets = addresses.read_secrets(settings.var_dir)
    except AnwangError as refusal:
        sys.exit(str(refusal))
    record = Record(found.database_app, pool_size=3, application_name="anwang notify")
    try:
        asyncio.run(_run(Teller(record, gateways, secrets, settings.portal_address)))
    finally:
        record.close()


async def _run(teller: Teller) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, teller.stop)
    await teller.run()


if __name__ == "__main__":
    main()
