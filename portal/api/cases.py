"""Hazards and work orders as lists, newest first, read on from where the last answer ended."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, Literal, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from db.errors import InvalidInput, NotAllowed
from db.queries import hazards, work_orders
from db.queries.hazards import HazardFilters, Place
from db.queries.work_orders import OrderFilters
from db.rules.access_scope import Role
from db.rules.hazard_kinds import Grade, HazardKind, Source
from portal import asking
from portal.api.asked import BIGGEST_ID, BIGGEST_INT, InRegion
from portal.api.case_bodies import Hazard, WorkOrder

router = APIRouter()

Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=500, description="rows to answer at most")]
After = Annotated[
    str | None, Query(max_length=60, description="`next` of the answer before; left out: from the newest")
]
Venue = Annotated[int | None, Query(ge=1, le=BIGGEST_INT)]
Words = Annotated[str, Query(max_length=100, description="part of the venue's name, or its pinyin initials")]


class Listed(BaseModel, Generic[Row]):
    """One stretch of a list that new rows do not shift."""

    rows: list[Row]
    next: str | None = Field(description="ask with `after` set to this for what follows; null: that was all")


@router.get("/hazards", tags=["hazards"])
def list_hazards(
    region: InRegion,
    show: Literal["mine", "open", "overdue", "major", "submitted", "look_back", "closed", "all"] = "all",
    grade: Grade | None = None,
    source: Source | None = None,
    kind: HazardKind | None = None,
    venue: Venue = None,
    q: Words = "",
    limit: Limit = 50,
    after: After = None,
) -> Listed[Hazard]:
    """Hazards within your scope, the newest finding first."""
    asker, now = _asker(), datetime.now(UTC)
    filters = HazardFilters(show, asker.role, grade, source, kind, region, venue, q.strip(), within=asker.scope)
    with asking.reading() as session:
        page = hazards.newest(session, filters, now, limit, _place(after))
    rows = [Hazard.model_validate(row) for row in page.rows]
    return Listed(rows=rows, next=_next([(row.found_at, row.id) for row in page.rows], is_more=page.is_more))


@router.get("/orders", tags=["work orders"])
def list_orders(
    region: InRegion,
    show: Literal["mine", "open", "overdue", "finished", "ended", "all"] = "all",
    hazard: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
    alarm: Annotated[int | None, Query(ge=1, le=BIGGEST_ID)] = None,
    venue: Venue = None,
    q: Words = "",
    limit: Limit = 50,
    after: After = None,
) -> Listed[WorkOrder]:
    """Work orders within your scope, the newest first."""
    asker, now = _asker(), datetime.now(UTC)
    filters = OrderFilters(show, asker.role, hazard, alarm, venue, q.strip(), region)
    with asking.reading() as session:
        page = work_orders.newest(session, filters, now, limit, _place(after))
    rows = [WorkOrder.model_validate(row) for row in page.rows]
    return Listed(rows=rows, next=_next([(row.given_at, row.id) for row in page.rows], is_more=page.is_more))


def _asker() -> asking.Asker:
    asker = asking.current()
    if asker.role is Role.WALL:
        raise NotAllowed("Your role may look, not act.")
    return asker


def _next(rows: Sequence[tuple[datetime, int]], *, is_more: bool) -> str | None:
    at, number = rows[-1] if rows else (None, 0)
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{number}" if at is not None and is_more else None


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    at, _tilde, number = after.partition("~")
    try:
        place = Place(datetime.fromisoformat(at), int(number))
    except ValueError as error:
        raise InvalidInput("after: this is no place that an answer named.") from error
    if place.at.tzinfo is None or not 0 < place.id <= BIGGEST_ID:
        raise InvalidInput("after: this is no place that an answer named.")
    return place
