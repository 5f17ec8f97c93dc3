"""Snapshots, read: the list, the figures, the venues behind them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.errors import NotFound
from db.queries.measures import VenueBehind
from db.rules.access_scope import region_range
from db.rules.bulletin_problems import PROBLEMS, Standing, VenueLine
from db.rules.snapshot_form import Content, FigureLine, content, unpacked
from db.rules.venue_categories import BULLETIN_CATEGORIES

ALL = "all"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot as a list shows it; `bulletins` were issued from it."""

    id: int
    number: int
    as_of: date
    region: int
    made_at: datetime
    made_by_name: str
    definitions: dict[str, int]
    figures: int
    venues: int
    sha256: str
    bulletins: int


_ROWS = """
    select s.id, s.number, s.as_of, s.region, s.made_at, s.made_by_name, s.definitions, s.figures, s.venues, s.sha256,
        (select count(*) from bulletins b where b.snapshot_id = s.id and b.state = 'issued') as bulletins
    from snapshots s
"""
_LATEST = text(f"{_ROWS} order by s.number desc limit :limit offset :offset")
_ONE = text(f"{_ROWS} where s.id = :id")
_AS_OF = text(f"{_ROWS} where s.as_of = :day and s.region = :region order by s.number desc limit 1")
_FIGURES = text(
    """
    select measure, level, adcode, name, category, numerator, denominator, excluded from snapshot_figures
    where snapshot_id = :id and adcode between :lo and :hi
        and (cast(:measure as text) is null or measure = :measure) and (cast(:level as text) is null or level = :level)
    order by measure, adcode, category
    """
)
_VENUES = text(
    "select content from snapshot_venues where snapshot_id = :id and county between :lo and :hi order by county"
)
_COUNTIES = text("select adcode, name from regions where adcode between :lo and :hi")


def latest(session: Session, limit: int, offset: int = 0) -> list[Snapshot]:
    """Newest first."""
    found = session.execute(_LATEST, {"limit": limit, "offset": offset})
    return [Snapshot(**row) for row in found.mappings()]


def one(session: Session, snapshot_id: int) -> Snapshot:
    row = session.execute(_ONE, {"id": snapshot_id}).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such snapshot within your scope.")
    return Snapshot(**row)


def newest_as_of(session: Session, day: date, region: int) -> Snapshot | None:
    """The last one frozen as of a day."""
    row = session.execute(_AS_OF, {"day": day, "region": region}).mappings().one_or_none()
    return None if row is None else Snapshot(**row)


def figures(
    session: Session, snapshot_id: int, *, region: int = 0, measure: str | None = None, level: str | None = None
) -> list[FigureLine]:
    """Its figures within a region (everywhere within scope where it is 0), by measure, region and category."""
    lo, hi = region_range(region) if region else (0, 999_999)
    asked = {"id": snapshot_id, "lo": lo, "hi": hi, "measure": measure, "level": level}
    return [FigureLine(*row) for row in session.execute(_FIGURES, asked)]


def venues(session: Session, snapshot_id: int, region: int = 0) -> list[VenueLine]:
    """The venues within a region, and within scope, with their standing in every measure."""
    lo, hi = region_range(region) if region else (0, 999_999)
    found = session.scalars(_VENUES, {"id": snapshot_id, "lo": lo, "hi": hi})
    return [venue for packed in found for venue in unpacked(bytes(packed))]


def behind(session: Session, snapshot_id: int, measure: str, region: int, category: str) -> list[VenueBehind]:
    """Every venue that stood in the figure's denominator or was left out of it, as it was frozen."""
    as_of = one(session, snapshot_id).as_of
    lo, hi = region_range(region)
    names = {row.adcode: row.name for row in session.execute(_COUNTIES, {"lo": lo, "hi": hi})}
    listed = [venue for venue in venues(session, snapshot_id, region) if category in (ALL, venue.category)]
    if category == ALL:
        listed = [venue for venue in listed if venue.category in BULLETIN_CATEGORIES]
    rows = []
    for venue in listed:
        rows += _behind(venue, standing_of(venue, measure, as_of), names.get(venue.county, str(venue.county)))
    return rows


def standing_of(venue: VenueLine, measure: str, as_of: date) -> Standing:
    """In a measure, or in a problem that is worked out from measures."""
    return PROBLEMS[measure].of_venue(venue, as_of) if measure in PROBLEMS else venue.at(measure)


def _behind(venue: VenueLine, standing: Standing, county_name: str) -> list[VenueBehind]:
    """Its part that counts, the part that does not, and what was left out."""

    def row(counts: bool, is_excluded: bool, weight: int) -> VenueBehind:
        place = (venue.venue_id, venue.name, venue.category, venue.county, county_name)
        return VenueBehind(*place, counts=counts, is_excluded=is_excluded, weight=weight)

    parts = (
        (True, False, standing.counts),
        (False, False, standing.of - standing.counts),
        (False, True, standing.excluded),
    )
    return [row(*part) for part in parts if part[2] > 0]


def whole(session: Session, snapshot_id: int) -> Content:
    """All of it; only in a scope as wide as its region is this what was hashed."""
    found = one(session, snapshot_id)
    return content(
        found.as_of,
        found.region,
        found.definitions,
        figures(session, snapshot_id),
        venues(session, snapshot_id),
    )
