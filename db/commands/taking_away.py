"""Whoever takes data away leaves an entry in the audit log."""

from typing import Any

from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting


def note_taken(session: Session, what: str, rows: int, how: dict[str, Any], acting: Acting, county: int | None) -> None:
    """What was taken, how many rows, chosen how; the entry stands under the region `county`."""
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act="data taken away",
        subject=f"exports/{what}",
        county=county,
        detail={"rows": rows, **{name: value for name, value in how.items() if value is not None}},
    )
