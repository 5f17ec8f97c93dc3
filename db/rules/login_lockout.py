"""When an account locks: after so many wrong passwords in a row, for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class LockoutPolicy:
    """So many wrong passwords in a row lock an account for so long."""

    failures: int
    lasting: timedelta


@dataclass(frozen=True, slots=True)
class Tries:
    """An account's wrong passwords since the last right one, and how long it stays locked."""

    failures: int = 0
    locked_until: datetime | None = None


def is_locked(tries: Tries, now: datetime) -> bool:
    return tries.locked_until is not None and now < tries.locked_until


def after_failure(before: Tries, policy: LockoutPolicy, now: datetime) -> Tries:
    """The account after one more wrong password; a lock that has run out starts a fresh count.

    A locked account is not counted further, so that nobody can keep it locked by trying.
    """
    if is_locked(before, now):
        return before
    failures = 1 if before.locked_until is not None else before.failures + 1
    return Tries(failures, now + policy.lasting if failures >= policy.failures else None)


def after_success() -> Tries:
    """A right password wipes the count."""
    return Tries()
