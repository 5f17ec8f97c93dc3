"""Receipts: kept as they come by the portal, matched to their message by the telling worker once both are there."""

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import alarm_stamps
from db.commands import alarms as alarm_commands
from db.commands.delivery_planning import ring, wake
from db.commands.delivery_sending import _POINT_FAILED, _POINTS_OK, _write
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
    update deliveries d set state = 'delivered', due_at = null, delivered_at = coalesce(d.delivered_at, said.at),
        error = null, sent_at = coalesce(d.sent_at, said.at), provider_id = coalesce(d.provider_id, said.provider_id)
    from (
        select distinct on (id) id, at, nullif(provider_id, '') as provider_id
        from unnest(cast(:ids as bigint[]), cast(:moments as timestamptz[]), cast(:provider_ids as text[]))
            with ordinality said (id, at, provider_id, place)
        order by id, place) said
    where d.id = said.id and d.state <> 'delivered' returning d.id, d.contact_point_id, d.delivered_at
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
    """Write receipts down and wake the telling worker; one said before is not said again. Answers how many were new.

    Somebody who has taken an alarm over by a key is not kept waiting; what arrived or failed is matched with its like.
    """
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
    wake(session, is_urgent=any(one.acknowledges for one in said))
    return new


def match(session: Session, now: datetime) -> int:
    """Bring receipts and messages together; answers how many matched. What has no message yet is looked at again."""
    found = session.execute(_UNMATCHED, {"now": now, "limit": AT_ONCE}).all()
    for row in found:
        if row.is_failed and not row.is_delivered:
            _lost(session, row)
    _arrived(session, [row for row in found if row.is_delivered])  # whose address works again
    for row in found:
        if row.acknowledges:
            _acknowledged(session, row)
        elif row.state == OPENED:
            ring(session, sorted(set(session.scalars(_OPENED, {"ids": row.ids, "at": row.received_at}))))
    if found:
        session.execute(_MATCHED, {"now": now, "ids": [row.id for row in found]})
    return len(found)


def _arrived(session: Session, rows: Sequence[Any]) -> None:
    """All in one go: while a crowd is told, hundreds come in a second."""
    said = [(number, row.received_at, row.provider_id) for row in rows for number in row.ids]
    if not said:
        return
    ids, moments, provider_ids = (list(each) for each in zip(*said, strict=True))
    moved = session.execute(_DELIVERED, {"ids": ids, "moments": moments, "provider_ids": provider_ids}).all()
    proven = [{"id": each.contact_point_id, "at": each.delivered_at} for each in moved if each.contact_point_id]
    _write(session, _POINTS_OK, sorted(proven, key=itemgetter("id")))
    alarm_stamps.pushed(session, ids)
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
