"""Binding a device: hung at a place, put on the books with the numbers it is known by, or moved.

Two people who bind the same device at once: the row's lock lets one after the other, and the second is refused,
for the device is no longer as the second one saw it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import NotFound, WrongState
from db.rules.device_checks import Area
from db.rules.device_kinds import DeviceKind


def not_known() -> NotFound:
    """Of a number that is nobody's, and in the same words of one whose device is out of sight."""
    return NotFound("There is no such device within your scope.")


def bound_meanwhile() -> WrongState:
    return WrongState("Somebody else has bound this device meanwhile; look again.")


class Outcome(StrEnum):
    """What became of the device."""

    REGISTERED = "registered"
    """New on the books."""
    MOVED = "moved"
    JOINED = "joined"
    """A number more for a device that was on the books."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a device is to hang: an area of the venue, one that is made now, or none."""

    venue_id: int
    area_id: int | None = None
    new_area: Area | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """Where the device hung when it was shown to whoever binds it."""

    venue_id: int
    area_id: int | None


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device to be put on the books, and how the doors know it."""

    code: str
    kind: DeviceKind
    model: str
    addresses: tuple[tuple[str, str], ...]
    """Door and address."""
    installation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The device as it hangs now."""

    code: str
    outcome: Outcome
    venue_id: int
    area_id: int | None


_DEVICE = text(
    "select id, code, kind, venue_id, county, area_id, retired_on from devices where code = :code for no key update"
)
_VENUE = text("select id, county from venues where id = :id")
_AREA = text("select id from areas where id = :id and venue_id = :venue")
_TURN = text("select pg_advisory_xact_lock(hashtextextended('areas', :venue))")
_SAME_AREA = text("select id from areas where venue_id = :venue and floor = :floor and name = :name")
_NEW_AREA = text(
    "insert into areas (venue_id, county, kind, floor, name) values (:venue, :county, :kind, :floor, :name) returning id"
)
_MOVE = text(
    """
    update devices d set venue_id = :venue, county = :county, area_id = :area, gateway_id = case when exists (
        select from devices g where g.id = d.gateway_id and g.venue_id = :venue) then d.gateway_id end
    where d.id = :device
    """
)
FOLLOWING = ("device_addresses", "device_links", "device_latest", "device_credentials", "installations")
"""Tables that repeat a device's venue. Its history stays where it happened; its state follows within a minute."""
_REGISTER = text(
    """
    insert into devices (code, venue_id, county, area_id, kind, model, installed_on)
    values (:code, :venue, :county, :area, :kind, :model, :day) on conflict (code) do nothing returning id
    """
)
_ADDRESS = text(
    "insert into device_addresses (door, address, device_id, venue_id, county)"
    " values (:door, :address, :device, :venue, :county) on conflict (door, address) do nothing returning device_id"
)
_HELD = text("select device_id from device_addresses where door = :door and address = :address")
_INSTALLED = text("select bind_installation(:installation, :device)")


def move(session: Session, code: str, seen: Seen, placing: Placing, operator: Operator) -> Bound:
    """Hang a device that is on the books at a place; it keeps its number, its history and its login."""
    device = _in_use(session, code)
    if (device.venue_id, device.area_id) != (seen.venue_id, seen.area_id):
        raise bound_meanwhile()
    county = _county(session, placing.venue_id)
    area = _area(session, placing, county)
    if (device.venue_id, device.area_id) == (placing.venue_id, area):
        raise WrongState("This device is bound to this place already.")
    place = {"device": device.id, "venue": placing.venue_id, "county": county}
    session.execute(_MOVE, place | {"area": area})
    if device.venue_id != placing.venue_id:
        for table in FOLLOWING:
            session.execute(
                text(f"update {table} set venue_id = :venue, county = :county where device_id = :device"), place
            )
    before = {"venue": device.venue_id, "area": device.area_id}
    _note(session, "device moved", device.id, placing, county, operator, {"area": area, "before": before})
    return Bound(device.code, Outcome.MOVED, placing.venue_id, area)


def register(session: Session, new: NewDevice, placing: Placing, operator: Operator, today: date) -> Bound:
    """Put a device on the books at a place. Where its code is that of a device at this venue, its numbers are added.

    A number that is another's is refused: in the same words as one that nobody knows, where the other is out of sight.
    """
    county = _county(session, placing.venue_id)
    area = _area(session, placing, county)
    place = {"venue": placing.venue_id, "county": county}
    told = {"code": new.code, "area": area, "kind": new.kind.value, "model": new.model, "day": today}
    device_id = session.scalar(_REGISTER, place | told)
    outcome, code = Outcome.REGISTERED, new.code
    if device_id is None:
        device_id, outcome = _joined(session, new, placing), Outcome.JOINED
    _know_by(session, new.addresses, place | {"device": device_id})
    if new.installation_id is not None:
        bound = session.scalar(_INSTALLED, {"installation": new.installation_id, "device": device_id})
        if not bound:
            raise bound_meanwhile()
    act = "device registered" if outcome is Outcome.REGISTERED else "device address bound"
    detail = {"code": code, "area": area, "addresses": [f"{door}:{address}" for door, address in new.addresses]}
    _note(session, act, device_id, placing, county, operator, detail)
    return Bound(code, outcome, placing.venue_id, area)


def _in_use(session: Session, code: str) -> Row[tuple[int, str, str, int, int, int | None, date | None]]:
    device = session.execute(_DEVICE, {"code": code}).one_or_none()
    if device is None:
        raise not_known()
    if device.retired_on is not None:
        raise WrongState("This device is out of use and cannot be bound.")
    return device


def _joined(session: Session, new: NewDevice, placing: Placing) -> int:
    """The device that has this code already, at this venue and of this kind, and gets the numbers."""
    device = _in_use(session, new.code)
    if device.venue_id != placing.venue_id or device.kind != new.kind or not new.addresses:
        raise WrongState("Another device has this number already.")
    return int(device.id)


def _know_by(session: Session, addresses: Sequence[tuple[str, str]], place: dict[str, int]) -> None:
    for door, address in addresses:
        if session.scalar(_ADDRESS, place | {"door": door, "address": address}) is not None:
            continue
        holder = session.scalar(_HELD, {"door": door, "address": address})
        if holder is None:
            raise not_known()
        if holder != place["device"]:
            raise bound_meanwhile()


def _county(session: Session, venue_id: int) -> int:
    venue = session.execute(_VENUE, {"id": venue_id}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    return int(venue.county)


def _area(session: Session, placing: Placing, county: int) -> int | None:
    """The area's number; one of the same floor and name is taken rather than made twice."""
    if placing.new_area is None:
        if placing.area_id is None:
            return None
        found = session.scalar(_AREA, {"id": placing.area_id, "venue": placing.venue_id})
        if found is None:
            raise NotFound("There is no such area at this venue.")
        return int(found)
    new = placing.new_area
    session.execute(_TURN, {"venue": placing.venue_id})
    place = {"venue": placing.venue_id, "floor": new.floor, "name": new.name}
    same = session.scalar(_SAME_AREA, place)
    if same is not None:
        return int(same)
    return int(session.execute(_NEW_AREA, place | {"county": county, "kind": new.kind.value}).scalar_one())


def _note(
    session: Session,
    act: str,
    device_id: int,
    placing: Placing,
    county: int,
    operator: Operator,
    detail: Mapping[str, object],
) -> None:
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"devices/{device_id}",
        venue_id=placing.venue_id,
        county=county,
        detail=dict(detail),
    )
