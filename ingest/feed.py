"""A door's sign of life: when it last listened, and how much it has taken and refused."""

import time
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

EVERY_SECONDS = 2.0

_BEAT = text(
    "insert into feeds (name, alive_at, accepted, refused, lost) values (:name, :now, :accepted, :refused, :lost)"
    " on conflict (name) do update set alive_at = excluded.alive_at, accepted = feeds.accepted + excluded.accepted,"
    " refused = feeds.refused + excluded.refused, lost = feeds.lost + excluded.lost"
)


class Feed:
    """Counts in memory, writes every two seconds. Call `written` once the transaction is safe."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._accepted = self._refused = self._lost = 0
        self._told = (0, 0, 0)
        self._written_at = float("-inf")

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._written_at >= EVERY_SECONDS

    def count(self, accepted: int, refused: int) -> None:
        self._accepted += accepted
        self._refused += refused

    def count_lost(self, lost: int) -> None:
        """Refused messages for whose bytes there was no room any more."""
        self._lost += lost

    def write(self, session: Session, now: datetime, accepted: int, refused: int) -> None:
        """A sign of life, with what was counted before and what this transaction adds."""
        self._told = self._accepted, self._refused, self._lost
        counts = {"accepted": self._accepted + accepted, "refused": self._refused + refused, "lost": self._lost}
        session.execute(_BEAT, {"name": self.name, "now": now, **counts})

    def written(self) -> None:
        """What was written is safe; what was counted meanwhile waits for the next."""
        accepted, refused, lost = self._told
        self._accepted, self._refused, self._lost = (
            self._accepted - accepted,
            self._refused - refused,
            self._lost - lost,
        )
        self._told = (0, 0, 0)
        self._written_at = time.monotonic()
