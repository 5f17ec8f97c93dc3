"""Who is to be told what: rows that the telling worker turns into deliveries."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

_ADD = text(
    """
    insert into notices (key, subject_kind, subject_id, venue_id, county, person_id, reason, level, rung, facts,
        made_at)
    select key, subject_kind, subject_id, venue_id, county, person_id, reason, level, rung, facts, :now
    from jsonb_to_recordset(cast(:notices as jsonb)) n (key text, subject_kind text, subject_id bigint, venue_id int,
        county int, person_id int, reason text, level smallint, rung smallint, facts jsonb)
    on conflict (key) do nothing
    """
)


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One person is to be told one thing; `key` says which, so that told twice is told once."""

    key: str
    subject_kind: str
    subject_id: int
    venue_id: int
    county: int
    person_id: int
    reason: str
    level: int
    rung: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def add(session: Session, notices: Sequence[NewNotice], now: datetime) -> int:
    """Let these people be told once the transaction is safe; answers how many were new."""
    if not notices:
        return 0
    rows = json.dumps([{name: getattr(notice, name) for name in NewNotice.__slots__} for notice in notices])
    return int(session.execute(_ADD, {"notices": rows, "now": now}).rowcount)  # type: ignore[attr-defined]
