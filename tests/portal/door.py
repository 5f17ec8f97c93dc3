"""Accounts of a test's own, and its looks behind the door."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
from sqlalchemy import text

from db.commands import people
from db.commands.people import Operator
from db.commands.sessions import token_hash
from db.queries.named_places import GrantPlace
from db.rules.access_scope import Role, region_range
from tests.portal.conftest import PortalServer

PASSWORD = "a password of its own"
TESTER = Operator(None, "test")
COOKIE = "anwang_session"

_numbers = count(1)


def new_account(
    server: PortalServer,
    role: Role = Role.CITY,
    region: int = 360700,
    *,
    venue: int | None = None,
    unit: int | None = None,
) -> str:
    """A fresh account; answers its login."""
    login = f"tester-{next(_numbers)}"
    place = GrantPlace(*region_range(region), venue, unit)
    with server.test_record.record.door() as session:
        people.add_account(session, login, f"Tester {login}", PASSWORD, role, place, TESTER)
    return login


def one(server: PortalServer, sql: str, **values: Any) -> Any:
    """The first column of the first row, seen without scopes."""
    with server.owner.connect() as connection:
        return connection.scalar(text(sql), values)


def change(server: PortalServer, sql: str, **values: Any) -> None:
    with server.owner.begin() as connection:
        connection.execute(text(sql), values)


def stored(client: httpx.Client) -> bytes:
    """What the record keeps of the client's cookie."""
    return token_hash(client.cookies[COOKIE])


@contextmanager
def kept_session(server: PortalServer, client: httpx.Client) -> Iterator[bytes]:
    """The client's session, which this process may remember for a few seconds: forgotten at once."""
    doorman = server.app.state.doorman
    yield stored(client)
    doorman.forget(client.cookies[COOKIE])
