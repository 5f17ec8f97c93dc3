"""A venue in three dimensions: its scene, its plan, links that show it to others."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from db import addresses
from db.commands import plans as plan_commands
from db.commands import scene_links as link_commands
from db.commands.plans import FaultyPlan, NewPlan
from db.errors import InvalidInput, NotAllowed
from db.plan_files import reading, written
from db.plan_files.taken import Found
from db.queries import plans as plan_queries
from db.queries import scene_links as link_queries
from db.queries import scenes as scene_queries
from db.queries import venues as venue_queries
from db.rules.plan import PlanSource
from db.rules.plan_checks import Refusal
from db.rules.plan_json import NotAPlan, plan_of, plan_told
from db.rules.role_acts import DRAW_PLANS, SHARE_SCENES
from geodata.coordinates import Datum
from portal import asking
from portal.api.asked import BIGGEST_INT, VenueId
from portal.api.models import Refused
from portal.api.scene_bodies import (
    DrawnPlan,
    Faulty,
    Link,
    Links,
    LiveBody,
    MadeLink,
    NewLink,
    ReadFile,
    Recorded,
    SceneBody,
    Sketched,
)
from portal.locale import _
from portal.scene_told import live_told, scene_told

READING = "/api/v1/plans/read"
"""Where files come in; larger than other bodies."""

router = APIRouter(tags=["plans and scenes"])

LinkId = Annotated[int, Path(ge=1, le=BIGGEST_INT)]


@router.get("/venues/{venue_id}/scene", response_model=SceneBody)
def scene(venue_id: VenueId) -> Any:
    """Buildings, floors, areas, routes, places of devices, with their state and the open alarms."""
    with asking.reading() as session:
        return scene_told(scene_queries.of_venue(session, venue_id, datetime.now(UTC)))


@router.get("/venues/{venue_id}/scene/state", response_model=LiveBody)
def scene_state(venue_id: VenueId) -> Any:
    """What changes while one looks: states of devices, open alarms."""
    with asking.reading() as session:
        return live_told(scene_queries.live_state(session, venue_id, datetime.now(UTC)))


@router.get(
    "/venues/{venue_id}/plan.geojson",
    response_class=Response,
    responses={200: {"content": {"application/geo+json": {}}, "description": "As the import takes it back"}},
)
def plan_file(venue_id: VenueId) -> Response:
    """The plan as GeoJSON in CGCS2000."""
    with asking.reading() as session:
        drawn = plan_queries.of_venue(session, venue_id)
        code = venue_queries.detail(session, venue_id).code
    told = written.geojson(drawn.plan, drawn.known, (drawn.lng, drawn.lat))
    name = f"attachment; filename=plan.geojson; filename*=UTF-8''{quote(f'plan-{code}.geojson')}"
    return JSONResponse(told, media_type="application/geo+json", headers={"Content-Disposition": name})


@router.get("/venues/{venue_id}/plan/sketch", response_model=Sketched)
def plan_sketch(venue_id: VenueId) -> Any:
    """A first sketch from what is on record of the venue: nobody measured it, nothing is recorded."""
    with asking.reading() as session:
        return plan_told(plan_queries.sketched(session, venue_id))


@router.post(
    "/venues/{venue_id}/plan",
    response_model=Recorded,
    responses={409: {"model": Refused, "description": "Somebody was first"}, 422: {"model": Faulty}},
)
def record_plan(venue_id: VenueId, drawn: DrawnPlan) -> Any:
    """Put this plan in place of the venue's, whole; with a fault nothing is recorded."""
    try:
        plan = plan_of({"buildings": drawn.buildings})
    except NotAPlan as error:
        raise InvalidInput("This is not a plan: a value is missing or of another kind.") from error
    new = NewPlan(venue_id, plan, drawn.revision, PlanSource(drawn.source))
    try:
        with asking.reading() as session:
            return Recorded(revision=plan_commands.record(session, new, asking.actor(), datetime.now(UTC)))
    except FaultyPlan as refusal:
        said = sentences(refusal.faults)
        return JSONResponse({"error": {"code": "faulty_plan", "message": said[0], "faults": said}}, 422)


@router.post("/plans/read", response_model=ReadFile)
async def read_plan(
    request: Request,
    venue: Annotated[int, Query(ge=1, le=BIGGEST_INT)],
    datum: Annotated[Datum | None, Query(description="of a GeoJSON file that does not say")] = None,
) -> Any:
    """What a GeoJSON or IFC file, sent as the body, holds for this venue: a plan to look at, or every fault."""
    if asking.current().role not in DRAW_PLANS:
        raise NotAllowed("Your role may look, not act.")
    content = await request.body()
    found = await run_in_threadpool(_found, content, venue, datum)
    return {
        "source": found.source,
        **plan_told(found.plan),
        "faults": sentences(found.faults),
        "remarks": sentences(found.remarks),
    }


def _found(content: bytes, venue: int, datum: Datum | None) -> Found:
    with asking.reading() as session:
        drawn = plan_queries.of_venue(session, venue)
    return reading.read(content, drawn.known, (drawn.lng, drawn.lat), datum)


def sentences(refusals: Any) -> list[str]:
    """Faults and remarks in the reader's language."""
    return [_said(refusal) for refusal in refusals]


def _said(refusal: Refusal) -> str:
    sentence = _(refusal.message)
    return sentence.format(**refusal.facts) if refusal.facts else sentence


@router.get("/venues/{venue_id}/scene/links")
def scene_links(venue_id: VenueId) -> Links:
    """The links that were given out for this venue, and how often each was opened."""
    if asking.current().role not in SHARE_SCENES:
        raise NotAllowed("Your role may look, not act.")
    with asking.reading() as session:
        scene_queries.live_state(session, venue_id, datetime.now(UTC))
        return Links(rows=[Link.model_validate(row) for row in link_queries.of_venue(session, venue_id)])


@router.post("/venues/{venue_id}/scene/links", status_code=201, responses={409: {"model": Refused}})
def make_scene_link(request: Request, venue_id: VenueId, new: NewLink) -> MadeLink:
    """Give out a link to this venue's scene."""
    settings = request.app.state.settings
    key, lasting = addresses.read_secrets(settings.var_dir)["scene_links"], timedelta(hours=new.hours)
    with asking.reading() as session:
        token = link_commands.make(session, key, venue_id, new.purpose, lasting, asking.actor(), datetime.now(UTC))
    base = settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    return MadeLink(url=f"{base}/shared/{token}")


@router.post("/venues/{venue_id}/scene/links/{link_id}/withdraw", status_code=204, responses={409: {"model": Refused}})
def withdraw_scene_link(venue_id: VenueId, link_id: LinkId) -> Response:
    """From now on the link opens nothing, and pages that show it go blank within seconds."""
    with asking.reading() as session:
        link_commands.withdraw(session, venue_id, link_id, asking.actor(), datetime.now(UTC))
    return Response(status_code=204)
