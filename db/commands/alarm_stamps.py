"""Stamps of an alarm's way: each is written once, and the first time counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.channels import CHANNELS, KINDS_FOR_FIRE, OUTGOING, PHONES

_STREAMED = text("update alarm_stamps set streamed_at = :at where alarm_id = any (:ids) and streamed_at is null")
_SHOWN = text(
    """
    update alarm_stamps s set shown_at = greatest(s.recorded_at, shown.at)
    from unnest(cast(:ids as bigint[]), cast(:moments as timestamptz[])) shown (id, at)
    where s.alarm_id = shown.id and s.shown_at is null returning s.alarm_id
    """
)
# The moment at which as many kinds of channel as fire needs had each carried a first message.
_PUSHED = text(
    """
    with about as (
        select distinct n.subject_id as alarm_id from deliveries d join notices n on n.id = d.notice_id
        where d.id = any (:ids) and n.subject_kind = 'alarm'),
    firsts as (
        select a.alarm_id, k.kind, min(d.sent_at) as at from about a
        join notices n on n.subject_kind = 'alarm' and n.subject_id = a.alarm_id
        join deliveries d on d.notice_id = n.id and d.sent_at is not null
        join unnest(cast(:channels as text[]), cast(:kinds as text[])) k (channel, kind) on k.channel = d.channel
        group by 1, 2)
    update alarm_stamps s set pushed_at = ranked.at
    from (select alarm_id, at, row_number() over (partition by alarm_id order by at) as place from firsts) ranked
    where s.alarm_id = ranked.alarm_id and ranked.place = :enough and s.pushed_at is null
    """
)
_ON_PHONE = text(
    """
    with arrived as (
        select distinct on (n.subject_id) n.subject_id as alarm_id, d.sent_at, d.delivered_at
        from deliveries d join notices n on n.id = d.notice_id
        where d.id = any (:ids) and n.subject_kind = 'alarm' and d.channel = any (:phones)
            and d.sent_at is not null and d.delivered_at is not null
        order by n.subject_id, d.delivered_at - d.sent_at)
    update alarm_stamps s set phone_sent_at = a.sent_at, phone_at = a.delivered_at from arrived a
    where s.alarm_id = a.alarm_id and (s.phone_at is null or s.phone_at - s.phone_sent_at > a.delivered_at - a.sent_at)
    """
)


def streamed(session: Session, alarm_ids: Sequence[int], at: datetime) -> None:
    """The portal has sent these to every open page."""
    session.execute(_STREAMED, {"ids": list(alarm_ids), "at": at})


def shown(session: Session, moments: Mapping[int, datetime]) -> list[int]:
    """A page has drawn these; answers those within the reader's scope that no page had drawn before."""
    return list(session.scalars(_SHOWN, {"ids": list(moments), "moments": list(moments.values())}))


def pushed(session: Session, delivery_ids: Sequence[int]) -> None:
    """Messages have left: the alarm was pushed when two kinds of channel had each carried one."""
    if not delivery_ids:
        return
    outgoing = [row for row in CHANNELS if row.channel in OUTGOING]
    facts = {
        "ids": list(delivery_ids),
        "channels": [row.channel.value for row in outgoing],
        "kinds": [row.kind for row in outgoing],
        "enough": KINDS_FOR_FIRE,
    }
    session.execute(_PUSHED, facts)


def on_phone(session: Session, delivery_ids: Sequence[int]) -> None:
    """Messages have arrived: the quickest to a telephone counts."""
    if delivery_ids:
        session.execute(_ON_PHONE, {"ids": list(delivery_ids), "phones": [each.value for each in PHONES]})
