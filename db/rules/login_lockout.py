"""When an account locks: after so many wrong passwords in a row, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Attempts:
    """An account's wrong passwords since the last right one, and how long it stays locked."""

    failures: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def after_failure(before: Attempts, now: datetime, limit: int, lock_for: timedelta) -> Attempts:
    """The account after one more wrong password; a lock that has run out starts a fresh count.

    A locked account is not counted further, so that nobody can keep it locked by trying.
    """
    if before.is_locked(now):
        return before
    failures = 1 if before.locked_until is not None else before.failures + 1
    return Attempts(failures, now + lock_for if failures >= limit else None)
