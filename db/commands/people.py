"""Accounts and wall displays: made, changed and closed in the front door's role, each act audited."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.commands import audit, passwords
from db.commands.sessions import end_all_of, plain_login, token_hash
from db.errors import InvalidInput, NotFound, WrongState
from db.models import Account, Grant, LoginSession, Person, WallToken
from db.queries.named_places import GrantPlace
from db.rules.access_scope import Role

LOGIN = re.compile(r"[^\s/\\<>\"']{2,60}")


@dataclass(frozen=True, slots=True)
class Operator:
    """Who changes accounts: a person, or whoever sits at the command line."""

    person_id: int | None
    name: str
    address: str | None = None


def add_account(
    session: Session, login: str, name: str, password: str, role: Role, place: GrantPlace, operator: Operator
) -> int:
    """A new person with an account and one role; answers the person's number."""
    login = plain_login(login)
    if not LOGIN.fullmatch(login):
        raise InvalidInput("A login has 2 to 60 characters and no spaces, slashes or quotes.")
    if not name.strip():
        raise InvalidInput("A person needs a name.")
    if session.scalar(select(Account.person_id).where(Account.login == login)) is not None:
        raise WrongState(f"There is an account {login} already; `anwang user grant` gives it another role.")
    stored = passwords.kept(password)
    person = Person(name=name.strip())
    session.add(person)
    session.flush()
    session.add_all(
        [Account(person_id=person.id, login=login, password_hash=stored), _grant_row(person.id, role, place)]
    )
    _told(session, operator, "account made", person.id, login=login, role=role)
    return person.id


def add_grant(session: Session, login: str, role: Role, place: GrantPlace, operator: Operator) -> None:
    """Another role for a person who has one; they switch between them in the portal."""
    account = _account(session, login)
    session.add(_grant_row(account.person_id, role, place))
    _told(session, operator, "role given", account.person_id, login=account.login, role=role)


def set_password(session: Session, login: str, password: str, operator: Operator) -> None:
    """A new password; unlocks the account and ends its sessions."""
    account = _account(session, login)
    account.password_hash = passwords.kept(password)
    account.failures, account.locked_until = 0, None
    ended = end_all_of(session, account.person_id)
    _told(session, operator, "password set", account.person_id, login=account.login, sessions_ended=ended)


def set_disabled(session: Session, login: str, disabled: bool, operator: Operator) -> int:
    """Close an account and end its sessions, or open it again; answers how many sessions ended."""
    account = _account(session, login)
    if account.disabled == disabled:
        raise WrongState(f"The account {account.login} is {'disabled' if disabled else 'enabled'} already.")
    account.disabled = disabled
    ended = end_all_of(session, account.person_id) if disabled else 0
    act = "account disabled" if disabled else "account enabled"
    _told(session, operator, act, account.person_id, login=account.login, sessions_ended=ended)
    return ended


def make_wall(session: Session, label: str, place: GrantPlace, operator: Operator) -> str:
    """A wall display of a region; answers its device token, which is kept nowhere else."""
    label = label.strip()
    if not label:
        raise InvalidInput("A wall display needs a label, like the room that it hangs in.")
    if _wall(session, label) is not None:
        raise WrongState(f"There is a wall display {label} already; revoke it first, or choose another label.")
    person = Person(name=label)
    session.add(person)
    session.flush()
    grant = _grant_row(person.id, Role.WALL, place)
    session.add(grant)
    session.flush()
    token = secrets.token_urlsafe(24)
    session.add(WallToken(token_hash=token_hash(token), grant_id=grant.id, label=label))
    _told(session, operator, "wall display made", person.id, label=label)
    return token


def revoke_wall(session: Session, label: str, operator: Operator, now: datetime) -> int:
    """Make a wall display's token worthless and end its sessions; answers how many ended."""
    wall = _wall(session, label.strip())
    if wall is None:
        raise NotFound(f"There is no wall display {label}.")
    wall.revoked_at = now
    ended = session.execute(delete(LoginSession).where(LoginSession.grant_id == wall.grant_id).returning(1)).all()
    grant = session.get_one(Grant, wall.grant_id)
    _told(session, operator, "wall display revoked", grant.person_id, label=wall.label, sessions_ended=len(ended))
    return len(ended)


def _wall(session: Session, label: str) -> WallToken | None:
    return session.scalar(select(WallToken).where(WallToken.label == label, WallToken.revoked_at.is_(None)))


def _account(session: Session, login: str) -> Account:
    account = session.scalar(select(Account).where(Account.login == plain_login(login)).with_for_update())
    if account is None:
        raise NotFound(f"There is no account {login}; `anwang user list` shows them.")
    return account


def _grant_row(person_id: int, role: Role, place: GrantPlace) -> Grant:
    return Grant(
        person_id=person_id,
        role=role,
        county_lo=place.county_lo,
        county_hi=place.county_hi,
        venue_id=place.venue_id,
        maintainer_id=place.maintainer_id,
    )


def _told(session: Session, operator: Operator, act: str, person_id: int, **detail: object) -> None:
    session.flush()
    audit.write(
        session,
        actor_id=operator.person_id,
        actor_name=operator.name,
        address=operator.address,
        act=act,
        subject=f"people/{person_id}",
        detail=dict(detail),
    )
