"""Levels at which nobody can be told: noted when a ladder or a rehearsal finds them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.ladders import Party

_NOTE = text(
    """
    insert into chain_holes (venue_id, county, who, reason, found_at, seen_at)
    select distinct venue, county, who, 'nobody', cast(:now as timestamptz), cast(:now as timestamptz)
    from unnest(cast(:venues as int[]), cast(:counties as int[]), cast(:whos as text[])) h (venue, county, who)
    order by 1, 3
    on conflict (venue_id, who) where ended_at is null do update set seen_at = excluded.seen_at, reason = 'nobody'
    """
)


@dataclass(frozen=True, slots=True)
class Hole:
    venue_id: int
    county: int
    who: Party


def note(session: Session, holes: Sequence[Hole], now: datetime) -> None:
    """Found, or found again."""
    if holes:
        session.execute(
            _NOTE,
            {
                "now": now,
                "venues": [hole.venue_id for hole in holes],
                "counties": [hole.county for hole in holes],
                "whos": [hole.who.value for hole in holes],
            },
        )
