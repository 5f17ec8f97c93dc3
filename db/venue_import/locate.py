"""Rows with their points: converted to CGCS2000 and looked up on the map, a datum at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np

from db.rules.access_scope import Scope
from db.rules.county_names import County, CountyNames, county_names
from db.rules.venue_checks import TOLERANCE_METRES, read_venue
from db.rules.written_venue import ReadVenue
from db.venue_import.sheet import SheetRow
from geodata.coordinates import Datum, datum, to_cgcs2000
from geodata.districts import districts
from geodata.location import counties_at

DECIMALS = 7
"""A centimetre."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What rows are checked against."""

    scope: Scope
    today: date
    datum: Datum | None = None
    """Of rows that name none."""
    tolerance_metres: float = TOLERANCE_METRES


@dataclass(slots=True)
class LocatedRow:
    """A row with its point in CGCS2000 (NaN where it has none) and the county around that (0 where in none)."""

    row: SheetRow
    read: ReadVenue
    reasons: list[str]
    lng: float = np.nan
    lat: float = np.nan
    actual: int = 0


def locate(rows: Sequence[SheetRow], terms: Terms, report: Callable[[int], None]) -> list[LocatedRow]:
    """Every row, read and located; `report` hears of every row that has been read."""
    located = []
    by_datum: dict[Datum, list[LocatedRow]] = {}
    for done, row in enumerate(rows, 1):
        read = read_venue(row.written, _names(), terms.today)
        entry = LocatedRow(row, read, list(read.reasons))
        given = _datum(entry, terms)
        if given is not None and read.lng is not None:
            by_datum.setdefault(given, []).append(entry)
        located.append(entry)
        report(done)
    for given, entries in by_datum.items():
        _place(entries, given)
    return located


def _datum(entry: LocatedRow, terms: Terms) -> Datum | None:
    written = entry.row.written.datum
    given = datum(written) if written else terms.datum
    if given is None:
        known = "、".join(Datum)
        entry.reasons.append(f"坐标系“{written[:30]}”无法识别" if written else f"缺少坐标系（{known}）")
    return given


def _place(entries: Sequence[LocatedRow], given: Datum) -> None:
    points = np.array([(entry.read.lng, entry.read.lat) for entry in entries], float)
    lng, lat = to_cgcs2000(points[:, 0], points[:, 1], given)
    for entry, x, y, actual in zip(entries, lng, lat, counties_at(lng, lat), strict=True):
        entry.lng, entry.lat, entry.actual = round(float(x), DECIMALS), round(float(y), DECIMALS), int(actual)


@cache
def _names() -> CountyNames:
    cities = {city.adcode: city.name for city in districts("city")}
    return county_names(
        County(county.adcode, county.name, county.parent, cities[county.parent])
        for county in districts("county")
        if county.parent is not None
    )
