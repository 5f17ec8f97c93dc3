"""Devices as a list: any number of them, filtered and sorted by the database, with their standing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import region_range
from db.rules.online import DeviceState


class DeviceOrder(StrEnum):
    """What the list may be sorted by."""

    CODE = "code"
    KIND = "kind"
    MODEL = "model"
    VENUE = "venue"
    AREA = "area"
    STATE = "state"
    SINCE = "since"
    HEARD = "heard_at"
    PROVEN = "proven_at"
    BATTERY = "battery_pct"
    RADIO = "rssi_dbm"


@dataclass(frozen=True, slots=True)
class DeviceFilters:
    """What to list; None leaves a filter out."""

    state: DeviceState | None = None
    kind: str | None = None
    words: str | None = None
    """Part of the code, or of the venue's name, or the beginning of its pinyin initials or code."""
    region: int | None = None
    venue_id: int | None = None
    among: tuple[int, ...] = ()
    """The reader's venues where the scope is a list of them: said again, an index finds what the policy only sifts."""


@dataclass(frozen=True, slots=True)
class DeviceSort:
    """By what, and which way; what has no value stands last either way."""

    by: DeviceOrder = DeviceOrder.STATE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class DeviceListed:
    """One device in use, with what its "online" is worth and since when."""

    id: int
    code: str
    kind: str
    model: str
    venue_id: int
    venue_name: str
    city_name: str
    county_name: str
    floor: int | None
    area_name: str | None
    state: str
    by_gateway: bool
    since: datetime | None
    """Since when it has been in this state; None before it was first judged."""
    heard_at: datetime | None
    proven_at: datetime | None
    battery_pct: int | None
    rssi_dbm: int | None


@dataclass(frozen=True, slots=True)
class StateCounts:
    """How many devices fit, by state; the state itself is no filter here."""

    by_state: dict[DeviceState, int]

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def proven_rate(self) -> float | None:
        """Share proven, 0 to 1; None where there are none."""
        return self.by_state.get(DeviceState.PROVEN, 0) / self.total if self.total else None


WORST_FIRST = (
    DeviceState.SILENT,
    DeviceState.FAULTY,
    DeviceState.FLAPPING,
    DeviceState.REGISTERED,
    DeviceState.HEARD,
    DeviceState.PROVEN,
)
_STATE = "coalesce(s.state, 'registered')"
_RANK = f"array_position(cast(:worst_first as text[]), {_STATE})"
_BY: dict[DeviceOrder, tuple[str, ...]] = {
    DeviceOrder.CODE: ("d.code",),
    DeviceOrder.KIND: ("d.kind",),
    DeviceOrder.MODEL: ("d.model",),
    DeviceOrder.VENUE: ("v.name",),
    DeviceOrder.AREA: ("a.floor", "a.name"),
    DeviceOrder.STATE: (_RANK,),
    DeviceOrder.SINCE: ("s.since",),
    DeviceOrder.HEARD: ("l.heard_at",),
    DeviceOrder.PROVEN: ("l.proven_at",),
    DeviceOrder.BATTERY: ("l.battery_pct",),
    DeviceOrder.RADIO: ("l.rssi_dbm",),
}
_JOINED = {
    "s.": "left join device_states s on s.device_id = d.id and s.until is null",
    "l.": "left join device_latest l on l.device_id = d.id",
    "v.": "left join venues v on v.id = d.venue_id",
    "a.": "left join areas a on a.id = d.area_id",
}
_ROWS = f"""
    select d.id, d.code, d.kind, d.model, d.venue_id, v.name as venue_name, city.name as city_name,
           county.name as county_name, a.floor, a.name as area_name, {_STATE} as state,
           coalesce(s.by_gateway, false) as by_gateway, s.since, l.heard_at, l.proven_at, l.battery_pct, l.rssi_dbm
    from ({{chosen}}) chosen join devices d on d.id = chosen.id join venues v on v.id = d.venue_id
    join regions county on county.adcode = v.county join regions city on city.adcode = v.city
    {_JOINED["a."]} {_JOINED["s."]} {_JOINED["l."]} order by {{order}}
"""


def rows(session: Session, filters: DeviceFilters, sort: DeviceSort, *, limit: int, offset: int) -> list[DeviceListed]:
    """A stretch of the list. Which devices is found first, in as few tables as can be; then what is shown of them."""
    sql, values = _listing(filters, sort, "limit :limit offset :offset")
    found = session.execute(text(sql), values | {"limit": limit, "offset": offset})
    return [DeviceListed(**row) for row in found.mappings()]


def every(session: Session, filters: DeviceFilters, sort: DeviceSort, most: int) -> Iterator[DeviceListed]:
    """The whole list up to `most`, read as it is written out: it may be long."""
    sql, values = _listing(filters, sort, "limit :limit")
    found = session.execute(text(sql), values | {"limit": most}, execution_options={"yield_per": 2000})
    for row in found.mappings():
        yield DeviceListed(**row)


def counts(session: Session, filters: DeviceFilters) -> StateCounts:
    """How many fit in each state, whichever state is chosen."""
    where, values, tables = _conditions(replace(filters, state=None))
    joins = " ".join(_JOINED[each] for each in dict.fromkeys(("s.", *tables)))
    found = session.execute(
        text(f"select {_STATE} as state, count(*) as n from devices d {joins} where {where} group by 1"), values
    )
    return StateCounts({DeviceState(row.state): row.n for row in found})


def kinds(session: Session, filters: DeviceFilters) -> dict[str, int]:
    """How many fit of each kind, whichever kind is chosen, most numerous first."""
    where, values, tables = _conditions(replace(filters, kind=None))
    joins = " ".join(_JOINED[each] for each in tables)
    found = session.execute(
        text(f"select d.kind, count(*) as n from devices d {joins} where {where} group by 1 order by 2 desc, 1"), values
    )
    return {row.kind: row.n for row in found}


def _listing(filters: DeviceFilters, sort: DeviceSort, stretch: str) -> tuple[str, dict[str, Any]]:
    """The order stands twice: within, so that few are fetched, and outside, for joins keep none."""
    where, values, tables = _conditions(filters)
    way = "desc" if sort.descending else "asc"
    keys = [f"{key} {way} nulls last" for key in _BY[sort.by]]
    if sort.by is DeviceOrder.STATE:
        keys.append("s.since nulls last")  # those longest in it first
        values["worst_first"] = [state.value for state in WORST_FIRST]
    order = ", ".join((*keys, "d.id"))
    joins = " ".join(join for name, join in _JOINED.items() if name in tables or name in order)
    chosen = f"select d.id from devices d {joins} where {where} order by {order} {stretch}"
    return _ROWS.format(chosen=chosen, order=order), values


def _conditions(filters: DeviceFilters) -> tuple[str, dict[str, Any], tuple[str, ...]]:
    """Conditions of fixed words, their values, and the tables that they need beside the devices'."""
    parts, values, tables = ["d.retired_on is null"], dict[str, Any](), tuple[str, ...]()
    if filters.state is not None:
        tables = ("s.",)
        # written so that the index of current states can serve; a device that nobody judged yet is registered
        unjudged = " or s.state is null" if filters.state is DeviceState.REGISTERED else ""
        parts.append(f"(s.state = :state{unjudged})")
        values["state"] = filters.state.value
    if filters.kind is not None:
        parts.append("d.kind = :kind")
        values["kind"] = filters.kind
    if filters.region is not None:
        parts.append("d.county between :lo and :hi")
        values["lo"], values["hi"] = region_range(filters.region)
    if filters.venue_id is not None:
        parts.append("d.venue_id = :venue_id")
        values["venue_id"] = filters.venue_id
    among = " and w.id = any (cast(:among as int[]))" if filters.among else ""
    if among:
        parts.append("d.venue_id = any (cast(:among as int[]))")
        values["among"] = list(filters.among)
    if typed := (filters.words or "").strip():
        plain = typed.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        parts.append(
            "(d.code ilike :anywhere or d.venue_id in (select w.id from venues w where (w.name ilike :anywhere"
            f" or w.name_initials like :start or lower(w.code) like :start){among}))"
        )
        values |= {"anywhere": f"%{plain}%", "start": f"{plain.lower()}%"}
    return " and ".join(parts), values, tables
