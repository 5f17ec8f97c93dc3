"""Who may see what: a scope is a range of county codes, or a list of venues.

GB/T 2260 codes nest, so a region is a range: province 360000-369999, city 360700-360799, county 360702-360702.
"""

from dataclasses import dataclass
from enum import StrEnum

NO_COUNTY = (1, 0)


class Role(StrEnum):
    """Roles that a person may hold. The first five are the levels of supervision."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    VENUE = "venue"
    MAINTAINER = "maintainer"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    WALL = "wall"


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows within reach: `county_lo <= county <= county_hi`, or the venue is one of `venue_ids`.

    An empty range (lo above hi) with no venues reaches nothing.
    """

    county_lo: int
    county_hi: int
    venue_ids: tuple[int, ...] = ()

    def covers(self, county: int, venue_id: int | None = None) -> bool:
        """True where the database's own policy would show the row."""
        return self.county_lo <= county <= self.county_hi or (venue_id is not None and venue_id in self.venue_ids)

    @property
    def is_regional(self) -> bool:
        return self.county_lo <= self.county_hi


NOTHING = Scope(*NO_COUNTY)
EVERYTHING = Scope(0, 999_999)
"""What the programs themselves work in (ingest, schedules); never given to a person."""


def region_range(adcode: int) -> tuple[int, int]:
    """The county codes inside a region: (360700, 360799) for the city 360700."""
    if adcode % 10_000 == 0:
        return adcode, adcode + 9_999
    if adcode % 100 == 0:
        return adcode, adcode + 99
    return adcode, adcode


def region_scope(adcode: int) -> Scope:
    return Scope(*region_range(adcode))


def venues_scope(venue_ids: tuple[int, ...]) -> Scope:
    """Exactly these venues: a venue's own staff, or a maintainer's contracts in force."""
    return Scope(*NO_COUNTY, venue_ids=venue_ids)
