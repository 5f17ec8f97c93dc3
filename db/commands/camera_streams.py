"""Where a camera's pictures come from, written down."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.errors import InvalidInput, NotFound

KINDS = ("file", "rtsp", "hls", "gb28181")
SCHEMES = {"rtsp": ("rtsp", "rtsps"), "hls": ("http", "https")}

_CAMERA = text("select id, venue_id, county from devices where code = :code and kind = 'camera' and retired_on is null")
_SET = text(
    """
    insert into camera_streams (device_id, venue_id, county, kind, address, changed_at)
    values (:id, :venue_id, :county, :kind, :address, :now)
    on conflict (device_id) do update set kind = excluded.kind, address = excluded.address,
        changed_at = excluded.changed_at, reference = null, reference_at = null
    """
)
_FORGET = text("delete from camera_streams where device_id = :id returning device_id")


def set_source(session: Session, code: str, kind: str, address: str, now: datetime, *, actor_name: str) -> int:
    """The camera of this number plays from there from now on; the address is checked as far as words can be."""
    check_source(kind, address)
    camera = session.execute(_CAMERA, {"code": code}).one_or_none()
    if camera is None:
        raise NotFound(f"There is no camera with the number {code}.")
    facts = {"id": camera.id, "venue_id": camera.venue_id, "county": camera.county}
    session.execute(_SET, facts | {"kind": kind, "address": address, "now": now})
    audit.write(
        session,
        actor_id=None,
        actor_name=actor_name,
        act="camera source set",
        subject=f"devices/{camera.id}",
        venue_id=camera.venue_id,
        county=camera.county,
        detail={"kind": kind, "host": urlsplit(address).hostname or ""},  # never the password
    )
    return int(camera.id)


def check_source(kind: str, address: str) -> None:
    """`InvalidInput` with one sentence where this cannot be a source of pictures."""
    if kind not in KINDS:
        raise InvalidInput(f"A source is one of {', '.join(KINDS)}.")
    if not address or any(ord(letter) < 32 for letter in address):
        raise InvalidInput("The address is empty or not one line.")
    schemes = SCHEMES.get(kind)
    if schemes and (urlsplit(address).scheme not in schemes or not urlsplit(address).hostname):
        raise InvalidInput(f"The address of a {kind} source begins with {' or '.join(f'{s}://' for s in schemes)}.")
    if kind == "file" and not address.startswith("/"):
        raise InvalidInput("A file is named by its whole path.")
    if kind == "gb28181":
        device, _, channel = address.partition("/")
        if not all(part.isascii() and part.isdigit() and len(part) == 20 for part in (device, channel)):
            raise InvalidInput("A camera behind a platform is named device/channel, twenty digits each.")
