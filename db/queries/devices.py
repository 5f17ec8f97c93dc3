"""Devices, read: how many speak."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound

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
    select d.kind, count(*) as devices,
        count(*) filter (where d.id in (select device_id from device_latest where heard_at > :since)) as heard
    from devices d where d.retired_on is null group by d.kind order by 2 desc
    """
)


def health(session: Session, now: datetime) -> Health:
    """The devices within scope by kind."""
    return Health(tuple(KindHealth(*row) for row in session.execute(_HEALTH, {"since": now - HEARD_WITHIN})))


@dataclass(frozen=True, slots=True)
class Step:
    """What a device's "online" was worth for a while; `until` None: it still is."""

    since: datetime
    until: datetime | None
    state: str
    by_gateway: bool


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device that it speaks through, or that speaks through it."""

    code: str
    kind: str
    state: str | None
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """One device with everything known of its being online."""

    id: int
    code: str
    kind: str
    model: str
    venue_id: int
    venue_name: str
    county_name: str
    city_name: str
    floor: int | None
    area_name: str | None
    installed_on: date
    retired_on: date | None
    is_demo: bool
    heard_at: datetime | None
    observed_at: datetime | None
    proven_at: datetime | None
    signal: str | None
    value: float | None
    battery_pct: int | None
    rssi_dbm: int | None
    skew_seconds: float | None
    """How far its clock is behind ours at least; negative where it is ahead."""
    identity: str | None
    is_online: bool | None
    gateway: Neighbour | None
    children: tuple[Neighbour, ...]
    steps: tuple[Step, ...]
    """Newest first."""


_FACTS = text(
    """
    select d.id, d.code, d.kind, d.model, d.venue_id, v.name as venue_name, county.name as county_name,
           city.name as city_name, a.floor, a.name as area_name, d.installed_on, d.retired_on, d.is_demo,
           l.heard_at, l.observed_at, l.proven_at, l.signal, l.value, l.battery_pct, l.rssi_dbm,
           least(l.skew_seconds, l.skew_before) as skew_seconds,
           (select min(i.address) from device_addresses i where i.device_id = d.id and i.door = 'identity') as identity,
           k.is_online, d.gateway_id
    from devices d join venues v on v.id = d.venue_id join regions county on county.adcode = v.county
    join regions city on city.adcode = v.city left join areas a on a.id = d.area_id
    left join device_latest l on l.device_id = d.id left join device_links k on k.device_id = d.id
    where d.code = :code
    """
)
_NEIGHBOURS = text(
    """
    select d.id, d.code, d.kind, s.state, l.heard_at from devices d
    left join device_states s on s.device_id = d.id and s.until is null left join device_latest l on l.device_id = d.id
    where (d.id = :gateway or d.gateway_id = :id) and d.retired_on is null order by d.code limit 300
    """
)
_STEPS = text(
    "select since, until, state, by_gateway from device_states where device_id = :id order by since desc limit 60"
)


def facts(session: Session, code: str) -> DeviceFacts:
    """A device by its code; `NotFound` where there is none within scope."""
    row = session.execute(_FACTS, {"code": code}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such device within your scope.")
    told = dict(row)
    gateway = told.pop("gateway_id")
    near = session.execute(_NEIGHBOURS, {"gateway": gateway, "id": row["id"]}).all()
    neighbours = {each.id: Neighbour(each.code, each.kind, each.state, each.heard_at) for each in near}
    return DeviceFacts(
        **told,
        gateway=neighbours.pop(gateway, None),
        children=tuple(neighbours.values()),
        steps=tuple(Step(*each) for each in session.execute(_STEPS, {"id": row["id"]})),
    )


_BATTERY = text(
    "select day, sum(total) / sum(n) from readings_daily where device_id = :id and signal = 'battery' and day > :since"
    " group by 1 order by 1"
)


def battery_days(session: Session, device_id: int, since: date) -> list[tuple[date, float]]:
    """The battery's mean of each day, in percent."""
    return [(day, float(pct)) for day, pct in session.execute(_BATTERY, {"id": device_id, "since": since})]


_STATES = text(
    """
    select d.kind, coalesce(s.state, 'registered') as state, count(*) as n
    from devices d left join device_states s on s.device_id = d.id and s.since <= :at
        and (s.until is null or s.until > :at)
    where d.retired_on is null or d.retired_on > :day group by 1, 2
    """
)


def states(session: Session, at: datetime) -> dict[tuple[str, str], int]:
    """Devices within scope by kind and by what their "online" was worth at a moment."""
    rows = session.execute(_STATES, {"at": at, "day": at.date()})
    return {(row.kind, row.state): row.n for row in rows}
