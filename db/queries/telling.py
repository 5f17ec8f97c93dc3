"""What the telling worker reads: rules, quiet hours, the messages it has taken, when the next is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.message_words import Told
from db.rules.notification import QuietHours, Rule

_RULES = text(
    "select id, reason, kind, worst_level, role, channels, pierces_quiet from notification_rules order by position"
)
_QUIET = text("select person_id, starts, ends from quiet_hours where person_id = any (:people)")
_NEXT = text(
    "select least((select min(due_at) from deliveries where state = 'waiting'),"
    " (select cast(:now as timestamptz) from notices where taken_at is null limit 1))"
)
_MESSAGES = text(
    """
    select d.id, d.message_key, d.channel, d.purpose, d.level, d.tries, d.made_at, d.person_id, d.contact_point_id,
        c.address, c.detail, c.code_asked_at, n.subject_kind, n.subject_id, n.reason, n.facts, n.made_at as told_at,
        coalesce(v.name, '') as venue, county.name as county_name, a.kind, area.name as area, a.raised_at,
        n.level as notice_level
    from deliveries d left join contact_points c on c.id = d.contact_point_id
    left join notices n on n.id = d.notice_id left join venues v on v.id = n.venue_id
    left join regions county on county.adcode = n.county
    left join alarms a on n.subject_kind = 'alarm' and a.id = n.subject_id
    left join areas area on area.id = a.area_id
    where d.id = any (:ids) order by d.level, d.id
    """
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way: the deliveries that it carries, where it goes, and what it is about."""

    key: str
    channel: str
    purpose: str
    level: int
    deliveries: tuple[int, ...]
    made_at: datetime
    tries: int
    person_id: int
    contact_point_id: int | None
    address: str | None
    """None where the person has taken the address away meanwhile."""
    detail: dict[str, Any]
    code_asked_at: datetime | None
    told: tuple[Told, ...]


def notification_rules(session: Session) -> list[Rule]:
    """The rules, in the order in which they are tried."""
    return [
        Rule(row.id, row.reason, row.kind, row.worst_level, row.role, tuple(row.channels), row.pierces_quiet)
        for row in session.execute(_RULES)
    ]


def quiet_hours_of(session: Session, people: Sequence[int]) -> dict[int, QuietHours]:
    return {
        row.person_id: QuietHours(row.starts, row.ends) for row in session.execute(_QUIET, {"people": list(people)})
    }


def next_due(session: Session, now: datetime) -> datetime | None:
    """When there is something to do next; None where nothing waits."""
    found: datetime | None = session.scalar(_NEXT, {"now": now})
    return found


def messages(session: Session, delivery_ids: Sequence[int]) -> list[Outgoing]:
    """The messages that carry these deliveries, the worst first."""
    rows: dict[str, list[Any]] = {}
    for row in session.execute(_MESSAGES, {"ids": list(delivery_ids)}):
        rows.setdefault(row.message_key, []).append(row)
    return [_message(together) for together in rows.values()]


def _message(rows: Sequence[Any]) -> Outgoing:
    first = rows[0]
    return Outgoing(
        key=first.message_key,
        channel=first.channel,
        purpose=first.purpose,
        level=first.level,
        deliveries=tuple(row.id for row in rows),
        made_at=min(row.made_at for row in rows),
        tries=max(row.tries for row in rows),
        person_id=first.person_id,
        contact_point_id=first.contact_point_id,
        address=first.address,
        detail=first.detail or {},
        code_asked_at=first.code_asked_at,
        told=tuple(_told(row) for row in rows if row.subject_kind is not None),
    )


def _told(row: Any) -> Told:
    return Told(
        row.subject_kind,
        row.subject_id,
        row.reason,
        row.notice_level,
        row.kind,
        row.venue,
        row.area,
        row.county_name,
        row.raised_at or row.told_at,
        row.facts,
    )
