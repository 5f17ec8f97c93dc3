"""The database for one command: the one that runs, or the private one for as long as the command takes."""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg2
from sqlalchemy.engine import URL

from db import addresses
from db.addresses import APP_ROLE, Addresses
from db.errors import CannotStart
from db.services.postgres import PrivatePostgres
from db.services.tenure import Occupied, guest, no_guests, tenure
from db.settings import Settings

PATIENCE_SECONDS = 60.0


@contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """Addresses with a database that answers."""
    found = addresses.find(settings)
    if settings.database_url or settings.database_app_url:
        check_answers(found)
        yield found
        return
    with ExitStack() as stay:
        _move_in(settings, PrivatePostgres(settings), stay)
        yield found


def _move_in(settings: Settings, service: PrivatePostgres, stay: ExitStack) -> None:
    """Be the guest of whoever runs the database, or run it oneself until `stay` ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if service.is_running():
            with ExitStack() as arrival:
                arrival.enter_context(guest(settings))
                if service.is_running():
                    stay.push(arrival.pop_all())
                    return
        try:
            stay.enter_context(tenure(settings, _this_command()))
        except Occupied:
            time.sleep(0.2)  # somebody is starting or stopping it
            continue
        stay.enter_context(_started(settings, service))
        return
    raise CannotStart(f"The private PostgreSQL does not answer; see {service.log}.")


@contextmanager
def _started(settings: Settings, service: PrivatePostgres) -> Iterator[None]:
    service.check()
    service.start()
    try:
        yield
    finally:
        with no_guests(settings):
            service.stop()


def _this_command() -> str:
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]])


def check_answers(found: Addresses) -> None:
    """`CannotStart` in one sentence where the external database does not let us in."""
    if found.database_owner is not None:
        _check_lets_in(found.database_owner)
    elif found.database_app.username != APP_ROLE:
        raise CannotStart(
            f"ANWANG_DATABASE_APP_URL must log in as {APP_ROLE}, the role that the database's rules name."
        )
    else:
        _check_lets_in(found.database_app)


def _check_lets_in(url: URL) -> None:
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
        shown = url.set(drivername="postgresql").render_as_string(hide_password=True)
        raise CannotStart(f"The database {shown} does not answer: {reason(error)}.") from error


def reason(error: psycopg2.OperationalError) -> str:
    """Why, out of what libpq says: a line for each address it tried, and advice."""
    lines = [line for line in str(error).splitlines() if line.strip() and not line.startswith("\t")] or [
        "no reason given"
    ]
    return lines[-1].rpartition(" failed: ")[2].removeprefix("FATAL:").strip().rstrip(".")
