"""A person's own addresses: added, verified by a code that was sent there, tried out, taken away; and quiet hours."""

import hmac
import json
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.commands import audit, delivery_planning
from db.commands.people import Operator
from db.errors import InvalidInput, NotFound, WrongState
from db.rules.channels import Channel
from db.rules.contact_address import (
    CODE_AGAIN_AFTER,
    CODE_LASTS,
    CODE_TRIES,
    MOST_CODES_AN_HOUR,
    MOST_POINTS,
    Address,
    code_for,
    masked,
)

TEST_LEVEL = 2
"""What a person waits for beside the telephone neither folds nor keeps quiet."""

_ADD = text(
    """
    insert into contact_points (person_id, channel, address, origin, label, detail, made_at, verified_at)
    values (:person, :channel, :address, 'own', :label, cast(:detail as jsonb), :now, :verified_at)
    on conflict (person_id, channel, md5(address)) do update set disabled_at = null, failures = 0,
        label = excluded.label, detail = excluded.detail,
        verified_at = coalesce(contact_points.verified_at, excluded.verified_at)
    returning id
    """
)
_LOCK = text(
    """
    select id, channel, address, origin, verified_at, disabled_at, code_asked_at, code_tries from contact_points
    where id = :id and person_id = :person for update
    """
)
_COUNT = text("select count(*) from contact_points where person_id = :person and disabled_at is null")
_ASKED = text("select count(*) from deliveries where person_id = :person and purpose <> 'notice' and made_at > :since")
_LAST_TEST = text(
    "select max(made_at) from deliveries where contact_point_id = :point and purpose = 'test' and person_id = :person"
)
_DELIVER = text(
    """
    insert into deliveries (purpose, person_id, contact_point_id, channel, level, state, made_at, due_at)
    values (:purpose, :person, :point, :channel, :level, 'waiting', :now, :now) returning id
    """
)
_CODE = text("update contact_points set code_asked_at = :now, code_tries = 0 where id = :id")
_TRIED = text("update contact_points set code_tries = code_tries + 1 where id = :id")
_VERIFIED = text(
    "update contact_points set verified_at = :now, code_asked_at = null, failures = 0, disabled_at = null"
    " where id = :id"
)
_FORGET = text(
    "update deliveries set state = 'failed', due_at = null, error = 'the address was taken away'"
    " where contact_point_id = :id and state = 'waiting'"
)
_QUIET = text(
    "insert into quiet_hours (person_id, starts, ends) values (:person, :starts, :ends)"
    " on conflict (person_id) do update set starts = excluded.starts, ends = excluded.ends"
)


def add(session: Session, channel: Channel, address: Address, label: str, operator: Operator, now: datetime) -> int:
    """An address of the operator's own; a browser is verified by having subscribed, the others by a code."""
    if (session.scalar(_COUNT, {"person": operator.person_id}) or 0) >= MOST_POINTS:
        raise InvalidInput("These are enough channels; take one away first.")
    facts = {
        "person": operator.person_id,
        "channel": channel.value,
        "address": address.address,
        "label": label.strip()[:40],
        "detail": json.dumps(address.detail),
        "now": now,
        "verified_at": now if channel is Channel.WEB_PUSH else None,
    }
    point = int(session.execute(_ADD, facts).scalar_one())
    _told(session, operator, "contact point added", channel=channel, address=masked(channel, address.address))
    return point


def ask_code(session: Session, point_id: int, operator: Operator, now: datetime) -> None:
    """Send a code there; `WrongState` right after another one."""
    point = _locked(session, point_id, operator)
    if point.verified_at is not None:
        raise WrongState("This channel is verified already.")
    if point.code_asked_at is not None and now - point.code_asked_at < CODE_AGAIN_AFTER:
        raise WrongState("A code was sent a moment ago; wait a minute before asking for another.")
    _not_too_often(session, operator, now)
    session.execute(_CODE, {"id": point_id, "now": now})
    _deliver(session, "code", point, operator, now)


def verify(session: Session, point_id: int, typed: str, secret: str, operator: Operator, now: datetime) -> bool:
    """True where the code is the one that was sent; each try counts, and the fifth wrong one ends it."""
    point = _locked(session, point_id, operator)
    asked_at = point.code_asked_at
    if asked_at is None or now - asked_at > CODE_LASTS or point.code_tries >= CODE_TRIES:
        raise WrongState("This code is no longer good; ask for another.")
    right = code_for(secret, point_id, asked_at)
    if not hmac.compare_digest(typed.strip().encode(), right.encode()):
        session.execute(_TRIED, {"id": point_id})
        return False
    session.execute(_VERIFIED, {"id": point_id, "now": now})
    address = masked(point.channel, point.address)
    _told(session, operator, "contact point verified", channel=point.channel, address=address)
    return True


def send_test(session: Session, point_id: int, operator: Operator, now: datetime) -> int:
    """A message to try the channel out; answers the delivery's number."""
    point = _locked(session, point_id, operator)
    if point.origin == "own" and point.verified_at is None:
        raise WrongState("Verify this channel first.")
    last: datetime | None = session.scalar(_LAST_TEST, {"point": point_id, "person": operator.person_id})
    if last is not None and now - last < timedelta(seconds=30):
        raise WrongState("A test message is on its way; wait half a minute before the next.")
    _not_too_often(session, operator, now)
    return _deliver(session, "test", point, operator, now)


def remove(session: Session, point_id: int, operator: Operator) -> None:
    """Take an address away; the number that the books hold stays, since a fire must find somebody."""
    point = _locked(session, point_id, operator)
    if point.origin == "books":
        raise WrongState("This number stands in the venue's books: it is changed there, not here.")
    session.execute(_FORGET, {"id": point_id})
    session.execute(text("delete from contact_points where id = :id"), {"id": point_id})
    _told(
        session, operator, "contact point removed", channel=point.channel, address=masked(point.channel, point.address)
    )


def keep_quiet(session: Session, starts: time, ends: time, operator: Operator) -> None:
    """From then to then only what cannot wait."""
    session.execute(_QUIET, {"person": operator.person_id, "starts": starts, "ends": ends})
    _told(session, operator, "quiet hours set", starts=starts.isoformat("minutes"), ends=ends.isoformat("minutes"))


def keep_no_quiet(session: Session, operator: Operator) -> None:
    session.execute(text("delete from quiet_hours where person_id = :person"), {"person": operator.person_id})
    _told(session, operator, "quiet hours ended")


def _locked(session: Session, point_id: int, operator: Operator) -> Any:
    point = session.execute(_LOCK, {"id": point_id, "person": operator.person_id}).one_or_none()
    if point is None:
        raise NotFound("There is no such channel of yours.")
    return point


def _not_too_often(session: Session, operator: Operator, now: datetime) -> None:
    asked = session.scalar(_ASKED, {"person": operator.person_id, "since": now - timedelta(hours=1)}) or 0
    if asked >= MOST_CODES_AN_HOUR:
        raise WrongState("Too many codes and test messages within an hour; try again later.")


def _deliver(session: Session, purpose: str, point: Any, operator: Operator, now: datetime) -> int:
    facts = {
        "purpose": purpose,
        "person": operator.person_id,
        "point": point.id,
        "channel": point.channel,
        "level": TEST_LEVEL,
        "now": now,
    }
    delivery = int(session.execute(_DELIVER, facts).scalar_one())
    delivery_planning.wake(session)
    return delivery


def _told(session: Session, operator: Operator, act: str, **detail: object) -> None:
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"people/{operator.person_id}",
        detail=dict(detail),
    )
