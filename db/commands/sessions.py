"""Logging in and out: acts of the front door, in its own database role."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.commands import audit
from db.models import Account, Grant, LoginSession, Person, WallToken
from db.rules.access_scope import Role
from db.rules.login_lockout import LockoutPolicy, Tries, after_failure, after_success, is_locked

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with OWASP's recommended minimum (19 MiB, 2 passes, 1 lane)."""

_NOBODY = hasher.hash(secrets.token_urlsafe(16))
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionTerms:
    """How long a session lasts without a request, and in any case."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A live session: the person and the grant they act under."""

    person_id: int
    name: str
    grant_id: int
    role: Role
    county_lo: int
    county_hi: int
    venue_id: int | None
    maintainer_id: int | None
    csrf_token: str


def token_hash(token: str) -> bytes:
    """What the record keeps of a cookie or device token."""
    return hashlib.sha256(token.encode()).digest()


def log_in(
    session: Session, login: str, password: str, visitor: Visitor, policy: LockoutPolicy, terms: SessionTerms, now: datetime
) -> str | None:
    """The new session's token, or None. Every failure takes as long and says as little as any other."""
    account = session.scalar(select(Account).where(Account.login == login).with_for_update())
    if account is None:
        _matches(_NOBODY, password)
        return None
    tries = Tries(account.failures, account.locked_until)
    right = _matches(account.password_hash, password)
    if is_locked(tries, now) or account.disabled:
        return None
    name = session.scalar(select(Person.name).where(Person.id == account.person_id)) or login
    told = {"actor_id": account.person_id, "actor_name": name, "address": visitor.address}
    if not right:
        tries = after_failure(tries, policy, now)
        account.failures, account.locked_until = tries.failures, tries.locked_until
        act = "account locked" if tries.locked_until else "login failed"
        audit.write(session, **told, act=act, subject=f"accounts/{account.person_id}")
        return None
    grant_id = session.scalar(select(Grant.id).where(Grant.person_id == account.person_id).order_by(Grant.id).limit(1))
    if grant_id is None:
        return None
    tries = after_success()
    account.failures, account.locked_until = tries.failures, tries.locked_until
    if hasher.check_needs_rehash(account.password_hash):
        account.password_hash = hasher.hash(password)
    token = _open(session, account.person_id, grant_id, visitor, now + terms.absolute, now)
    audit.write(session, **told, act="logged in", subject=f"accounts/{account.person_id}")
    return token


def open_wall(session: Session, token: str, visitor: Visitor, lasting: timedelta, now: datetime) -> str | None:
    """A session for a wall display by its device token; None for an unknown or revoked one."""
    wall = session.scalar(
        select(WallToken).where(WallToken.token_hash == token_hash(token), WallToken.revoked_at.is_(None))
    )
    if wall is None:
        return None
    person_id = session.scalar(select(Grant.person_id).where(Grant.id == wall.grant_id))
    assert person_id is not None
    opened = _open(session, person_id, wall.grant_id, visitor, now + lasting, now)
    audit.write(
        session,
        actor_id=person_id,
        actor_name=wall.label,
        address=visitor.address,
        act="wall opened",
        subject=f"grants/{wall.grant_id}",
    )
    return opened


def _open(
    session: Session, person_id: int, grant_id: int, visitor: Visitor, expires_at: datetime, now: datetime
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            person_id=person_id,
            grant_id=grant_id,
            csrf_token=secrets.token_urlsafe(24),
            opened_at=now,
            seen_at=now,
            expires_at=expires_at,
            address=visitor.address,
            user_agent=visitor.user_agent[:300],
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, terms: SessionTerms, now: datetime) -> OpenSession | None:
    """The session behind a cookie, or None where it has ended, idled out or been closed."""
    row = session.execute(
        select(LoginSession, Person.name, Grant, Account.disabled)
        .join(Person, Person.id == LoginSession.person_id)
        .join(Grant, Grant.id == LoginSession.grant_id)
        .outerjoin(Account, Account.person_id == LoginSession.person_id)
        .where(LoginSession.token_hash == token_hash(token))
    ).one_or_none()
    if row is None:
        return None
    opened, name, grant, disabled = row
    is_wall = grant.role == Role.WALL
    if now >= opened.expires_at or disabled or (not is_wall and now - opened.seen_at >= terms.idle):
        session.execute(delete(LoginSession).where(LoginSession.token_hash == opened.token_hash))
        return None
    if now - opened.seen_at >= SEEN_EVERY:
        session.execute(update(LoginSession).where(LoginSession.token_hash == opened.token_hash).values(seen_at=now))
    return OpenSession(
        opened.person_id,
        name,
        grant.id,
        Role(grant.role),
        grant.county_lo,
        grant.county_hi,
        grant.venue_id,
        grant.maintainer_id,
        opened.csrf_token,
    )


def close(session: Session, token: str, visitor: Visitor) -> None:
    """End the session; nothing happens where it has ended already."""
    row = session.execute(
        delete(LoginSession).where(LoginSession.token_hash == token_hash(token)).returning(LoginSession.person_id)
    ).one_or_none()
    if row is None:
        return
    name = session.scalar(select(Person.name).where(Person.id == row.person_id)) or ""
    audit.write(
        session,
        actor_id=row.person_id,
        actor_name=name,
        address=visitor.address,
        act="logged out",
        subject=f"accounts/{row.person_id}",
    )


def switch_role(session: Session, token: str, grant_id: int) -> bool:
    """Act under another of one's own grants; False where it is not one's own."""
    own = select(Grant.person_id).where(Grant.id == grant_id).scalar_subquery()
    done = session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == token_hash(token), LoginSession.person_id == own)
        .values(grant_id=grant_id)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def delete_ended(session: Session, terms: SessionTerms, now: datetime) -> int:
    """Sweep sessions past their end; answers how many."""
    walls = select(Grant.id).where(Grant.role == Role.WALL)
    idle = (LoginSession.seen_at < now - terms.idle) & LoginSession.grant_id.not_in(walls)
    done = session.execute(delete(LoginSession).where((LoginSession.expires_at <= now) | idle))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _matches(stored: str, password: str) -> bool:
    try:
        return hasher.verify(stored, password)
    except (Argon2Error, InvalidHashError):
        return False
