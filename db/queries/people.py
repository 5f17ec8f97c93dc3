"""Accounts, grants, and what a grant reaches."""

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


_GRANTS = text(
    "select id, role, county_lo, county_hi, venue_id, maintainer_id from grants where person_id = :person order by id"
)

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

_VENUE = text("select name, county from venues where id = :id")
_MAINTAINER = text("select name, city from maintainers where id = :id")
_CONTRACTED = text(
    "select distinct venue_id, county from contracts where maintainer_id = :id and starts_on <= :day"
    " and (ends_on is null or ends_on > :day) order by venue_id"
)
_REGION = text("select name, name_en from regions where adcode = :adcode")


def grants_of(session: Session, person_id: int) -> list[GrantRow]:
    """Every role that a person holds, the first one first; asked at the door."""
    return [GrantRow(*row) for row in session.execute(_GRANTS, {"person": person_id})]


def accounts(session: Session) -> list[AccountRow]:
    """Every account, by login; asked at the door."""
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a grant is held: its name, the region its map opens in, and the venues it reaches by name."""

    name: str
    home: int
    venue_ids: tuple[int, ...]


def place(
    session: Session,
    county_lo: int,
    county_hi: int,
    venue_id: int | None,
    maintainer_id: int | None,
    day: date | None = None,
) -> Place:
    """The place of one grant; asked in a session that sees everything."""
    found = reach(session, GrantRow(0, "", county_lo, county_hi, venue_id, maintainer_id), day or date.today())  # noqa: DTZ011
    return Place(found.name, found.home, found.scope.venue_ids)
