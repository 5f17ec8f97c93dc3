"""When work that goes on by itself was last done: `anwang status` tells what has stalled."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_ENDED = text(
    "insert into turns (name, ended_at) values (:name, :now)"
    " on conflict (name) do update set ended_at = greatest(turns.ended_at, excluded.ended_at)"
)


def ended(session: Session, name: str, now: datetime) -> None:
    """In the transaction of the work itself: what is rolled back was not done."""
    session.execute(_ENDED, {"name": name, "now": now})
