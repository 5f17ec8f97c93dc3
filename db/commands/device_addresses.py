"""Putting devices on the books of a door that knows them by another name than their code."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound
from db.rules.doors import GBT45839

LONGEST = 200

_DEVICE = text("select id, venue_id, county from devices where code = :code and retired_on is null")
_BIND = text(
    """
    insert into device_addresses (door, address, device_id, venue_id, county)
    values (:book, :address, :device, :venue, :county)
    on conflict (door, address) do update set device_id = excluded.device_id, venue_id = excluded.venue_id,
        county = excluded.county
    """
)
_INSTALLED = text(
    """
    update installations set device_id = :device, venue_id = :venue, county = :county, bound_at = :now
    where company = :company and serial = :serial
    """
)


def bind(session: Session, book: str, address: str, device_code: str, operator: Operator, now: datetime) -> None:
    """From now on the door knows the device by this address; an address that was another device's moves.

    `NotFound` where no such device is in use within the scope, `InvalidInput` for an address that cannot be one.
    """
    if not address.strip() or len(address) > LONGEST or not address.isprintable():
        raise InvalidInput("This address cannot be used.")
    device = session.execute(_DEVICE, {"code": device_code}).one_or_none()
    if device is None:
        raise NotFound("There is no such device in use within your scope.")
    place = {"device": device.id, "venue": device.venue_id, "county": device.county}
    session.execute(_BIND, {"book": book, "address": address, **place})
    if book == GBT45839:
        company, _, serial = address.partition(":")
        session.execute(_INSTALLED, {"company": company, "serial": serial, "now": now, **place})
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act="device address bound",
        subject=f"devices/{device.id}",
        venue_id=device.venue_id,
        county=device.county,
        detail={"door": book, "address": address},
    )
