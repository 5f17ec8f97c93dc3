"""Routes about figures: rankings, and how fresh the data is."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request

from db.queries import coverage, feeds
from db.queries.standing_work import standing_work
from portal import asking
from portal.api.asked import AsOf, InRegion
from portal.api.boundaries import Level
from portal.api.models import Background, Feed, Feeds, RankingRow, Rankings

router = APIRouter(tags=["figures"])


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
    """The sources of data and their last signs of life; and how far behind the work in the background is."""
    settings = request.app.state.settings
    now, limit = datetime.now(UTC), timedelta(seconds=settings.stale_after_seconds)
    with asking.reading() as session:
        known = feeds.all_feeds(session)
        lags = standing_work(session, settings, now)
    return Feeds(
        at=now,
        rows=[Feed(**asdict(row), stale=now - row.alive_at > limit) for row in known],
        background=[
            Background(name=lag.work, behind_seconds=int(lag.behind.total_seconds()), stalled=lag.has_stalled)
            for lag in lags
        ],
    )
