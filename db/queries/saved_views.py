"""A person's saved views of a desk. A view is the query part of an address: its link works for anybody."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

_AS = text("select set_config('anwang.person_id', :person, true)")
_OF = text("select id, name, query from saved_views where person_id = :person and desk = :desk order by name")


@dataclass(frozen=True, slots=True)
class View:
    """A named view; `query` is what stands behind the question mark."""

    id: int
    name: str
    query: str


def as_person(session: Session, person_id: int) -> None:
    """The database shows views to their own person alone."""
    session.execute(_AS, {"person": str(person_id)})


def of_person(session: Session, person_id: int, desk: str) -> list[View]:
    """What this person has saved of a desk, by name."""
    as_person(session, person_id)
    return [View(*row) for row in session.execute(_OF, {"person": person_id, "desk": desk})]
