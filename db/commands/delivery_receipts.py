"""Receipts: kept as they come, and matched to their message whenever both are there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import alarm_stamps
from db.commands import alarms as alarm_commands
from db.commands.delivery_planning import ring
from db.commands.delivery_sending import _POINT_FAILED, _POINT_OK
from db.errors import AnwangError
from db.rules.gateway import ReceiptSaid

AT_ONCE = 500

_KEEP = text(
    """
    insert into receipts (channel, message_key, provider_id, state, is_delivered, is_failed, acknowledges, received_at)
    values (:channel, :key, :provider_id, :state, :delivered, :failed, :acknowledges, :now)
    on conflict do nothing returning id
    """
)
_UNMATCHED = text(
    """
    select r.id, r.channel, r.message_key, r.provider_id, r.state, r.is_delivered, r.is_failed, r.acknowledges,
        r.received_at, d.ids
    from receipts r join lateral (
        select array_agg(d.id order by d.id) as ids from deliveries d where d.channel = r.channel and (
            (r.message_key <> '' and d.message_key = r.message_key)
            or (r.provider_id <> '' and d.provider_id = r.provider_id))) d on d.ids is not null
    where r.matched_at is null and r.received_at > :now - interval '3 days'
    order by r.id limit :limit for update of r skip locked
    """
)
_DELIVERED = text(
    """
    update deliveries set state = 'delivered', due_at = null, delivered_at = coalesce(delivered_at, :at), error = null,
        sent_at = coalesce(sent_at, :at), provider_id = coalesce(provider_id, nullif(:provider_id, ''))
    where id = any (:ids) and state <> 'delivered' returning id, contact_point_id
    """
)
_LOST = text(
    """
    update deliveries set state = 'failed', due_at = null, error = :error where id = any (:ids)
        and state in ('waiting', 'sent') returning contact_point_id
    """
)
_ACKNOWLEDGED = text(
    """
    update notices n set acknowledged_at = :at, acknowledged_over = :channel, read_at = coalesce(n.read_at, :at)
    from deliveries d where d.id = any (:ids) and n.id = d.notice_id and n.acknowledged_at is null
    returning n.subject_kind, n.subject_id, n.person_id, (select p.name from people p where p.id = n.person_id) as name
    """
)
_OPENED = text(
    """
    update notices n set read_at = :at from deliveries d
    where d.id = any (:ids) and n.id = d.notice_id and n.read_at is null returning n.person_id
    """
)
_MATCHED = text("update receipts set matched_at = :now where id = any (:ids)")
OPENED = "opened"
"""What a telephone says when its owner has tapped the message."""


def keep(session: Session, channel: str, said: Sequence[ReceiptSaid], now: datetime) -> int:
    """Write receipts down; one said before is not said again. Answers how many were new."""
    new = 0
    for one in said:
        facts = {
            "channel": channel,
            "key": one.key[:200],
            "provider_id": one.provider_id[:200],
            "state": one.state[:100],
            "delivered": one.is_delivered,
            "failed": one.is_failed,
            "acknowledges": one.acknowledges,
            "now": now,
        }
        new += session.scalar(_KEEP, facts) is not None
    return new


def match(session: Session, now: datetime) -> int:
    """Bring receipts and messages together; answers how many matched. What has no message yet is looked at again."""
    found = session.execute(_UNMATCHED, {"now": now, "limit": AT_ONCE}).all()
    for row in found:
        if row.is_delivered:
            _arrived(session, row)
        elif row.is_failed:
            _lost(session, row)
        if row.acknowledges:
            _acknowledged(session, row)
        elif row.state == OPENED:
            ring(session, sorted(set(session.scalars(_OPENED, {"ids": row.ids, "at": row.received_at}))))
    if found:
        session.execute(_MATCHED, {"now": now, "ids": [row.id for row in found]})
    return len(found)


def _arrived(session: Session, row: Any) -> None:
    facts = {"ids": row.ids, "at": row.received_at, "provider_id": row.provider_id}
    moved = session.execute(_DELIVERED, facts).all()
    for point in sorted({each.contact_point_id for each in moved if each.contact_point_id is not None}):
        session.execute(_POINT_OK, {"id": point, "at": row.received_at})
    alarm_stamps.pushed(session, row.ids)
    alarm_stamps.on_phone(session, [each.id for each in moved])


def _lost(session: Session, row: Any) -> None:
    """The carrier gave up; a message that is known to have arrived stays arrived."""
    error = f"the carrier says {row.state}"
    points = session.scalars(_LOST, {"ids": row.ids, "error": error}).all()
    for point in sorted({each for each in points if each is not None}):
        session.execute(_POINT_FAILED, {"id": point, "at": row.received_at, "error": error, "gone": False})


def _acknowledged(session: Session, row: Any) -> None:
    """A key pressed during the call: the person has it, and the alarm is theirs where nobody took it before."""
    facts = {"ids": row.ids, "at": row.received_at, "channel": row.channel}
    for notice in session.execute(_ACKNOWLEDGED, facts).all():
        ring(session, [notice.person_id])
        if notice.subject_kind != "alarm":
            continue
        actor = alarm_commands.Actor(notice.person_id, notice.name, row.channel)
        try:
            with session.begin_nested():
                alarm_commands.acknowledge(session, notice.subject_id, actor, row.received_at)
        except AnwangError:
            continue  # somebody was first: that the person has heard it is on record
