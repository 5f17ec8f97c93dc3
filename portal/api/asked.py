"""Parameters that many routes take, checked before anything is asked of the record."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import Depends, Path, Query

from db.errors import InvalidInput
from portal import regions, words
from portal.address import FIRST_DAY

"""The programme began in January 2024."""

BIGGEST_INT = 2**31 - 1
BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stretch:
    limit: int
    offset: int


def _stretch(
    limit: Annotated[int, Query(ge=1, le=500, description="rows to answer at most")] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="rows to skip")] = 0,
) -> Stretch:
    return Stretch(limit, offset)


def _as_of(
    as_of: Annotated[
        date | None, Query(description="as of this day, from 2024-01-01 to today; today by default")
    ] = None,
) -> date:
    today = datetime.now(UTC).astimezone(words.HERE).date()
    day = as_of or today
    if not FIRST_DAY <= day <= today:
        raise InvalidInput("as_of: there are figures from 2024-01-01 to today.")
    return day


def _region(
    region: Annotated[int | None, Query(description="code of a province, city or county (GB/T 2260)")] = None,
) -> int | None:
    if region is not None and region not in regions.tree().by_adcode:
        raise InvalidInput("region: there is no region with this code.")
    return region


Paging = Annotated[Stretch, Depends(_stretch)]
AsOf = Annotated[date, Depends(_as_of)]
InRegion = Annotated[int | None, Depends(_region)]
VenueId = Annotated[int, Path(ge=1, le=BIGGEST_INT)]
AlarmId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
