"""What the record knows of a number that somebody has read from a device, and where it may hang."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.rules.device_recognition import NumberKind, ReadNumber


@dataclass(frozen=True, slots=True)
class DeviceHung:
    """A device on the books, with where it hangs."""

    id: int
    code: str
    kind: str
    model: str
    venue_id: int
    venue_name: str
    area_id: int | None
    area_name: str | None
    floor: int | None
    retired_on: date | None
    is_heard: bool


@dataclass(frozen=True, slots=True)
class AwaitingInstallation:
    """A device that its vendor has put on the books and nobody has bound yet; people are left out."""

    id: int
    company: str
    serial: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """An area of a venue, with how many devices hang in it."""

    id: int
    kind: str
    floor: int
    name: str
    devices: int


@dataclass(frozen=True, slots=True)
class VenueChoice:
    """A venue to hang a device in."""

    id: int
    county: int
    name: str
    county_name: str
    areas: tuple[AreaChoice, ...]


_HUNG = """
    select d.id, d.code, d.kind, d.model, d.venue_id, v.name as venue_name, d.area_id, a.name as area_name, a.floor,
           d.retired_on, exists (select from device_latest l where l.device_id = d.id) as is_heard
    from devices d join venues v on v.id = d.venue_id left join areas a on a.id = d.area_id
"""
_BY_CODE = text(f"{_HUNG} where d.code = :number")
_BY_ADDRESS = text(
    f"""{_HUNG} where d.id in (
        select device_id from device_addresses where address = :number and door = any (cast(:doors as text[]))
        or door = 'gbt45839' and address = :number) order by d.id limit 1"""
)
_BY_SERIAL = text(
    f"{_HUNG} where d.id in (select device_id from installations where serial = :number and device_id is not null)"
    " order by d.id limit 1"
)
_AWAITING = text("select id, company, serial, facts from installation_awaiting(:number)")
_VENUE = text(
    "select v.id, v.county, v.name, r.name as county_name from venues v join regions r on r.adcode = v.county"
    " where v.id = :id"
)
_AREAS = text(
    """
    select a.id, a.kind, a.floor, a.name,
           (select count(*) from devices d where d.area_id = a.id and d.retired_on is null)::int as devices
    from areas a where a.venue_id = :id order by a.floor, a.name, a.id
    """
)
DOORS = {NumberKind.IDENTITY: ["identity"], NumberKind.IMEI: ["ctwing", "onenet"]}
"""Books of addresses in which a number of this kind may stand."""


def device(session: Session, number: ReadNumber) -> DeviceHung | None:
    """The device that is known by the number within scope, by its code first."""
    asked = {"number": number.text, "doors": DOORS.get(number.kind, [])}
    for sql in (_BY_CODE, _BY_ADDRESS, _BY_SERIAL):
        found = session.execute(sql, asked).mappings().first()
        if found is not None:
            return DeviceHung(**found)
    return None


def awaiting(session: Session, number: ReadNumber) -> AwaitingInstallation | None:
    """The vendor's entry that awaits its binding; None where there is none, or where two vendors have this number."""
    found = session.execute(_AWAITING, {"number": number.text}).mappings().all()
    return AwaitingInstallation(**found[0]) if len(found) == 1 else None


def venue(session: Session, venue_id: int) -> VenueChoice:
    """A venue with its areas; `NotFound` outside the scope."""
    found = session.execute(_VENUE, {"id": venue_id}).mappings().one_or_none()
    if found is None:
        raise NotFound("There is no such venue within your scope.")
    areas = tuple(AreaChoice(**row) for row in session.execute(_AREAS, {"id": venue_id}).mappings())
    return VenueChoice(**found, areas=areas)
