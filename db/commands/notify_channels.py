"""What this installation can tell people over, said by the telling worker for everybody to see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_SAY = text(
    """
    insert into notify_channels (channel, is_configured, is_demo, far_end, has_receipts, per_second, burst, tokens,
        refilled_at, told_at)
    values (:channel, :is_configured, :is_demo, :far_end, :has_receipts, :per_second, :burst, :burst, :now, :now)
    on conflict (channel) do update set is_configured = excluded.is_configured, is_demo = excluded.is_demo,
        far_end = excluded.far_end, has_receipts = excluded.has_receipts, per_second = excluded.per_second,
        burst = excluded.burst, told_at = excluded.told_at
    """
)


@dataclass(frozen=True, slots=True)
class ChannelSaid:
    """One channel as it is configured; `far_end` is a host, never a secret."""

    channel: str
    is_configured: bool
    is_demo: bool
    far_end: str
    has_receipts: bool
    per_second: float
    burst: int


def say(session: Session, channels: Sequence[ChannelSaid], now: datetime) -> None:
    for each in sorted(channels, key=lambda one: one.channel):
        session.execute(_SAY, {name: getattr(each, name) for name in ChannelSaid.__slots__} | {"now": now})
