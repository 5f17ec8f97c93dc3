"""Writing a batch through the gate: all of it, or all but the message that the record refuses for ever."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from ingest.accept import Accepted, Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import Refused

log = logging.getLogger("anwang.ingest")

OF_THE_MESSAGE = ("22", "23", "P0")
"""Classes of SQLSTATE that blame the values: wrong data, broken constraint, a trigger's refusal."""
Beside = Callable[[Session, Accepted, datetime], None]
"""Writes something in the batch's own transaction."""


class BatchWriter:
    """One door's way into the record. What it raises, the database will take later: try again."""

    def __init__(self, record: Record, settings: Settings) -> None:
        self.record, self.settings = record, settings
        self.devices = KnownDevices()

    def prepare(self) -> None:
        """Learn the devices beforehand; without a database they are learnt as they speak."""
        try:
            with self.record.scoped(EVERYTHING) as session:
                self.devices.prepare(session)
        except SQLAlchemyError as error:
            log.warning("the devices are asked for one by one: %s", words_of(error))

    def write(self, arrivals: Sequence[Arrival], beside: Beside | None = None) -> Accepted:
        """Commit the batch; halve it where a message spoils it, down to the one that does, which is kept aside."""
        try:
            return self._commit(arrivals, beside)
        except Exception as error:
            if not arrivals or not blames_a_message(error):
                raise
            self.devices.forget()
            if len(arrivals) > 1:
                half = len(arrivals) // 2
                first = self.write(arrivals[:half])
                return first.plus(self.write(arrivals[half:], _after(first, beside)))
            log.warning("kept aside, the record refuses it: %s", words_of(error))
            reason = Refused(f"The record refuses it: {words_of(error)}.")
            return self._commit([Arrival(arrivals[0].received, reason)], beside)

    def _commit(self, arrivals: Sequence[Arrival], beside: Beside | None) -> Accepted:
        now, quota = datetime.now(UTC), self.settings.dead_letter_quota_mb << 20
        with self.record.scoped(EVERYTHING) as session:
            done = accept(session, arrivals, self.devices, now, quota) if arrivals else Accepted()
            if beside is not None:
                beside(session, done, now)
        return done


def _after(first: Accepted, beside: Beside | None) -> Beside | None:
    """Once for both halves, and told of both."""
    return beside and (lambda session, done, now: beside(session, first.plus(done), now))


def blames_a_message(error: Exception) -> bool:
    """True for what the values brought about, false for a database that is away, full, locked or not ready."""
    if isinstance(error, DBAPIError):
        return str(getattr(error.orig, "pgcode", None) or "").startswith(OF_THE_MESSAGE)
    return not isinstance(error, SQLAlchemyError)


def words_of(error: Exception) -> str:
    """The first line of what went wrong."""
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0] if said else type(error).__name__
