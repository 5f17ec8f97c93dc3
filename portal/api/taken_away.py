"""Rankings and venue lists as files for an analyst's own tools: GeoParquet and GeoPackage, within scope, logged."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from shapely import from_wkb
from shapely.geometry import Point
from starlette.responses import Response

from db.commands.acting import Acting
from db.commands.taking_away import note_taken
from db.errors import NotAllowed, NotFound
from db.queries import measures, taken_away
from db.queries.measures import Figure
from db.queries.venue_list import VenueFilters
from db.rules.measures import BY_KEY, MeasureKey
from db.rules.ranking import wilson
from db.rules.venue_categories import Category
from portal import asking, regions
from portal.api.asked import AsOf, InRegion
from portal.exports.geo_file import MEDIA, geo_file

router = APIRouter(tags=["take away"])

Ending = Literal["parquet", "gpkg"]
FILES: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in MEDIA.values()}}}


@router.get("/away/venues.{ending}", response_class=Response, responses=FILES)
def venues(
    ending: Ending,
    as_of: AsOf,
    region: InRegion,
    category: Category | None = None,
    q: Annotated[str | None, Query(max_length=60, description="part of the name or address, or initials")] = None,
) -> Response:
    """Every venue of the list with where it is and how it stood, one row each."""
    with asking.reading() as session:
        found = taken_away.all_venues(session, VenueFilters(region, category, q), as_of)
        if not found.rows:
            raise NotFound("There is nothing to take away: no row fits.")
        chosen = {"as_of": as_of.isoformat(), "region": region, "category": category, "q": q, "as": ending}
        note_taken(session, "venues", len(found.rows), dict(chosen), _acting(), _where(region))
    rows = found.rows
    columns = {
        name: [getattr(row, name) for row in rows]
        for name in ("id", "code", "name", "category", "sub_type", "county", "county_name", "address", "lng", "lat")
    }
    columns |= {
        "accessed": [row.accessed for row in rows],
        "on_duty": [row.on_duty for row in rows],
        "is_demo": [row.is_demo for row in rows],
        "as_of": [as_of] * len(rows),
    }
    made = geo_file(columns, [Point(row.lng, row.lat) for row in rows], "venues", ending)
    return _answer(made, f"anwang-venues-{as_of.isoformat()}", ending)


@router.get("/away/ranking.{ending}", response_class=Response, responses=FILES)
def ranking(
    ending: Ending,
    as_of: AsOf,
    region: InRegion,
    measure: MeasureKey = MeasureKey.ACCESS,
    level: Annotated[Literal["city", "county"], Query(description="one row a region of this level")] = "city",
    category: Annotated[
        str | None, Query(max_length=40, description="a category, sub-type or all; every one else")
    ] = None,
) -> Response:
    """One measure by region and category, in counts and percent with its interval, and each region's boundary."""
    if not asking.current().scope.is_regional:
        raise NotAllowed("Your role does not include this.")
    with asking.reading() as session:
        found = measures.figures(session, measure, as_of, level, region or asking.current().home)
        found = [f for f in found if category is None or f.category == category]
        if not found:
            raise NotFound("There is nothing to take away: no row fits.")
        shapes = taken_away.boundaries(session, sorted({f.adcode for f in found}))
        chosen = {"measure": measure.value, "as_of": as_of.isoformat(), "level": level, "region": region}
        note_taken(session, "ranking", len(found), {**chosen, "as": ending}, _acting(), _where(region))
    made = geo_file(_columns(found, as_of), [from_wkb(shapes[f.adcode]) for f in found], "ranking", ending)
    return _answer(made, f"anwang-ranking-{measure.value}-{as_of.isoformat()}", ending)


def _columns(found: list[Figure], as_of: date) -> dict[str, list[object]]:
    intervals = [wilson(f.numerator, f.denominator) or (None, None) for f in found]
    return {
        "measure": [f.measure.value for f in found],
        "version": [BY_KEY[f.measure].version for f in found],
        "as_of": [as_of for _f in found],
        "level": [f.level for f in found],
        "adcode": [f.adcode for f in found],
        "name": [regions.name(regions.tree().one(f.adcode)) for f in found],
        "category": [f.category for f in found],
        "numerator": [f.numerator for f in found],
        "denominator": [f.denominator for f in found],
        "excluded": [f.excluded for f in found],
        "rate_pct": [f.rate_pct for f in found],
        "rate_from_pct": [low for low, _high in intervals],
        "rate_to_pct": [high for _low, high in intervals],
    }


def _acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _where(region: int | None) -> int:
    """The region that the entry of the audit log stands under."""
    return region or asking.current().home


def _answer(content: bytes, name: str, ending: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"', "Cache-Control": "no-store"}
    return Response(content, media_type=MEDIA[ending], headers=headers)
