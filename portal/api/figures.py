"""Routes about figures: rankings, and how fresh the data is."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from db.queries import coverage, feeds
from portal import asking
from portal.api.asked import AsOf, InRegion
from portal.api.models import Feed, Feeds, RankingRow, Rankings

router = APIRouter(tags=["figures"])

Level = Literal["province", "city", "county"]


@router.get("/rankings")
def rankings(
    as_of: AsOf,
    region: InRegion,
    level: Annotated[list[Level] | None, Query(description="may be repeated; province and city by default")] = None,
) -> Rankings:
    """Access and declared duty by region and category, counted from the venues within your scope."""
    with asking.reading() as session:
        rows = coverage.ranking(session, as_of, levels=level or ["province", "city"], within=region)
    return Rankings(as_of=as_of, rows=[RankingRow.model_validate(row) for row in rows])


@router.get("/feeds")
def list_feeds(request: Request) -> Feeds:
    """The sources of data and their last signs of life."""
    now, limit = datetime.now(UTC), timedelta(seconds=request.app.state.settings.stale_after_seconds)
    with asking.reading() as session:
        known = feeds.all_feeds(session)
    return Feeds(at=now, rows=[Feed(**asdict(row), stale=now - row.alive_at > limit) for row in known])
