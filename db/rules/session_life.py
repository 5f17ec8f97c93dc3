"""How long a login session lives: idle and absolute limits, and a long life for wall displays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.rules.access_scope import Role


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a session lasts without a request, and in any case; a wall display's lasts its own time."""

    idle: timedelta
    absolute: timedelta
    wall: timedelta

    @property
    def seen_every(self) -> timedelta:
        """How often use is written down: once a minute, oftener where the idle limit is very short."""
        return min(timedelta(minutes=1), self.idle / 5)


def end_of(role: str, opened_at: datetime, terms: SessionTerms) -> datetime:
    """The moment at which a session ends in any case."""
    return opened_at + (terms.wall if role == Role.WALL else terms.absolute)


def has_ended(role: str, seen_at: datetime, expires_at: datetime, now: datetime, terms: SessionTerms) -> bool:
    """True past the absolute limit, or the idle limit; nobody touches a wall display, so it may idle."""
    return now >= expires_at or (role != Role.WALL and now - seen_at >= terms.idle)
