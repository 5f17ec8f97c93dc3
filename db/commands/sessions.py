"""Logging in and out: acts of the front door, in its own database role."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from db.commands import audit, passwords
from db.models import Account, Grant, LoginSession, Person, WallToken
from db.rules.access_scope import Role
from db.rules.login_lockout import LockoutPolicy, Tries, after_failure, after_success, is_locked
from db.rules.session_life import SessionTerms, end_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from."""

    address: str
    user_agent: str


def token_hash(token: str) -> bytes:
    """What the record keeps of a cookie or device token."""
    return hashlib.sha256(token.encode()).digest()


def plain_login(login: str) -> str:
    """A login as the record keeps it: people type capitals and spaces where there are none."""
    return login.strip().casefold()


def log_in(
    session: Session,
    login: str,
    password: str,
    visitor: Visitor,
    policy: LockoutPolicy,
    terms: SessionTerms,
    now: datetime,
    *,
    replacing: str = "",
) -> str | None:
    """The new session's token, or None. Every failure takes as long and says as little as any other.

    The account's row stays locked meanwhile, so that guesses at one account are counted one by one.
    """
    account = session.scalar(select(Account).where(Account.login == plain_login(login)).with_for_update())
    right = passwords.is_right(account.password_hash if account else None, password)
    if account is None:
        _told(session, None, "", visitor, "login failed", "accounts", reason="no such login")
        return None
    person, name = account.person_id, _name(session, account.person_id)
    subject = f"accounts/{person}"
    tries = Tries(account.failures, account.locked_until)
    grant = session.scalar(select(Grant).where(Grant.person_id == person).order_by(Grant.id).limit(1))
    refusal = "disabled" if account.disabled else "locked" if is_locked(tries, now) else "" if grant else "no role"
    if refusal:
        _told(session, person, name, visitor, "login refused", subject, reason=refusal)
        return None
    tries = after_success() if right else after_failure(tries, policy, now)
    account.failures, account.locked_until = tries.failures, tries.locked_until
    if not right:
        act = "account locked" if tries.locked_until else "login failed"
        _told(session, person, name, visitor, act, subject, failures=tries.failures)
        return None
    assert grant is not None
    account.password_hash = passwords.renewed(account.password_hash, password)
    _forget(session, replacing)
    token = _open(session, grant, visitor, now, end_of(grant.role, now, terms))
    _told(session, person, name, visitor, "logged in", subject, role=grant.role)
    return token


def open_wall(
    session: Session, token: str, visitor: Visitor, lasting: timedelta, now: datetime, *, replacing: str = ""
) -> str | None:
    """A session for a wall display by its device token; None for an unknown or revoked one."""
    wall = session.scalar(
        select(WallToken).where(WallToken.token_hash == token_hash(token), WallToken.revoked_at.is_(None))
    )
    grant = session.get(Grant, wall.grant_id) if wall else None
    if wall is None or grant is None or grant.role != Role.WALL:
        return None
    _forget(session, replacing)
    opened = _open(session, grant, visitor, now, now + lasting)
    _told(session, grant.person_id, wall.label, visitor, "wall opened", f"grants/{grant.id}")
    return opened


def close(session: Session, token: str, visitor: Visitor) -> None:
    """End the session; nothing happens where it has ended already."""
    person = _forget(session, token)
    if person is not None:
        _told(session, person, _name(session, person), visitor, "logged out", f"accounts/{person}")


def switch_role(session: Session, token: str, grant_id: int, visitor: Visitor, now: datetime) -> str | None:
    """Act under another of one's own grants, under a new token; None where the grant is not one's own."""
    opened = session.get(LoginSession, token_hash(token), with_for_update=True)
    grant = session.get(Grant, grant_id)
    if opened is None or grant is None or grant.person_id != opened.person_id:
        return None
    expires_at, person = opened.expires_at, opened.person_id
    _forget(session, token)
    fresh = _open(session, grant, visitor, now, expires_at)
    _told(session, person, _name(session, person), visitor, "role changed", f"grants/{grant_id}", role=grant.role)
    return fresh


def note_seen(session: Session, hashed: bytes, now: datetime) -> None:
    """Write down that the session is in use."""
    session.execute(update(LoginSession).where(LoginSession.token_hash == hashed).values(seen_at=now))


def end_all_of(session: Session, person_id: int) -> int:
    """End every session of a person; answers how many."""
    done = session.execute(delete(LoginSession).where(LoginSession.person_id == person_id).returning(1))
    return len(done.all())


def delete_ended(session: Session, terms: SessionTerms, now: datetime) -> int:
    """Sweep sessions past their end; answers how many."""
    walls = select(Grant.id).where(Grant.role == Role.WALL)
    idle = (LoginSession.seen_at <= now - terms.idle) & LoginSession.grant_id.not_in(walls)
    done = session.execute(delete(LoginSession).where((LoginSession.expires_at <= now) | idle).returning(1))
    return len(done.all())


def _open(session: Session, grant: Grant, visitor: Visitor, now: datetime, expires_at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            person_id=grant.person_id,
            grant_id=grant.id,
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


def _forget(session: Session, token: str) -> int | None:
    """Delete the session; answers whose it was."""
    if not token:
        return None
    return session.scalar(
        delete(LoginSession).where(LoginSession.token_hash == token_hash(token)).returning(LoginSession.person_id)
    )


def _name(session: Session, person_id: int) -> str:
    return session.scalar(select(Person.name).where(Person.id == person_id)) or ""


def _told(
    session: Session, actor_id: int | None, actor_name: str, visitor: Visitor, act: str, subject: str, **detail: object
) -> None:
    session.flush()
    audit.write(
        session,
        actor_id=actor_id,
        actor_name=actor_name,
        address=visitor.address,
        act=act,
        subject=subject,
        detail=dict(detail),
    )
