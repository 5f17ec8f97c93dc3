"""Who is asking: set by the front door for each request, read by pages, routes and tiles.

A context variable set in ASGI middleware reaches the thread that answers, so pages need no parameters for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.commands.actor import Actor
from db.errors import NotAllowed
from db.rules.access_scope import Role, Scope
from db.session import Record


@dataclass(frozen=True, slots=True)
class Asker:
    """The person behind a request, in one of their roles."""

    person_id: int
    name: str
    role: Role
    place: str
    """Name of the region, venue or maintainer that the role is for."""
    home: int
    """Adcode of the smallest region that holds the whole scope: where the map opens."""
    scope: Scope
    csrf_token: str
    address: str = ""


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)
_record: ContextVar[Record | None] = ContextVar("record", default=None)


@contextmanager
def asked_by(asker: Asker | None, record: Record) -> Iterator[None]:
    """Within this block `current()` and `reading()` answer for `asker`."""
    tokens = _asker.set(asker), _record.set(record)
    try:
        yield
    finally:
        _asker.reset(tokens[0])
        _record.reset(tokens[1])


def known() -> Asker | None:
    """The person asking, where somebody has logged in."""
    return _asker.get()


def current() -> Asker:
    """The person asking; `NotAllowed` where nobody has logged in."""
    asker = _asker.get()
    if asker is None:
        raise NotAllowed("Log in first.")
    return asker


def actor() -> Actor:
    """The person asking, as whoever acts upon the record."""
    asker = current()
    return Actor(asker.person_id, asker.name, asker.address, asker.role)


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction on the record within the asker's scope."""
    record = _record.get()
    if record is None:
        raise RuntimeError("no record: the front door answers every request inside asked_by()")
    asker = current()
    with record.scoped(asker.scope, asker.person_id) as session:
        yield session
