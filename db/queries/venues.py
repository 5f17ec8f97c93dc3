"""Venues, read: search, one venue with everything known of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound


@dataclass(frozen=True, slots=True)
class VenueFound:
    """One hit of a search."""

    id: int
    name: str
    category: str
    county: int
    county_name: str
    address: str


@dataclass(frozen=True, slots=True)
class Responsible:
    duty: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A run of days, from `since` to before `until` (None: still running), with what it was about."""

    since: date
    until: date | None
    about: str | None


@dataclass(frozen=True, slots=True)
class VenueDetail:
    """A venue with its people and its history of access and duty, newest first."""

    id: int
    code: str
    name: str
    category: str
    sub_type: str | None
    county: int
    county_name: str
    city: int
    city_name: str
    address: str
    students: int | None
    lng: float
    lat: float
    is_demo: bool
    due_on: date | None
    people: tuple[Responsible, ...]
    access: tuple[Stretch, ...]
    duty: tuple[Stretch, ...]

    def accessed_on(self, day: date) -> bool:
        return any(s.since <= day and (s.until is None or day < s.until) for s in self.access)

    def on_duty_on(self, day: date) -> bool:
        return any(s.since <= day and (s.until is None or day < s.until) for s in self.duty)


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """A device in its area, with its last word."""

    id: int
    code: str
    kind: str
    model: str
    floor: int | None
    area_id: int | None
    area_name: str | None
    area_kind: str | None
    heard_at: datetime | None
    signal: str | None
    value: float | None
    battery_pct: int | None
    rssi_dbm: int | None
    identity: str | None = None
    """Its 27 characters by GB/T 45839-2025, where it has them."""
    is_online: bool | None = None
    """What its platform says of its link, where it says anything."""
    state: str | None = None
    """What its "online" is worth; None before it was first judged."""
    by_gateway: bool | None = None


_SEARCH = text(
    """
    select v.id, v.name, v.category, v.county, r.name as county_name, v.address
    from venues v join regions r on r.adcode = v.county
    where v.name ilike :anywhere or v.name_initials like :start or v.address ilike :anywhere or v.code ilike :start
    order by (v.name ilike :start) desc, (v.name_initials = :typed) desc, length(v.name), v.id limit :limit
    """
)

_DETAIL = text(
    """
    select v.id, v.code, v.name, v.category, v.sub_type, v.county, county.name as county_name, v.city,
           city.name as city_name, v.address, v.students, st_x(v.point) as lng,
           st_y(v.point) as lat, v.is_demo, m.due_on
    from venues v join regions county on county.adcode = v.county join regions city on city.adcode = v.city
    left join milestones m on m.category = v.category where v.id = :id
    """
)

_PEOPLE = text("select duty, name, phone from venue_people where venue_id = :id order by id")
_ACCESS = text(
    "select accessed_from, accessed_until, ended_because from access_history where venue_id = :id order by 1 desc"
)
_DUTY = text(
    "select d.declared_from, d.declared_until, m.name from duty_history d"
    " left join maintainers m on m.id = d.maintainer_id where d.venue_id = :id order by 1 desc"
)
_DEVICES = text(
    """
    select d.id, d.code, d.kind, d.model, a.floor, a.id as area_id, a.name as area_name, a.kind as area_kind,
           l.heard_at, l.signal, l.value, l.battery_pct, l.rssi_dbm, k.is_online, s.state, s.by_gateway,
           (select min(i.address) from device_addresses i where i.device_id = d.id and i.door = 'identity') as identity
    from devices d left join areas a on a.id = d.area_id left join device_latest l on l.device_id = d.id
    left join device_links k on k.device_id = d.id
    left join device_states s on s.device_id = d.id and s.until is null
    where d.venue_id = :id and d.retired_on is null order by a.floor nulls last, a.id, d.kind, d.id
    """
)


def any_demo(session: Session) -> bool:
    """True where the reader sees demonstration venues."""
    return bool(session.scalar(text("select exists (select from venues where is_demo)")))


def search(session: Session, typed: str, limit: int) -> list[VenueFound]:
    """Venues whose name or address holds what was typed, or whose pinyin initials or code begin with it."""
    plain = typed.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    rows = session.execute(
        _SEARCH,
        {"anywhere": f"%{plain}%", "start": f"{plain.lower()}%", "typed": typed.lower(), "limit": limit},
    )
    return [VenueFound(**row) for row in rows.mappings()]


def letters(session: Session, county: int) -> str:
    """Every character of a county's venue names, once: what a map must have ready to write them."""
    names = session.scalars(text("select name from venues where county = :county"), {"county": county})
    return "".join(sorted(set("".join(names))))


def detail(session: Session, venue_id: int) -> VenueDetail:
    """One venue; `NotFound` outside the reader's scope."""
    row = session.execute(_DETAIL, {"id": venue_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such venue within your scope.")
    by_id = {"id": venue_id}
    return VenueDetail(
        **row,
        people=tuple(Responsible(*person) for person in session.execute(_PEOPLE, by_id)),
        access=tuple(Stretch(*stretch) for stretch in session.execute(_ACCESS, by_id)),
        duty=tuple(Stretch(*stretch) for stretch in session.execute(_DUTY, by_id)),
    )


def devices(session: Session, venue_id: int) -> list[DeviceSeen]:
    """The devices in use at a venue, by floor and area."""
    return [DeviceSeen(**row) for row in session.execute(_DEVICES, {"id": venue_id}).mappings()]
