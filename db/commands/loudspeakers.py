"""Loudspeaker columns: put on the books, taken off them."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.acting import Acting
from db.errors import InvalidInput, NotFound
from db.rules.loudspeakers import Adapter, refusal_of

_VENUE = text("select id, county, is_demo from venues where code = :code")
_ADD = text(
    """
    insert into loudspeakers (venue_id, county, name, adapter, address, gateway, added_at, added_by_name, is_demo)
    values (:venue, :county, :name, :adapter, :address, :gateway, :now, :by, :is_demo) returning id
    """
)
_RETIRE = text(
    "update loudspeakers set retired_at = :now where id = :id and retired_at is null returning venue_id, county"
)


def add(
    session: Session, venue_code: str, name: str, address: str, gateway: str | None, acting: Acting, now: datetime
) -> int:
    """A column at a venue's entrance; answers its number. Its key is kept apart, by that number."""
    venue = session.execute(_VENUE, {"code": venue_code}).one_or_none()
    if venue is None:
        raise NotFound("There is no such venue within your scope.")
    adapter = Adapter.SIP if urlsplit(address).scheme in ("sip", "sips") else Adapter.HTTP
    if not name.strip():
        raise InvalidInput("A loudspeaker needs a name.")
    refusal = refusal_of(adapter, address)
    if refusal is not None:
        raise InvalidInput(refusal.reason)
    facts = {
        "venue": venue.id,
        "county": venue.county,
        "name": name.strip(),
        "adapter": adapter.value,
        "address": address,
        "gateway": gateway,
        "now": now,
        "by": acting.name,
        "is_demo": venue.is_demo,
    }
    loudspeaker_id = session.scalar(_ADD, facts)
    assert loudspeaker_id is not None
    _audit(session, "loudspeaker added", int(loudspeaker_id), venue.id, venue.county, acting)
    return int(loudspeaker_id)


def retire(session: Session, loudspeaker_id: int, acting: Acting, now: datetime) -> None:
    """Nothing is called out over it any more."""
    row = session.execute(_RETIRE, {"id": loudspeaker_id, "now": now}).one_or_none()
    if row is None:
        raise NotFound("There is no such loudspeaker here.")
    _audit(session, "loudspeaker retired", loudspeaker_id, row.venue_id, row.county, acting)


def _audit(session: Session, act: str, loudspeaker_id: int, venue_id: int, county: int, acting: Acting) -> None:
    audit.write(
        session,
        actor_id=acting.person_id,
        actor_name=acting.name,
        address=acting.address,
        act=act,
        subject=f"loudspeakers/{loudspeaker_id}",
        venue_id=venue_id,
        county=county,
    )
