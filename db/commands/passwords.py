"""Passwords: kept as argon2id, checked in the same time whether or not there is anything to check."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from db.errors import InvalidInput

SHORTEST = 10
LONGEST = 1000

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with OWASP's recommended minimum (19 MiB, 2 passes, 1 lane)."""


@cache
def _nobodys() -> str:
    return hasher.hash(secrets.token_urlsafe(16))


def kept(password: str) -> str:
    """What the record keeps of a new password; `InvalidInput` for one that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput(f"A password has {SHORTEST} to {LONGEST} characters.")
    return hasher.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """True where the password fits; None (no such account) takes as long as a wrong password."""
    try:
        return hasher.verify(stored or _nobodys(), password) and stored is not None
    except (Argon2Error, InvalidHashError):
        return False


def renewed(stored: str, password: str) -> str:
    """The same hash, or a new one where the parameters have changed since."""
    return hasher.hash(password) if hasher.check_needs_rehash(stored) else stored


def invented() -> str:
    """A password for a person to change: 16 characters, none of them easily taken for another."""
    letters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(secrets.choice(letters) for _ in range(16))
