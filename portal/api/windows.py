"""Drill and maintenance windows: list, announce, end."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from db.commands import windows as window_commands
from db.commands.alarms import Actor
from db.commands.windows import NewWindow
from db.errors import NotAllowed
from db.queries import windows as window_queries
from db.rules.device_kinds import DeviceKind
from db.rules.role_acts import ANNOUNCE_WINDOWS
from db.rules.windows import WindowKind
from portal import asking
from portal.api.asked import BIGGEST_INT, Paging
from portal.api.models import Announced, Ended, Page, Refused, Window

router = APIRouter(tags=["drills and maintenance"])

WindowId = Annotated[int, Path(ge=1, le=BIGGEST_INT)]
VenueNumber = Annotated[int, Field(ge=1, le=BIGGEST_INT)]


class Announcement(BaseModel):
    kind: WindowKind
    venues: Annotated[list[VenueNumber], Field(min_length=1, max_length=2000)]
    area: int | None = Field(None, ge=1, le=BIGGEST_INT, description="of the one venue; null: everywhere in it")
    device_kinds: list[DeviceKind] = Field(description="what is covered; everything else stays live")
    starts_at: AwareDatetime
    ends_at: AwareDatetime = Field(description="a drill lasts 4 hours at most, maintenance 12")
    reason: str = Field(max_length=200)


@router.get("/windows")
def list_windows(
    paging: Paging,
    show: Annotated[Literal["now", "coming", "past", "all"], Query()] = "now",
    venue: Annotated[int | None, Query(ge=1, le=BIGGEST_INT)] = None,
) -> Page[Window]:
    """Windows within your scope; those announced together are one row."""
    with asking.reading() as session:
        page = window_queries.listed(
            session, show, datetime.now(UTC), venue_id=venue, limit=paging.limit, offset=paging.offset
        )
    rows = [Window.model_validate(row) for row in page.rows]
    return Page(total=page.total, limit=paging.limit, offset=paging.offset, rows=rows)


@router.post("/windows", responses={409: {"model": Refused, "description": "One stands at this time already"}})
def announce_window(announcement: Announcement) -> Announced:
    """Announce a drill or maintenance; the venues, their maintainers and counties are told."""
    new = NewWindow(
        announcement.kind,
        tuple(announcement.venues),
        tuple(announcement.device_kinds),
        announcement.starts_at,
        announcement.ends_at,
        announcement.reason,
        announcement.area,
    )
    with asking.reading() as session:
        return Announced(ids=window_commands.announce(session, new, _actor(), datetime.now(UTC)))


@router.post("/windows/{window_id}/end", responses={409: {"model": Refused, "description": "Over already"}})
def end_window(window_id: WindowId) -> Ended:
    """End it early, or call it off, at all its venues within your scope; what is open in it rings anew."""
    with asking.reading() as session:
        return Ended(ended=window_commands.end(session, window_id, _actor(), datetime.now(UTC)))


def _actor() -> Actor:
    asker = asking.current()
    if asker.role not in ANNOUNCE_WINDOWS:
        raise NotAllowed("Your role may look, not act.")
    return Actor(asker.person_id, asker.name, asker.address)
