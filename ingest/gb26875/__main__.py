"""`python -m ingest.gb26875`: the server as a process."""

import asyncio
import logging
import signal
import sys

from db import addresses
from db.errors import AnwangError, CannotStart
from db.services.open_files import allow
from db.session import Record
from db.settings import Settings, load
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.recorder import Recorder
from ingest.gb26875.server import Server

FILES_BESIDE = 200
"""Besides a connection for each peer."""


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = load()
        allow(settings.gb26875_most_peers + FILES_BESIDE)
        record = Record(addresses.find(settings).database_app, pool_size=2, application_name="anwang gb26875")
        try:
            asyncio.run(serve(settings, record))
        finally:
            record.close()
    except AnwangError as refusal:
        sys.exit(str(refusal))


async def serve(settings: Settings, record: Record) -> None:
    """Until a signal to end; what has come is recorded first."""
    known = Addresses()
    recorder = Recorder(record, settings, known)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    recorder.start()
    try:
        await Server(settings, recorder, known).serve(stopping)
    except OSError as error:
        raise CannotStart(f"The port {settings.gb26875_port} cannot be used: {error.strerror or error}.") from error
    finally:
        await asyncio.to_thread(recorder.stop)


if __name__ == "__main__":
    main()
