"""The REST interface, /api/v1: the same record, the same scopes, for programs."""

from typing import Any

from fastapi import APIRouter

from portal import asking
from portal.api import (
    alarms,
    bulletins,
    cameras,
    cases,
    device_files,
    duty,
    evidence,
    figures,
    frames,
    hazard_lists,
    letters,
    map_views,
    patrol,
    patrol_acts,
    places,
    scenes,
    search,
    shouts,
    shown,
    taken_away,
    vision,
    wall,
    windows,
    zones,
)
from portal.api.models import Me, Refused
from portal.locale import language

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refused, "description": description}
    for status, description in (
        (401, "Not logged in"),
        (403, "Not for your role, or not from this site"),
        (404, "No such thing within your scope"),
        (422, "A value cannot be used"),
        (503, "The database does not answer"),
    )
}

DESCRIPTION = """The record of the province's net for school fire safety, within the scope of whoever asks.

Log in as in the browser: requests carry the session's cookie, and unsafe ones an `Origin` of this host. Every refusal
is `{"error": {"code", "message"}}`. Times are ISO 8601 with an offset, coordinates CGCS2000, regions GB/T 2260 codes.
"""

router = APIRouter(prefix="/api/v1", responses=REFUSALS)


@router.get("/me", tags=["you"])
def me() -> Me:
    """Who you are here, and what you may see."""
    asker = asking.current()
    return Me(
        name=asker.name,
        role=asker.role,
        place=asker.place,
        home=asker.home,
        county_lo=asker.scope.county_lo,
        county_hi=asker.scope.county_hi,
        venues=list(asker.scope.venue_ids),
        language=language(),
    )


router.include_router(shown.router)
router.include_router(alarms.router)
router.include_router(places.router)
router.include_router(figures.router)
router.include_router(device_files.router)
router.include_router(evidence.router)
router.include_router(frames.router)
router.include_router(hazard_lists.router)
router.include_router(cases.router)
router.include_router(letters.router)
router.include_router(bulletins.router)
router.include_router(windows.router)
router.include_router(duty.router)
router.include_router(scenes.router)
router.include_router(cameras.router)
router.include_router(zones.router)
router.include_router(vision.router)
router.include_router(patrol.router)
router.include_router(patrol_acts.router)
router.include_router(shouts.router)
router.include_router(map_views.router)
router.include_router(search.router)
router.include_router(wall.router)
router.include_router(taken_away.router)
