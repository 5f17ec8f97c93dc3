"""Who is to be told what: rows that the telling worker turns into deliveries."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound

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
_FETCHED = text(
    """
    update deliveries d set state = 'delivered', delivered_at = :now from notices n
    where d.person_id = :person and d.channel = 'portal' and d.state = 'sent' and n.id = d.notice_id
    """
)
_READ = text(
    "update notices set read_at = :now where person_id = :person and id = any (:ids) and read_at is null returning id"
)
_READ_ALL = text("update notices set read_at = :now where person_id = :person and read_at is null returning id")
_ACKNOWLEDGE = text(
    """
    update notices set acknowledged_at = :now, acknowledged_over = 'portal', read_at = coalesce(read_at, :now)
    where id = :id and person_id = :person and acknowledged_at is null returning id
    """
)
_MINE = text("select 1 from notices where id = :id and person_id = :person")


@dataclass(frozen=True, slots=True)
class NewNotice:
    """One person is to be told one thing; `key` says which, so that told twice is told once."""

    key: str
    subject_kind: str
    subject_id: int
    venue_id: int | None
    """None where it is about a region; `county` is the region's code then."""
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


def fetched(session: Session, person_id: int, now: datetime) -> None:
    """A page of this person has fetched what waits in the portal: that is its proof of arrival."""
    session.execute(_FETCHED, {"person": person_id, "now": now})


def read(session: Session, person_id: int, notice_ids: Sequence[int] | None, now: datetime) -> int:
    """The person has read these messages, or all of theirs; answers how many were new to them."""
    if notice_ids is None:
        return len(session.execute(_READ_ALL, {"person": person_id, "now": now}).all())
    return len(session.execute(_READ, {"person": person_id, "now": now, "ids": list(notice_ids)}).all())


def acknowledge(session: Session, person_id: int, notice_id: int, now: datetime) -> bool:
    """The person says that they have it; False where they had said so before. `NotFound` for others' messages."""
    facts = {"id": notice_id, "person": person_id, "now": now}
    if session.execute(_ACKNOWLEDGE, facts).one_or_none() is not None:
        return True
    if session.scalar(_MINE, facts) is None:
        raise NotFound("There is no such message of yours.")
    return False
