"""Deliveries taken under a lease, sent, and what became of them. Any worker may die at any moment: the lease ends."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from db.commands import alarm_stamps
from db.queries import telling
from db.queries.telling import Outgoing
from db.rules.channels import DeliveryState
from db.rules.delivery_retry import next_try
from db.rules.gateway import NotTaken, Taken
from db.rules.notification import FOLD_WITHIN, FOLDS_FROM

Row = dict[str, Any]
"""A row of a batch, on its way into a statement."""

_DUE = text("select channel, count(*) as n from deliveries where state = 'waiting' and due_at <= :now group by channel")
_ALLOWANCE = text(
    """
    with now_full as (
        select channel, least(burst,
            tokens + greatest(0, extract(epoch from :now - refilled_at)) * per_second) as tokens
        from notify_channels where channel = :channel and is_configured for update)
    update notify_channels k set refilled_at = greatest(k.refilled_at, :now),
        tokens = f.tokens - least(:wanted, floor(f.tokens))
    from now_full f where k.channel = f.channel returning least(:wanted, floor(f.tokens))::int
    """
)
_GIVE_BACK = text("update notify_channels set tokens = least(burst, tokens + :unused) where channel = :channel")
_URGENT = text(
    """
    with due as (
        select id from deliveries where state = 'waiting' and due_at <= :now and channel = :channel and level < :folds
        order by level, due_at, id limit :n for update skip locked)
    update deliveries d set due_at = :lease, tries = d.tries + 1,
        message_key = coalesce(d.message_key, gen_random_uuid()::text)
    from due where d.id = due.id returning d.id
    """
)
# A worker holds the address while it folds: two never make two digests of what belongs into one.
_ADDRESSES = text(
    """
    select c.id from contact_points c join (
        select contact_point_id as id, min(level) as level, min(due_at) as due_at from deliveries
        where state = 'waiting' and due_at <= :now and channel = :channel and level >= :folds
            and contact_point_id is not null
        group by 1 order by 2, 3, 1 limit :n) due on due.id = c.id
    order by due.level, due.due_at, c.id for update of c skip locked
    """
)
_FOLD = text(
    """
    with fresh as materialized (
        select id, gen_random_uuid()::text as key from unnest(cast(:points as int[])) p (id))
    update deliveries d set due_at = :lease, tries = d.tries + 1, message_key = coalesce(d.message_key, fresh.key)
    from fresh where d.contact_point_id = fresh.id and d.state = 'waiting' and d.due_at <= :now and d.level >= :folds
    returning d.id, d.message_key
    """
)
_FOLDED = text("update contact_points set folds_until = :until where id = any (:points)")
_ORPHANS = text(
    """
    update deliveries set state = 'failed', due_at = null, error = 'the address was taken away'
    where state = 'waiting' and due_at <= :now and contact_point_id is null
    """
)
# What became of a whole batch, in one statement each: a row a delivery, as it says itself.
_SENT = text(
    """
    update deliveries d set state = o.state, due_at = null, sent_at = coalesce(d.sent_at, o.at),
        provider_id = o.provider_id, delivered_at = case when o.state = 'delivered' then o.at end, error = null
    from jsonb_to_recordset(cast(:rows as jsonb)) o (id bigint, state text, at timestamptz, provider_id text)
    where d.id = o.id and d.state = 'waiting'
    """
)
_AGAIN = text(
    """
    update deliveries d set due_at = o.due, error = o.error
    from jsonb_to_recordset(cast(:rows as jsonb)) o (id bigint, due timestamptz, error text, tries int)
    where d.id = o.id and d.state = 'waiting' and d.tries = o.tries
    """
)
_FAILED = text(
    """
    update deliveries d set state = 'failed', due_at = null, error = o.error
    from jsonb_to_recordset(cast(:rows as jsonb)) o (id bigint, error text) where d.id = o.id and d.state = 'waiting'
    """
)
_POINTS_OK = text(
    """
    update contact_points p set last_ok_at = greatest(p.last_ok_at, o.at), failures = 0
    from (select id, max(at) as at from jsonb_to_recordset(cast(:rows as jsonb)) r (id int, at timestamptz)
        group by 1) o
    where p.id = o.id
    """
)
_POINT_FAILED = text(
    """
    update contact_points set last_failure_at = :at, last_failure = :error, failures = failures + 1,
        disabled_at = case when :gone then coalesce(disabled_at, :at) else disabled_at end
    where id = :id
    """
)
_CHANNELS_OK = text(
    """
    update notify_channels k set last_ok_at = greatest(k.last_ok_at, o.at)
    from jsonb_to_recordset(cast(:rows as jsonb)) o (channel text, at timestamptz) where k.channel = o.channel
    """
)
_CHANNELS_FAILED = text(
    """
    update notify_channels k set last_failure_at = o.at, last_failure = o.error
    from jsonb_to_recordset(cast(:rows as jsonb)) o (channel text, at timestamptz, error text)
    where k.channel = o.channel
    """
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending went, when, and whether the answer itself proves arrival."""

    message: Outgoing
    result: Taken | NotTaken
    at: datetime
    is_proof: bool = False


def claim(session: Session, now: datetime, room: Mapping[str, int], lease: timedelta) -> list[Outgoing]:
    """Messages to send now, fire first, as many as each channel has room and allowance for.

    Each is this worker's until the lease ends; then it is due again, under the same key.
    """
    session.execute(_ORPHANS, {"now": now})
    taken: list[int] = []
    for row in session.execute(_DUE, {"now": now}).all():
        wanted = min(row.n, room.get(row.channel, 0))
        if wanted > 0:
            taken += _claim_of(session, row.channel, wanted, now, now + lease)
    return telling.messages(session, taken) if taken else []


def _claim_of(session: Session, channel: str, wanted: int, now: datetime, lease: datetime) -> list[int]:
    allowed = session.scalar(_ALLOWANCE, {"channel": channel, "wanted": wanted, "now": now}) or 0
    if not allowed:
        return []
    facts = {"channel": channel, "now": now, "lease": lease, "folds": int(FOLDS_FROM)}
    ids = list(session.scalars(_URGENT, {**facts, "n": allowed}))
    messages = len(ids)
    if messages < allowed:
        points = list(session.scalars(_ADDRESSES, {**facts, "n": allowed - messages}))
        folded = session.execute(_FOLD, {**facts, "points": points}).all() if points else []
        session.execute(_FOLDED, {"until": now + FOLD_WITHIN, "points": points})
        ids += [row.id for row in folded]
        messages += len({row.message_key for row in folded})
    if messages < allowed:
        session.execute(_GIVE_BACK, {"channel": channel, "unused": allowed - messages})
    return ids


def record(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of messages, however many, in a few statements.

    One that another worker has meanwhile settled stays as it is. Addresses are touched in their order, so that two
    workers never wait for one another.
    """
    in_order = sorted(outcomes, key=lambda each: each.message.contact_point_id or 0)
    taken = [(each, each.result) for each in in_order if isinstance(each.result, Taken)]
    refused = [(each, each.result) for each in in_order if isinstance(each.result, NotTaken)]
    _taken(session, taken)
    _not_taken(session, refused)
    alarm_stamps.pushed(session, [number for each, _result in taken for number in each.message.deliveries])


def _taken(session: Session, outcomes: Sequence[tuple[Outcome, Taken]]) -> None:
    sent = [
        {
            "id": number,
            "state": DeliveryState.DELIVERED if each.is_proof else DeliveryState.SENT,
            "at": each.at,
            "provider_id": result.provider_id or None,
        }
        for each, result in outcomes
        for number in each.message.deliveries
    ]
    proven = [{"id": each.message.contact_point_id, "at": each.at} for each, _result in outcomes if each.is_proof]
    channels = {each.message.channel: {"channel": each.message.channel, "at": each.at} for each, _result in outcomes}
    _write(session, _SENT, sent)
    _write(session, _POINTS_OK, proven)
    _write(session, _CHANNELS_OK, list(channels.values()))


def _not_taken(session: Session, outcomes: Sequence[tuple[Outcome, NotTaken]]) -> None:
    """A gateway that is down says nothing of the address; a number that does not exist does."""
    failed, again, channels = list[Row](), list[Row](), dict[str, Row]()
    for each, result in outcomes:
        message, error = each.message, result.reason[:500]
        is_over = result.is_final or result.is_gone
        chance = random.random()  # noqa: S311 - jitter
        due = next_try(message.made_at, message.tries, message.level, each.at, chance)
        if is_over or due is None:
            failed += [{"id": number, "error": error} for number in message.deliveries]
        else:
            again += [
                {"id": number, "due": due, "error": error, "tries": message.tries} for number in message.deliveries
            ]
        if is_over:
            facts = {"id": message.contact_point_id, "at": each.at, "error": error, "gone": result.is_gone}
            session.execute(_POINT_FAILED, facts)
        else:
            channels[message.channel] = {"channel": message.channel, "at": each.at, "error": error}
    _write(session, _FAILED, failed)
    _write(session, _AGAIN, again)
    _write(session, _CHANNELS_FAILED, list(channels.values()))


def _write(session: Session, statement: TextClause, rows: Sequence[Row]) -> None:
    if rows:
        session.execute(statement, {"rows": json.dumps(rows, default=datetime.isoformat)})
