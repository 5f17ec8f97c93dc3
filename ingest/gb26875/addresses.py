"""Transmission devices and their components by address, kept in memory."""

import threading
import time
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries import bench
from ingest.gb26875.dialects import DIALECTS, STANDARD, Dialect
from ingest.gb26875.meaning import DOOR

REFRESH_SECONDS = 60.0
ASK_AGAIN_SECONDS = 5.0
_ALL = text(
    """
    select a.address, a.dialect, d.code, d.id from device_addresses a join devices d on d.id = a.device_id
    where a.door = :door and d.retired_on is null
    """
)


@dataclass(frozen=True, slots=True)
class Addressed:
    """A device as this door knows it."""

    device_id: int
    code: str
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class OnBench:
    """A source address that is tried on the bench."""

    key: str
    source: int
    dialect: Dialect


class Addresses:
    """Read by the server's loop, refreshed by the recorder's thread."""

    def __init__(self) -> None:
        self._by_address: dict[str, Addressed] = {}
        self._refreshed_at = float("-inf")
        self._is_missed = threading.Event()
        self._on_bench: dict[int, OnBench] = {}

    def find(self, address: str) -> Addressed | None:
        """The device, or None: then the record is asked again soon."""
        found = self._by_address.get(address)
        if found is None:
            self._is_missed.set()
        return found

    def on_bench(self, source: int) -> "OnBench | None":
        """The live trial that a source address belongs to: nothing of it is any device's."""
        return self._on_bench.get(source)

    def seems_on_bench(self, raw: bytes) -> "OnBench | None":
        """The trial whose address stands in bytes that make no frame."""
        return next((trial for trial in self._on_bench.values() if trial.source.to_bytes(6, "little") in raw), None)

    def learn_bench(self, session: Session, now: datetime) -> None:
        """Trials come and go by the minute, and the dialect that one is recognised by is spoken to it from then on."""
        self._on_bench = {
            each.source: OnBench(each.key, each.source, DIALECTS.get(each.dialect or "", STANDARD))
            for each in bench.open_sources(session, now)
        }

    def code(self, address: str) -> str | None:
        """A component's code; one that is not on the books is nothing unusual."""
        found = self._by_address.get(address)
        return found.code if found else None

    @property
    def are_known(self) -> bool:
        return self._refreshed_at > float("-inf")

    @property
    def is_due(self) -> bool:
        age = time.monotonic() - self._refreshed_at
        return age > REFRESH_SECONDS or (self._is_missed.is_set() and age > ASK_AGAIN_SECONDS)

    def refresh(self, session: Session) -> None:
        self._is_missed.clear()
        self._by_address = {
            row.address: Addressed(row.id, row.code, DIALECTS.get(row.dialect or "", STANDARD))
            for row in session.execute(_ALL, {"door": DOOR})
        }
        self._refreshed_at = time.monotonic()
