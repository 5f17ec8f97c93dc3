"""Routes about places: regions, boundaries, venues, devices."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from db.queries import venue_list
from db.queries import venues as venue_queries
from db.queries.venue_list import VenueFilters
from db.rules.venue_categories import Category
from portal import asking, regions
from portal.api.asked import BIGGEST_INT, AsOf, InRegion, Paging, VenueId
from portal.api.boundaries import Level, boundaries
from portal.api.models import Device, Devices, Page, Region, Venue, VenueRow

router = APIRouter(tags=["places"])


@router.get("/regions")
def list_regions(level: Level | None = None) -> list[Region]:
    """The province, its cities and counties. Regions are public: everybody is shown all of them."""
    rows = regions.tree().by_adcode.values()
    return [Region.model_validate(row) for row in rows if level in (None, row.level)]


@router.get("/regions.geojson", response_class=Response, responses={200: {"content": {"application/geo+json": {}}}})
def region_boundaries(request: Request, level: Level = "county", m: str | None = None) -> Response:
    """Simplified boundaries as GeoJSON in CGCS2000. `m`, the content's hash, makes the address immutable."""
    made = boundaries(level)
    etag = f'W/"{made.digest}"'
    kept = "public, max-age=31536000, immutable" if m == made.digest else "no-cache"
    headers = {"ETag": etag, "Cache-Control": kept}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(made.body, headers=headers, media_type="application/geo+json")


@router.get("/venues")
def list_venues(
    paging: Paging,
    as_of: AsOf,
    region: InRegion,
    category: Category | None = None,
    q: Annotated[
        str | None, Query(max_length=100, description="part of the name or address; pinyin initials; code")
    ] = None,
) -> Page[VenueRow]:
    """Venues in scope of the programme on a day, with their standing on it."""
    with asking.reading() as session:
        found = venue_list.venues(
            session, VenueFilters(region, category, q), as_of, limit=paging.limit, offset=paging.offset
        )
    rows = [VenueRow.model_validate(row) for row in found.rows]
    return Page(total=found.total, limit=paging.limit, offset=paging.offset, rows=rows)


@router.get("/venues/{venue_id}")
def one_venue(venue_id: VenueId) -> Venue:
    """One venue with its responsible people and its history of access and duty."""
    with asking.reading() as session:
        return Venue.model_validate(venue_queries.detail(session, venue_id))


@router.get("/devices")
def list_devices(venue: Annotated[int, Query(ge=1, le=BIGGEST_INT, description="id of a venue")]) -> Devices:
    """The devices in use at a venue, each with its last word."""
    with asking.reading() as session:
        venue_queries.detail(session, venue)
        rows = venue_queries.devices(session, venue)
    return Devices(venue=venue, rows=[Device.model_validate(row) for row in rows])
