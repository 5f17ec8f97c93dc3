"""Showing a venue's scene to somebody without an account: a link is made, opened, withdrawn; each is written down."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from db.commands import audit
from db.commands.actor import Actor
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.rules import scene_links as rule
from db.rules.role_acts import SHARE_SCENES

MOST_OPEN = 20
QUIET_MINUTES = 10
"""Who comes back within so long is the same visit: a page that is reloaded fills no log."""

_VENUE = text("select county from venues where id = :venue")
_OPEN = text("select count(*) from scene_links where venue_id = :venue and withdrawn_at is null and expires_at > :now")
_INSERT = text(
    """
    insert into scene_links (venue_id, county, token_hash, purpose, made_at, made_by, made_by_name, expires_at)
    values (:venue, :county, :hash, :purpose, :now, :by, :by_name, :expires) returning id
    """
)
_FIND = text("select id, venue_id, county, expires_at, withdrawn_at from scene_links where token_hash = :hash")
_LOCK = text("select venue_id, county, purpose, withdrawn_at from scene_links where id = :id and venue_id = :venue")
_WITHDRAW = text(
    "update scene_links set withdrawn_at = :now, withdrawn_by_name = :by"
    " where id = :id and withdrawn_at is null returning id"
)
_VISIT = text(
    """
    insert into scene_visits (link_id, venue_id, county, opened_at, address, browser)
    select :link, :venue, :county, :now, :address, :browser
    where not exists (select from scene_visits where link_id = :link and address = :address and browser = :browser
        and opened_at > :since)
    """
)


def make(
    session: Session, key: str, venue_id: int, purpose: str, lasting: timedelta, actor: Actor, now: datetime
) -> str:
    """Give out a link; answers its token, which the record does not keep.

    `InvalidInput` where it would be too short, too long or for nobody; `WrongState` where too many are open.
    """
    if actor.role not in SHARE_SCENES:
        raise NotAllowed("Your role may look, not act.")
    if not 0 < len(purpose.strip()) <= 100:
        raise InvalidInput("Say for whom the link is, in at most 100 characters.")
    if not rule.SHORTEST <= lasting <= rule.LONGEST:
        raise InvalidInput("A link lasts from 10 minutes to 30 days.")
    county = session.scalar(_VENUE, {"venue": venue_id})
    if county is None:
        raise NotFound("There is no such venue within your scope.")
    if (session.scalar(_OPEN, {"venue": venue_id, "now": now}) or 0) >= MOST_OPEN:
        raise WrongState("Twenty links to this venue are open already; withdraw one first.")
    expires_at = (now + lasting).replace(microsecond=0)
    token = rule.issue(key, venue_id, expires_at, secrets.token_bytes(rule.NONCE_BYTES))
    values = {"venue": venue_id, "county": county, "hash": token_hash(token), "purpose": purpose.strip()}
    by = {"now": now, "by": actor.person_id, "by_name": actor.name, "expires": expires_at}
    link_id = session.scalar(_INSERT, {**values, **by})
    detail = {"purpose": purpose.strip(), "until": expires_at.isoformat()}
    _note(session, actor, "scene link made", link_id, venue_id, int(county), detail)
    return token


def withdraw(session: Session, venue_id: int, link_id: int, actor: Actor, now: datetime) -> None:
    """From now on the link opens nothing; `NotFound` outside the scope, `WrongState` where it is withdrawn."""
    if actor.role not in SHARE_SCENES:
        raise NotAllowed("Your role may look, not act.")
    row = session.execute(_LOCK, {"id": link_id, "venue": venue_id}).one_or_none()
    if row is None:
        raise NotFound("There is no such link within your scope.")
    if session.scalar(_WITHDRAW, {"id": link_id, "now": now, "by": actor.name}) is None:
        raise WrongState("The link is withdrawn already.")
    _note(session, actor, "scene link withdrawn", link_id, row.venue_id, row.county, {"purpose": row.purpose})


def check(session: Session, token: str, now: datetime) -> Row[Any]:
    """The link's row while it opens something, within the scope of its venue; `NotFound` otherwise."""
    row = session.execute(_FIND, {"hash": token_hash(token)}).one_or_none()
    if row is None or row.withdrawn_at is not None or row.expires_at <= now:
        raise NotFound("This link has expired or was withdrawn.")
    return row


def visit(session: Session, token: str, address: str, browser: str, now: datetime) -> None:
    """Write down that the link was opened; `NotFound` where it opens nothing."""
    row = check(session, token, now)
    since = now - timedelta(minutes=QUIET_MINUTES)
    about = {"link": row.id, "venue": row.venue_id, "county": row.county, "now": now, "since": since}
    session.execute(_VISIT, {**about, "address": address, "browser": browser[:200]})


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _note(
    session: Session, actor: Actor, act: str, link_id: int | None, venue_id: int, county: int, detail: dict[str, str]
) -> None:
    audit.write(
        session,
        actor_id=actor.person_id,
        actor_name=actor.name,
        address=actor.address,
        act=act,
        subject=f"scene_links/{link_id}",
        venue_id=venue_id,
        county=county,
        detail=dict(detail),
    )
