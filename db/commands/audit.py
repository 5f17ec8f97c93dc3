"""Writing to the audit log: numbered, stamped and chained by the database itself."""

import json
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_APPEND = text(
    "insert into audit_log (actor_id, actor_name, address, act, subject, venue_id, county, detail)"
    " values (:actor_id, :actor_name, :address, :act, :subject, :venue_id, :county, cast(:detail as jsonb))"
)


def write(
    session: Session,
    *,
    actor_id: int | None,
    actor_name: str,
    act: str,
    subject: str,
    address: str | None = None,
    venue_id: int | None = None,
    county: int | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Append one entry; call it last, since the chain's lock is held until the commit."""
    session.execute(
        _APPEND,
        {
            "actor_id": actor_id,
            "actor_name": actor_name,
            "address": address,
            "act": act,
            "subject": subject,
            "venue_id": venue_id,
            "county": county,
            "detail": json.dumps(detail or {}, ensure_ascii=False),
        },
    )
