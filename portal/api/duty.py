"""Duty in figures, duty checks and their answers, and what went to the fire service."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query

from db.commands import duty_checks
from db.commands.people import Operator
from db.errors import NotAllowed
from db.queries import duty, duty_coverage
from db.queries import outbox as outbox_queries
from db.queries.duty_coverage import DutyOf
from db.rules.access_scope import Role
from portal import asking
from portal.api.asked import BIGGEST_ID, BIGGEST_INT, InRegion, Paging
from portal.api.models import Answered, DutyCheck, DutyChecks, DutyFigures, OutboxEntry, Page, Refused

router = APIRouter(tags=["duty"])

Venue = Annotated[int | None, Query(ge=1, le=BIGGEST_INT)]
CheckId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("/duty")
def duty_figures(region: InRegion, venue: Venue = None) -> DutyFigures:
    """Declared and verified minutes of the last seven days; of a region over the categories that bulletins count."""
    now = datetime.now(UTC)
    with asking.reading() as session:
        found = duty_coverage.figures(session, DutyOf(region=region, venue_id=venue), now - timedelta(days=7), now, now)
    return DutyFigures(
        at=now,
        venues=found.venues,
        declared_venues=found.declared_venues,
        declared_minutes=found.declared_minutes,
        verified_minutes=found.verified_minutes,
        declared_pct=found.declared_pct,
        verified_pct=found.verified_pct,
    )


@router.get("/duty/checks")
def list_checks(region: InRegion, venue: Venue = None, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> DutyChecks:
    """Duty checks within your scope, the newest first."""
    with asking.reading() as session:
        rows = duty.checks(session, DutyOf(region=region, venue_id=venue), datetime.now(UTC), limit)
    return DutyChecks(rows=[DutyCheck.model_validate(row) for row in rows])


@router.post("/duty/checks/{check_id}/answer", responses={409: {"model": Refused, "description": "Answered before"}})
def answer_check(check_id: CheckId) -> Answered:
    """Answer a check that was put to you."""
    asker = asking.current()
    operator = Operator(asker.person_id, asker.name, asker.address)
    with asking.reading() as session:
        return Answered(state=duty_checks.answer_in_person(session, check_id, operator, datetime.now(UTC)))


@router.get("/outbox", tags=["fire service"])
def list_outbox(paging: Paging, is_open: Annotated[bool, Query(alias="open")] = False) -> Page[OutboxEntry]:
    """Messages to the fire service's platforms, the newest first; not for venues and maintainers."""
    if asking.current().role in (Role.VENUE, Role.MAINTAINER, Role.WALL):
        raise NotAllowed("This page is not for your role.")
    with asking.reading() as session:
        rows = outbox_queries.listed(session, only_open=is_open, limit=paging.limit, offset=paging.offset)
        total = outbox_queries.count(session, only_open=is_open)
    return Page(
        total=total,
        limit=paging.limit,
        offset=paging.offset,
        rows=[OutboxEntry.model_validate(row) for row in rows],
    )
