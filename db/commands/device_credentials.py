"""Devices' own logins at the broker: issued once, shown once, revoked for good."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.people import Operator
from db.errors import NotFound
from db.queries import bench

ITERATIONS = 101
"""mosquitto_passwd's own: each connection of a device costs the broker so many; 24 random bytes need no more."""
_DEVICES = text("select id, code, venue_id, county from devices where code = any (:codes) and retired_on is null")
_ISSUE = text(
    """
    insert into device_credentials (device_id, venue_id, county, hash, issued_at)
    values (:device, :venue, :county, :hash, :now)
    on conflict (device_id) do update set hash = excluded.hash, issued_at = excluded.issued_at, revoked_at = null,
        venue_id = excluded.venue_id, county = excluded.county
    """
)
_REVOKE = text(
    """
    update device_credentials c set revoked_at = :now from devices d
    where d.id = c.device_id and d.code = any (:codes) and c.revoked_at is null
    returning d.id, d.code, c.venue_id, c.county
    """
)
_VALID = text(
    "select d.code, c.hash from device_credentials c join devices d on d.id = c.device_id"
    " where c.revoked_at is null and d.retired_on is null order by d.code"
)


@dataclass(frozen=True, slots=True)
class Login:
    """What goes into the device. The password stands nowhere else."""

    code: str
    password: str


def issue(session: Session, codes: Sequence[str], operator: Operator, now: datetime) -> list[Login]:
    """A fresh password for each device, in place of an earlier one; `NotFound` where one is not in use within scope."""
    devices = {row.code: row for row in session.execute(_DEVICES, {"codes": list(codes)})}
    absent = sorted(set(codes) - devices.keys())
    if absent:
        raise NotFound(f"There is no device {absent[0]} in use within your scope; nothing was issued.")
    logins = []
    for code in dict.fromkeys(codes):
        device, login = devices[code], Login(code, secrets.token_urlsafe(24))
        place = {"device": device.id, "venue": device.venue_id, "county": device.county}
        session.execute(_ISSUE, place | {"hash": hashed(login.password), "now": now})
        _note(session, "device login issued", device, operator)
        logins.append(login)
    return logins


def revoke(session: Session, codes: Sequence[str], operator: Operator, now: datetime) -> list[str]:
    """From now on these devices are not let in; answers those that had a login."""
    revoked = session.execute(_REVOKE, {"codes": list(codes), "now": now}).all()
    for device in revoked:
        _note(session, "device login revoked", device, operator)
    return [device.code for device in revoked]


def password_lines(session: Session) -> str:
    """The valid logins as mosquitto's password file holds them, throw-away ones of the bench among them."""
    return "".join(f"{row.code}:{row.hash}\n" for row in session.execute(_VALID)) + bench.login_lines(session)


def hashed(password: str) -> str:
    """PBKDF2 with SHA-512, as mosquitto 2 writes it: $7$iterations$salt$hash."""
    salt = secrets.token_bytes(12)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS, 64)
    return f"$7${ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _note(session: Session, act: str, device: object, operator: Operator) -> None:
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"devices/{device.id}",  # type: ignore[attr-defined]
        venue_id=device.venue_id,  # type: ignore[attr-defined]
        county=device.county,  # type: ignore[attr-defined]
    )
