"""Transmission devices and their components by address, kept in memory."""

import threading
import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

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


class Addresses:
    """Read by the server's loop, refreshed by the recorder's thread."""

    def __init__(self) -> None:
        self._by_address: dict[str, Addressed] = {}
        self._refreshed_at = float("-inf")
        self._is_missed = threading.Event()

    def find(self, address: str) -> Addressed | None:
        """The device, or None: then the record is asked again soon."""
        found = self._by_address.get(address)
        if found is None:
            self._is_missed.set()
        return found

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
