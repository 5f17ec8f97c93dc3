"""Accounts, grants and login sessions, read at the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A role and where it is held."""

    id: int
    role: str
    county_lo: int
    county_hi: int
    venue_id: int | None
    maintainer_id: int | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A login session with the person and the grant in use."""

    token_hash: bytes
    person_id: int
    name: str
    csrf_token: str
    seen_at: datetime
    expires_at: datetime
    disabled: bool
    grant: GrantRow


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as `anwang user list` shows it."""

    login: str
    name: str
    disabled: bool
    locked_until: datetime | None
    roles: str


_GRANT_COLUMNS = "g.id, g.role, g.county_lo, g.county_hi, g.venue_id, g.maintainer_id"

_SESSIONS = text(
    f"""
    select s.token_hash, s.person_id, p.name, s.csrf_token, s.seen_at, s.expires_at,
           coalesce(a.disabled, false) as disabled, {_GRANT_COLUMNS}
    from login_sessions s join people p on p.id = s.person_id join grants g on g.id = s.grant_id
    left join accounts a on a.person_id = s.person_id where s.token_hash = any (:hashes)
    """
)

_GRANTS = text(f"select {_GRANT_COLUMNS} from grants g where g.person_id = :person order by g.id")

_ACCOUNTS = text(
    """
    select a.login, p.name, a.disabled, a.locked_until,
           coalesce(string_agg(g.role || ' ' || coalesce('venue ' || g.venue_id, 'maintainer ' || g.maintainer_id,
               case when g.county_lo = g.county_hi then g.county_lo::text
                    else g.county_lo || '-' || g.county_hi end), ', ' order by g.id), '') as roles
    from accounts a join people p on p.id = a.person_id left join grants g on g.person_id = p.id
    group by a.login, p.name, a.disabled, a.locked_until order by a.login
    """
)


def sessions(session: Session, hashes: Sequence[bytes]) -> dict[bytes, SessionRow]:
    """The sessions behind these token hashes; unknown ones are left out, ended ones are not."""
    rows = session.execute(_SESSIONS, {"hashes": list(hashes)})
    found = (SessionRow(bytes(row[0]), *row[1:7], GrantRow(*row[7:])) for row in rows)
    return {row.token_hash: row for row in found}


def grants_of(session: Session, person_id: int) -> list[GrantRow]:
    """Every role that a person holds, the first one first."""
    return [GrantRow(*row) for row in session.execute(_GRANTS, {"person": person_id})]


def accounts(session: Session) -> list[AccountRow]:
    """Every account, by login."""
    return [AccountRow(*row) for row in session.execute(_ACCOUNTS)]
