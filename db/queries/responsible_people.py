"""Who answers for a venue: its own people, its maintainer's, and the offices in whose region it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.ladders import Party, Rung


@dataclass(frozen=True, slots=True)
class Responsible:
    """One person at one level; `duty` is what a venue's person is there, where that is known."""

    venue_id: int
    who: Party
    person_id: int
    name: str
    duty: str | None


_OF_VENUES = text("select * from responsible_people(:venues, :now)")


def of_venues(session: Session, venue_ids: Sequence[int], now: datetime) -> list[Responsible]:
    """Everybody who answers for these venues at `now`, as far as they are within scope; closed accounts left out.

    Of a maintainer's people whoever is on watch by its roster; all of them where it names nobody who could be told.
    """
    rows = session.execute(_OF_VENUES, {"venues": list(venue_ids), "now": now})
    return [Responsible(row.venue_id, Party(row.who), row.person_id, row.name, row.duty) for row in rows]


def on_rung(people: Sequence[Responsible], rung: Rung, owner: Responsible | None) -> tuple[Responsible, ...]:
    """Who of a venue's people a rung tells; nobody makes it a hole.

    A rung for certain duties leaves out those who hold another at the venue.
    """
    if rung.who is Party.OWNER:
        return () if owner is None else (owner,)
    return tuple(
        person
        for person in people
        if person.who is rung.who and (not rung.duties or person.duty is None or person.duty in rung.duties)
    )
