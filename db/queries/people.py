"""Login sessions, accounts and grants, read at the door; and what a grant reaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import NOTHING, Scope, venues_scope
from db.rules.home_region import home_of, region_of_range


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
    """A login session with the person and the grant they act under; it may have ended."""

    token_hash: bytes
    person_id: int
    name: str
    csrf_token: str
    seen_at: datetime
    expires_at: datetime
    disabled: bool
    grant: GrantRow


@dataclass(frozen=True, slots=True)
class Reach:
    """A grant's place in both languages, the region in which its map opens, and its scope."""

    name: str
    name_en: str
    home: int
    scope: Scope


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as `anwang user list` shows it."""

    login: str
    name: str
    disabled: bool
    locked_until: datetime | None
    roles: str


_GRANT = "g.id, g.role, g.county_lo, g.county_hi, g.venue_id, g.maintainer_id"

_SESSIONS = text(
    f"""
    select s.token_hash, s.person_id, p.name, s.csrf_token, s.seen_at, s.expires_at,
           coalesce(a.disabled, false) as disabled, {_GRANT}
    from login_sessions s join people p on p.id = s.person_id join grants g on g.id = s.grant_id
    left join accounts a on a.person_id = s.person_id where s.token_hash = any (:hashes)
    """
)

_GRANTS = text(f"select {_GRANT} from grants g where g.person_id = :person order by g.id")

_ACCOUNTS = text(
    """
    select a.login, p.name, a.disabled, a.locked_until,
           coalesce(string_agg(g.role || ' ' || coalesce('#' || g.venue_id, '#' || g.maintainer_id,
               case when g.county_lo = g.county_hi then g.county_lo::text
                    else g.county_lo || '-' || g.county_hi end), ', ' order by g.id), '') as roles
    from accounts a join people p on p.id = a.person_id left join grants g on g.person_id = p.id
    group by a.login, p.name, a.disabled, a.locked_until order by a.login
    """
)

_VENUE = text("select name, county from venues where id = :id")
_MAINTAINER = text("select name, city from maintainers where id = :id")
_CONTRACTED = text(
    "select distinct venue_id, county from contracts where maintainer_id = :id and starts_on <= :day"
    " and (ends_on is null or ends_on > :day) order by venue_id"
)
_REGION = text("select name, name_en from regions where adcode = :adcode")


def sessions(session: Session, hashes: Sequence[bytes]) -> dict[bytes, SessionRow]:
    """The sessions behind these token hashes; unknown ones are left out."""
    found = {}
    for row in session.execute(_SESSIONS, {"hashes": list(hashes)}):
        grant = GrantRow(row.id, row.role, row.county_lo, row.county_hi, row.venue_id, row.maintainer_id)
        hashed = bytes(row.token_hash)
        found[hashed] = SessionRow(
            hashed, row.person_id, row.name, row.csrf_token, row.seen_at, row.expires_at, row.disabled, grant
        )
    return found


def grants_of(session: Session, person_id: int) -> list[GrantRow]:
    """Every role that a person holds, the first one first."""
    return [GrantRow(*row) for row in session.execute(_GRANTS, {"person": person_id})]


def accounts(session: Session) -> list[AccountRow]:
    """Every account, by login."""
    return [AccountRow(*row) for row in session.execute(_ACCOUNTS)]


def reach(session: Session, grant: GrantRow, day: date) -> Reach:
    """What the grant reaches on `day`. The session must see everything: a scope is made here, not used."""
    if grant.venue_id is not None:
        return _venue(session, grant.venue_id)
    if grant.maintainer_id is not None:
        return _maintainer(session, grant.maintainer_id, day)
    home = region_of_range(grant.county_lo, grant.county_hi)
    named = session.execute(_REGION, {"adcode": home}).one_or_none()
    name, name_en = named or (str(home), str(home))
    return Reach(name, name_en, home, Scope(grant.county_lo, grant.county_hi))


def _venue(session: Session, venue_id: int) -> Reach:
    row = session.execute(_VENUE, {"id": venue_id}).one_or_none()
    if row is None:
        return Reach("", "", home_of(()), NOTHING)
    return Reach(row.name, row.name, row.county, venues_scope((venue_id,)))


def _maintainer(session: Session, maintainer_id: int, day: date) -> Reach:
    row = session.execute(_MAINTAINER, {"id": maintainer_id}).one_or_none()
    if row is None:
        return Reach("", "", home_of(()), NOTHING)
    contracted = session.execute(_CONTRACTED, {"id": maintainer_id, "day": day}).all()
    counties = [county for _, county in contracted] or [row.city]
    return Reach(row.name, row.name, home_of(counties), venues_scope(tuple(venue for venue, _ in contracted)))
