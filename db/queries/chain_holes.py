"""Where nobody can be told: holes in the chains by region, by name, and when they were last looked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import region_range


@dataclass(frozen=True, slots=True)
class RegionHoles:
    """A region's venues that some level is missing for, by level."""

    adcode: int
    name: str
    venues: int
    with_holes: int
    at_venue: int
    at_maintainer: int
    at_county: int
    at_city: int
    at_province: int


@dataclass(frozen=True, slots=True)
class VenueHole:
    venue_id: int
    venue_name: str
    county_name: str
    category: str
    who: Sequence[str]
    reasons: Sequence[str]
    kinds: Sequence[str]
    """Each level's kinds of alarm, with commas; empty for a hole that a real alarm found."""
    since: datetime


_BY_REGION = text(
    """
    with holes as (
        select county / :step * :step as region, venue_id, who from chain_holes
        where ended_at is null and county between :lo and :hi
    ), counted as (
        select region, count(distinct venue_id) as with_holes,
               count(*) filter (where who = 'venue') as at_venue,
               count(*) filter (where who = 'maintainer') as at_maintainer,
               count(*) filter (where who = 'county') as at_county, count(*) filter (where who = 'city') as at_city,
               count(*) filter (where who = 'province') as at_province
        from holes group by region
    ), known as (
        select county / :step * :step as region, count(*) as venues from venues
        where county between :lo and :hi and (in_scope_until is null or in_scope_until > current_date) group by 1
    )
    select k.region as adcode, r.name, k.venues, coalesce(c.with_holes, 0) as with_holes,
           coalesce(c.at_venue, 0) as at_venue, coalesce(c.at_maintainer, 0) as at_maintainer,
           coalesce(c.at_county, 0) as at_county, coalesce(c.at_city, 0) as at_city,
           coalesce(c.at_province, 0) as at_province
    from known k join regions r on r.adcode = k.region left join counted c on c.region = k.region
    order by with_holes desc, k.region
    """
)
_VENUES = text(
    """
    select h.venue_id, v.name as venue_name, r.name as county_name, v.category, array_agg(h.who order by h.who) as who,
           array_agg(h.reason order by h.who) as reasons,
           array_agg(array_to_string(h.kinds, ',') order by h.who) as kinds, min(h.found_at) as since
    from chain_holes h join venues v on v.id = h.venue_id join regions r on r.adcode = h.county
    where h.ended_at is null and h.county between :lo and :hi
    group by 1, 2, 3, 4, h.county order by count(*) desc, h.county, h.venue_id limit :limit
    """
)
_LAST = text("select max(rehearsed_at) from rehearsals")


def by_region(session: Session, adcode: int) -> list[RegionHoles]:
    """The cities of a province or the counties of a city, those with most holes first."""
    lo, hi = region_range(adcode)
    step = 100 if hi - lo > 100 else 1
    rows = session.execute(_BY_REGION, {"lo": lo, "hi": hi, "step": step})
    return [RegionHoles(**row) for row in rows.mappings()]


def venues(session: Session, adcode: int | None, limit: int) -> list[VenueHole]:
    """Venues with holes by name, the most holes first; None for the whole scope."""
    lo, hi = (0, 999_999) if adcode is None else region_range(adcode)
    return [VenueHole(**row) for row in session.execute(_VENUES, {"lo": lo, "hi": hi, "limit": limit}).mappings()]


def last_rehearsal(session: Session) -> datetime | None:
    """When the chains within scope were last rehearsed; None where never, or for those who hold no region."""
    at: datetime | None = session.scalar(_LAST)
    return at
