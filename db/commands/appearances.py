"""A person chooses light or dark, for wherever they log in."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import InvalidInput

_CHOOSE = text(
    """
    insert into appearances (person_id, scheme, chosen_at) values (:person, :scheme, :now)
    on conflict (person_id) do update set scheme = excluded.scheme, chosen_at = excluded.chosen_at
    """
)
_FOLLOW = text("delete from appearances where person_id = :person")


def choose(session: Session, person_id: int, scheme: str, now: datetime) -> None:
    """light, dark, or system: as the person's own system says."""
    if scheme == "system":
        session.execute(_FOLLOW, {"person": person_id})
    elif scheme in ("light", "dark"):
        session.execute(_CHOOSE, {"person": person_id, "scheme": scheme, "now": now})
    else:
        raise InvalidInput("There is no such appearance; choose light, dark or system.")
