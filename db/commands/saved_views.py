"""A person's own views of a desk, by name; at most thirty a desk."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import InvalidInput
from db.queries.saved_views import as_person

MOST = 30
LONGEST_NAME, LONGEST_QUERY = 40, 2000

_SAVE = text(
    """
    insert into saved_views (person_id, desk, name, query, saved_at) values (:person, :desk, :name, :query, :now)
    on conflict (person_id, desk, name) do update set query = excluded.query, saved_at = excluded.saved_at
    """
)
_HOLD = text("select pg_advisory_xact_lock(hashtextextended('saved_views/' || :person, 0))")
_OTHERS = text("select count(*) from saved_views where person_id = :person and desk = :desk and name <> :name")
_FORGET = text("delete from saved_views where id = :id and person_id = :person")


def save(session: Session, person_id: int, desk: str, name: str, query: str, now: datetime) -> None:
    """Keep the view under this name; one of the same name is replaced."""
    name = name.strip()
    if not name:
        raise InvalidInput("A view needs a name.")
    if len(name) > LONGEST_NAME:
        raise InvalidInput("A view's name has at most 40 characters.")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput("The view is too long to be kept.")
    as_person(session, person_id)
    session.execute(_HOLD, {"person": person_id})
    asked = {"person": person_id, "desk": desk, "name": name}
    if (session.scalar(_OTHERS, asked) or 0) >= MOST:
        raise InvalidInput("You have 30 views of this desk; forget one first.")
    session.execute(_SAVE, asked | {"query": query, "now": now})


def forget(session: Session, person_id: int, view_id: int) -> None:
    """Let a view of one's own go; another's stays."""
    as_person(session, person_id)
    session.execute(_FORGET, {"id": view_id, "person": person_id})
