"""Messages, read: a person's own, and for those who supervise what became of everybody's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.channels import FAILURES_IN_A_ROW, OUTGOING
from db.rules.role_acts import ACT_ON_ALARMS


@dataclass(frozen=True, slots=True)
class Sent:
    """One channel's part of a message."""

    channel: str
    state: str
    sent_at: datetime | None
    delivered_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One notice to a person, with what it is about and how it went out."""

    id: int
    subject_kind: str
    subject_id: int
    reason: str
    level: int
    facts: dict[str, Any]
    kind: str | None
    venue_id: int | None
    venue_name: str
    """Empty where it is about a region."""
    area_name: str | None
    county_name: str
    at: datetime
    made_at: datetime
    read_at: datetime | None
    acknowledged_at: datetime | None
    is_over: bool
    """The alarm is closed."""
    sent: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """An address of one's own."""

    id: int
    channel: str
    address: str
    origin: str
    label: str
    verified_at: datetime | None
    disabled_at: datetime | None
    code_asked_at: datetime | None
    last_ok_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None
    failures: int
    is_configured: bool
    """This installation has the channel."""

    @property
    def is_usable(self) -> bool:
        return self.disabled_at is None and (self.origin == "books" or self.verified_at is not None)

    @property
    def is_working(self) -> bool:
        return self.is_usable and self.is_configured and self.failures < FAILURES_IN_A_ROW


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """How a channel fared over some days, within the reader's scope."""

    channel: str
    made: int
    waiting: int
    sent: int
    delivered: int
    failed: int
    withheld: int
    to_send: timedelta | None
    """Median from notice to handing over."""
    to_arrive: timedelta | None
    """Median from handing over to proof of arrival."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery as a line of the supervisors' table."""

    id: int
    made_at: datetime
    channel: str
    state: str
    level: int
    person_name: str
    subject_kind: str | None
    subject_id: int | None
    reason: str | None
    kind: str | None
    venue_id: int | None
    venue_name: str | None
    county_name: str | None
    tries: int
    sent_at: datetime | None
    delivered_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A person on a ladder who cannot be told, or over one kind of channel only."""

    person_id: int
    name: str
    place: str
    venue_id: int | None
    role: str
    kinds: int
    """Working kinds of channel: 0 or 1."""
    last_failure: str | None


@dataclass(frozen=True, slots=True)
class Reachability:
    """Everybody on a ladder within scope, and those who are not safely reached."""

    people: int
    without: int
    one_kind: int
    nameless: int
    """Entries of the books without a telephone number."""
    rows: tuple[Unreachable, ...]


@dataclass(frozen=True, slots=True)
class ChannelState:
    """A channel as the telling worker last described it."""

    channel: str
    is_configured: bool
    is_demo: bool
    far_end: str
    has_receipts: bool
    per_second: float
    told_at: datetime
    last_ok_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str | None


_UNREAD = text("select count(*) from notices where person_id = :person and read_at is null")
_MINE = """
    select n.id, n.subject_kind, n.subject_id, n.reason, n.level, n.facts, a.kind, n.venue_id,
        coalesce(v.name, '') as venue_name, area.name as area_name, county.name as county_name,
        coalesce(a.raised_at, n.made_at) as at, n.made_at,
        n.read_at, n.acknowledged_at, a.closed_at is not null as is_over
    from notices n left join venues v on v.id = n.venue_id join regions county on county.adcode = n.county
    left join alarms a on n.subject_kind = 'alarm' and a.id = n.subject_id left join areas area on area.id = a.area_id
    where n.person_id = :person
"""
_ALL_MINE = text(f"{_MINE} order by n.made_at desc, n.id desc limit :limit offset :offset")
_UNREAD_MINE = text(f"{_MINE} and n.read_at is null order by n.level, n.made_at desc limit :limit offset :offset")
_SENT = text(
    """
    select notice_id, channel, state, sent_at, delivered_at, error from deliveries
    where notice_id = any (:ids) order by notice_id, id
    """
)
_POINTS = text(
    """
    select c.id, c.channel, c.address, c.origin, c.label, c.verified_at, c.disabled_at, c.code_asked_at, c.last_ok_at,
        c.last_failure_at, c.last_failure, c.failures, coalesce(k.is_configured, false) as is_configured
    from contact_points c left join notify_channels k on k.channel = c.channel
    where c.person_id = :person and (c.origin = 'own' or c.disabled_at is null) order by c.origin, c.id
    """
)
_CHANNELS = text(
    """
    select channel, is_configured, is_demo, far_end, has_receipts, per_second, told_at, last_ok_at, last_failure_at,
        last_failure
    from notify_channels order by is_configured desc, channel
    """
)
_FIGURES = text(
    """
    select channel, count(*) as made, count(*) filter (where state = 'waiting') as waiting,
        count(*) filter (where state = 'sent') as sent, count(*) filter (where state = 'delivered') as delivered,
        count(*) filter (where state in ('failed', 'no_channel')) as failed,
        count(*) filter (where state = 'withheld') as withheld,
        percentile_cont(0.5) within group (order by sent_at - made_at) filter (where sent_at is not null) as to_send,
        percentile_cont(0.5) within group (order by delivered_at - sent_at)
            filter (where delivered_at is not null) as to_arrive
    from deliveries where made_at >= :since and purpose = 'notice' group by channel order by made desc
    """
)
_ROWS = """
    select d.id, d.made_at, d.channel, d.state, d.level, p.name as person_name, n.subject_kind, n.subject_id, n.reason,
        a.kind, d.venue_id, v.name as venue_name, county.name as county_name, d.tries, d.sent_at, d.delivered_at,
        d.error
    from deliveries d join people p on p.id = d.person_id left join notices n on n.id = d.notice_id
    left join alarms a on n.subject_kind = 'alarm' and a.id = n.subject_id
    left join venues v on v.id = d.venue_id left join regions county on county.adcode = d.county
    where d.purpose = 'notice' and d.made_at >= :since
"""
_ONE = text(f"{_ROWS} and n.subject_kind = :kind and n.subject_id = :id order by d.made_at, d.id limit 500")

# Everybody that an alarm may be brought to, and over how many kinds of channel that works today.
_LADDER = """
    with places as (
        select g.person_id, g.role, v.id as venue_id,
            coalesce(v.name, m.name, r.name, '') as place
        from grants g left join venues v on v.id = g.venue_id left join maintainers m on m.id = g.maintainer_id
        left join regions r on r.adcode = g.county_lo and g.venue_id is null and g.maintainer_id is null
        where g.role = any (:roles)
        union all
        select p.person_id, 'venue', p.venue_id, v.name from venue_people p join venues v on v.id = p.venue_id
        where p.person_id is not null),
    ladder as (select distinct on (person_id) person_id, role, venue_id, place from places order by person_id, role),
    reached as (
        select c.person_id, count(distinct c.channel) as kinds,
            max(c.last_failure) filter (where c.failures >= :failures) as last_failure
        from contact_points c join notify_channels k on k.channel = c.channel and k.is_configured
        where c.disabled_at is null and (c.origin = 'books' or c.verified_at is not null) and c.failures < :failures
            and c.channel = any (:outgoing)
        group by 1)
"""
_REACHED = text(
    f"""
    {_LADDER}
    select count(*) as people, count(*) filter (where coalesce(kinds, 0) = 0) as without,
        count(*) filter (where kinds = 1) as one_kind
    from ladder left join reached using (person_id)
    """
)
_UNREACHABLE = text(
    f"""
    {_LADDER}
    select l.person_id, p.name, l.place, l.venue_id, l.role, coalesce(r.kinds, 0) as kinds, r.last_failure
    from ladder l join people p on p.id = l.person_id left join reached r using (person_id)
    where coalesce(r.kinds, 0) < 2 order by coalesce(r.kinds, 0), l.role <> 'province', l.role, l.person_id limit :limit
    """
)
_NAMELESS = text("select count(*) from venue_people where person_id is null")


def unread(session: Session, person_id: int) -> int:
    return session.scalar(_UNREAD, {"person": person_id}) or 0


def mine(session: Session, person_id: int, limit: int, offset: int = 0, *, only_unread: bool = False) -> list[Message]:
    """A person's messages, newest first; the unread ones by level."""
    found = session.execute(
        _UNREAD_MINE if only_unread else _ALL_MINE, {"person": person_id, "limit": limit, "offset": offset}
    ).all()
    sent: dict[int, list[Sent]] = {}
    for row in session.execute(_SENT, {"ids": [row.id for row in found]}):
        sent.setdefault(row.notice_id, []).append(Sent(*row[1:]))
    return [Message(**row._mapping, sent=tuple(sent.get(row.id, ()))) for row in found]


def points(session: Session, person_id: int) -> list[Point]:
    """A person's own addresses."""
    return [Point(**row) for row in session.execute(_POINTS, {"person": person_id}).mappings()]


def channels(session: Session) -> list[ChannelState]:
    """What this installation tells people over; empty where the telling worker never ran."""
    return [ChannelState(**row) for row in session.execute(_CHANNELS).mappings()]


def channel_figures(session: Session, since: datetime) -> list[ChannelFigures]:
    return [ChannelFigures(**row) for row in session.execute(_FIGURES, {"since": since}).mappings()]


def deliveries(
    session: Session, since: datetime, limit: int, *, state: str | None = None, channel: str | None = None
) -> list[DeliveryRow]:
    """Deliveries within scope, newest first; of one state or channel where asked."""
    conditions, values = "", {"since": since, "limit": limit}
    if state is not None:
        conditions += " and d.state = :state"
        values["state"] = state
    if channel is not None:
        conditions += " and d.channel = :channel"
        values["channel"] = channel
    found = session.execute(text(f"{_ROWS}{conditions} order by d.made_at desc, d.id desc limit :limit"), values)
    return [DeliveryRow(**row) for row in found.mappings()]


def deliveries_about(session: Session, subject_kind: str, subject_id: int, since: datetime) -> list[DeliveryRow]:
    """Who was told of one thing, over what, with what proof; oldest first."""
    found = session.execute(_ONE, {"kind": subject_kind, "id": subject_id, "since": since})
    return [DeliveryRow(**row) for row in found.mappings()]


def reachability(session: Session, limit: int) -> Reachability:
    """Who on a ladder within scope has no working channel, or one kind only (a fire needs two)."""
    facts = {
        "roles": [role.value for role in ACT_ON_ALARMS],
        "failures": FAILURES_IN_A_ROW,
        "outgoing": [each.value for each in OUTGOING],
        "limit": limit,
    }
    people, without, one_kind = session.execute(_REACHED, facts).one()
    rows = tuple(Unreachable(**row) for row in session.execute(_UNREACHABLE, facts).mappings())
    return Reachability(people, without, one_kind, session.scalar(_NAMELESS) or 0, rows)
