"""An inbox with a smoke detector that CTWing knows by its IMEI."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from db.commands import inbox as commands
from db.commands.inbox import Pushed
from db.rules.access_scope import EVERYTHING, NOTHING
from db.rules.doors import PlatformDoor
from ingest import inbox
from ingest.inbox import Taken
from tests import factories
from tests.ingest.platforms.bodies import IMEI, written
from tests.plugins.services import TestRecord


@dataclass
class Inbox:
    """What comes in, and what became of it."""

    record: TestRecord
    owner: Connection
    venue: factories.MadeVenue

    def push(self, door: PlatformDoor, *bodies: object, at: datetime | None = None) -> None:
        now = at or datetime.now(UTC)
        whole = [body if isinstance(body, bytes) else written(body) for body in bodies]
        with self.record.record.scoped(NOTHING) as session:
            commands.keep(session, [Pushed(door, "117.60.1.1", now, body) for body in whole])

    def take(self, **settings: object) -> Taken:
        return inbox.take_all(self.record.record, self.record.settings.model_copy(update=settings), datetime.now(UTC))

    def known_as(self, book: str, address: str, kind: str = "smoke_detector") -> tuple[int, str]:
        """A device that is on the books under this address; its id and code."""
        device_id, code = factories.device(self.owner, self.venue, kind)
        self.owner.execute(
            text(
                "insert into device_addresses (door, address, device_id, venue_id, county) values (:b, :a, :d, :v, :c)"
            ),
            {"b": book, "a": address, "d": device_id, "v": self.venue.id, "c": self.venue.county},
        )
        return device_id, code

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.owner.execute(text(sql), values)]

    def rows_now(self, sql: str) -> int:
        """A count, on a connection of its own: for threads."""
        with self.record.record.scoped(EVERYTHING) as session:
            return int(session.scalar(text(sql)) or 0)

    def states(self) -> list[object]:
        return list(itertools.chain(*self.rows("select state from inbox order by id")))


@pytest.fixture
def box(empty_record: TestRecord, owner: Connection) -> Inbox:
    made = Inbox(empty_record, owner, factories.venue(owner))
    made.known_as("ctwing", IMEI)
    return made


Clock = Callable[[], int]


@pytest.fixture
def tick() -> Clock:
    """Milliseconds that never stand still, from now on."""
    start = int(datetime.now(UTC).timestamp() * 1000) - 60_000
    counted = itertools.count(start)
    return lambda: next(counted)
