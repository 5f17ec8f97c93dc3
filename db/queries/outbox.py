"""The outbox and its platforms, read."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.outbox import MessageKind, OutboxState, Transport


@dataclass(frozen=True, slots=True)
class PlatformRow:
    """A platform that is told, and what of the reader's scope waits for it."""

    id: int
    name: str
    region: int
    region_name: str
    transport: Transport
    address: str
    centre_address: int | None
    source_address: int | None
    answered_at: datetime | None
    failed_at: datetime | None
    failure: str | None
    waiting: int
    oldest_waiting_at: datetime | None

    @property
    def is_failing(self) -> bool:
        """Its last word was none, and something waits for it."""
        return (
            self.waiting > 0 and self.failed_at is not None and (self.answered_at or self.failed_at) <= self.failed_at
        )


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message as the page shows it."""

    id: int
    key: str
    kind: MessageKind
    state: OutboxState
    platform_id: int | None
    platform_name: str | None
    alarm_id: int
    venue_id: int
    venue_name: str
    county_name: str
    made_at: datetime
    tries: int
    tried_at: datetime | None
    next_try_at: datetime
    last_error: str | None
    acknowledged_at: datetime | None
    receipt: str | None

    @property
    def took(self) -> timedelta | None:
        return None if self.acknowledged_at is None else self.acknowledged_at - self.made_at


@dataclass(frozen=True, slots=True)
class OutboxFigures:
    """The last thirty days within the scope. The longest is None where nothing was acknowledged."""

    waiting: int
    refused: int
    nowhere: int
    acknowledged: int
    in_time: int
    longest: timedelta | None


_PLATFORMS = text(
    """
    select p.id, p.name, p.region, r.name as region_name, p.transport, p.address, p.centre_address, p.source_address,
        p.answered_at, p.failed_at, p.failure, w.waiting, w.oldest as oldest_waiting_at
    from fire_platforms p join regions r on r.adcode = p.region
    cross join lateral (select count(*)::int as waiting, min(made_at) as oldest from outbox o
        where o.platform_id = p.id and o.state <> 'acknowledged') w
    where p.retired_at is null order by p.region, p.id
    """
)
_ROWS = """
    select o.id, o.key, o.kind, o.state, o.platform_id, p.name as platform_name, o.alarm_id, o.venue_id,
        v.name as venue_name, r.name as county_name, o.made_at, o.tries, o.tried_at, o.next_try_at, o.last_error,
        o.acknowledged_at, o.receipt
    from outbox o join venues v on v.id = o.venue_id join regions r on r.adcode = o.county
    left join fire_platforms p on p.id = o.platform_id
"""
_FIGURES = text(
    """
    select count(*) filter (where state = 'waiting' and platform_id is not null),
        count(*) filter (where state = 'refused'), count(*) filter (where platform_id is null),
        count(*) filter (where state = 'acknowledged' and made_at > :since),
        count(*) filter (where acknowledged_at - made_at <= :within and made_at > :since),
        max(acknowledged_at - made_at) filter (where made_at > :since)
    from outbox where made_at > :since or state <> 'acknowledged'
    """
)


def platforms(session: Session) -> list[PlatformRow]:
    """Every platform that is told today, by region."""
    rows = session.execute(_PLATFORMS).mappings()
    return [PlatformRow(**{**row, "transport": Transport(row["transport"])}) for row in rows]


def listed(session: Session, *, only_open: bool = False, limit: int = 100, offset: int = 0) -> list[OutboxRow]:
    """Messages, the newest first."""
    where = "where o.state <> 'acknowledged'" if only_open else ""
    sql = f"{_ROWS} {where} order by o.id desc limit :limit offset :offset"
    rows = session.execute(text(sql), {"limit": limit, "offset": offset}).mappings()
    return [OutboxRow(**{**row, "kind": MessageKind(row["kind"]), "state": OutboxState(row["state"])}) for row in rows]


def count(session: Session, *, only_open: bool = False) -> int:
    where = "where state <> 'acknowledged'" if only_open else ""
    return session.scalar(text(f"select count(*) from outbox {where}")) or 0


def figures(session: Session, now: datetime, within: timedelta) -> OutboxFigures:
    row = session.execute(_FIGURES, {"since": now - timedelta(days=30), "within": within}).one()
    return OutboxFigures(*row)
