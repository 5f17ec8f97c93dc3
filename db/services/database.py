"""The database for one command: the one that runs, or the private one for as long as the command takes."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from db import addresses
from db.addresses import Addresses
from db.errors import CannotStart
from db.services.postgres import PrivatePostgres
from db.settings import Settings


@contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """Addresses with a database that answers."""
    found = addresses.find(settings)
    if settings.database_url or settings.database_app_url:
        check_answers(found)
        yield found
        return
    service = PrivatePostgres(settings)
    if service.is_running():
        yield found
        return
    service.check()
    service.start()
    try:
        yield found
    finally:
        service.stop()


def check_answers(found: Addresses) -> None:
    """`CannotStart` in one sentence where the external database does not let us in."""
    url = found.database_owner or found.database_app
    try:
        psycopg2.connect(
            host=url.host,
            port=url.port,
            user=url.username,
            password=url.password,
            dbname=url.database,
            connect_timeout=5,
        ).close()
    except psycopg2.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise CannotStart(
            f"The database {url.render_as_string(hide_password=True)} does not answer: {reason}"
        ) from error
