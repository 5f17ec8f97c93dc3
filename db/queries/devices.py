"""Devices, read: how many speak."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

HEARD_WITHIN = timedelta(hours=24)
"""GB/T 45839-2025: loss of communication is shown within 24 h."""


@dataclass(frozen=True, slots=True)
class KindHealth:
    """Devices of one kind in use, and how many were heard within a day."""

    kind: str
    devices: int
    heard: int


@dataclass(frozen=True, slots=True)
class Health:
    """All kinds, most numerous first."""

    kinds: tuple[KindHealth, ...]

    @property
    def devices(self) -> int:
        return sum(kind.devices for kind in self.kinds)

    @property
    def heard(self) -> int:
        return sum(kind.heard for kind in self.kinds)


_HEALTH = text(
    """
    select d.kind, count(*) as devices, count(l.device_id) as heard
    from devices d left join device_latest l on l.device_id = d.id and l.heard_at > :since
    where d.retired_on is null group by d.kind order by 2 desc
    """
)


def health(session: Session, now: datetime) -> Health:
    """The devices within scope by kind."""
    return Health(tuple(KindHealth(*row) for row in session.execute(_HEALTH, {"since": now - HEARD_WITHIN})))
