"""Places as people name them on the command line: by code, number or name."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import InvalidInput, NotFound
from db.rules.access_scope import Role, region_range
from db.rules.role_places import REGION_LEVEL, PlaceKind, place_kind


@dataclass(frozen=True, slots=True)
class GrantPlace:
    """Where a role is to be held."""

    county_lo: int
    county_hi: int
    venue_id: int | None = None
    maintainer_id: int | None = None


_REGION = text(
    "select adcode, level from regions where adcode::text = :named"
    " or name in (:named, :named || '省', :named || '市', :named || '县', :named || '区') order by adcode"
)
_VENUE = text("select id, county from venues where code = :named or id::text = :named or name = :named")
_MAINTAINER = text("select id, city from maintainers where id::text = :named or name = :named")


def grant_place(session: Session, role: Role, named: dict[PlaceKind, str | None]) -> GrantPlace:
    """The place for a role, from the one option that fits it. The session must see everything."""
    kind = place_kind(role)
    given = {k: name for k, name in named.items() if name}
    if set(given) != {kind}:
        raise InvalidInput(f"The role {role} is held for a {kind}: give --{kind}, and no other place.")
    return {PlaceKind.REGION: _region, PlaceKind.VENUE: _venue, PlaceKind.MAINTAINER: _maintainer}[kind](
        session, role, given[kind].strip()
    )


def _region(session: Session, role: Role, named: str) -> GrantPlace:
    found = list(session.execute(_REGION, {"named": named}))
    level = REGION_LEVEL.get(role)
    fitting = [row for row in found if level in (None, row.level)]
    if len(fitting) != 1:
        what = f"{level} " if level else ""
        raise NotFound(f"There is no one {what}region {named}; give its GB/T 2260 code, like 360700.")
    return GrantPlace(*region_range(fitting[0].adcode))


def _venue(session: Session, _role: Role, named: str) -> GrantPlace:
    found = session.execute(_VENUE, {"named": named}).all()
    if len(found) != 1:
        raise NotFound(f"There is no one venue {named}; give its code or its number.")
    return GrantPlace(found[0].county, found[0].county, venue_id=found[0].id)


def venue_id(session: Session, named: str) -> int:
    """The one venue of this code, number or name."""
    place = _venue(session, Role.VENUE, named.strip())
    assert place.venue_id is not None
    return place.venue_id


def _maintainer(session: Session, _role: Role, named: str) -> GrantPlace:
    found = session.execute(_MAINTAINER, {"named": named}).all()
    if len(found) != 1:
        raise NotFound(f"There is no one maintainer {named}; give its number or its whole name.")
    return GrantPlace(*region_range(found[0].city), maintainer_id=found[0].id)
