"""Whether a person reads light or dark."""

from sqlalchemy import text
from sqlalchemy.orm import Session

_OF = text("select scheme from appearances where person_id = :person")


def scheme_of(session: Session, person_id: int) -> str:
    """light or dark as the person chose it, "" where they follow their system."""
    return session.scalar(_OF, {"person": person_id}) or ""
