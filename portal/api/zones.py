"""What a camera watches: a picture to draw upon, zones with their rules, the venue's hours."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from db.commands import camera_verdicts
from db.commands import camera_zones as zone_commands
from db.commands.camera_watching import note_watching
from db.commands.camera_zones import NewZones
from db.errors import InvalidInput, NotAllowed, NotFound
from db.evidence.store import EvidenceStore
from db.queries import camera_frames, camera_zones
from db.relay_folder import RelayFolder, State, Wanted
from db.rules.play_address import Form, Purpose, forms_of
from db.rules.role_acts import DRAW_ZONES
from db.rules.zone_checks import FaultyZones
from portal import asking
from portal.api.asked import BIGGEST_INT, VenueId
from portal.api.models import Refused
from portal.api.zone_bodies import DrawnZones, Ground, NewTimetable, Recorded, told
from portal.asking import Asker
from portal.camera_words import params as param_words
from portal.refusals import in_words

router = APIRouter(tags=["cameras"])

CameraId = Annotated[int, Path(ge=1, le=BIGGEST_INT)]
PATIENCE_SECONDS = 8.0
FRESH_SECONDS = 6.0
LOOK_SECONDS = 0.1


@router.get("/cameras/{camera_id}/zones")
def zones(camera_id: CameraId) -> dict[str, Any]:
    """Zones, rules and hours as they stand, with the number of the edition."""
    _may_draw()
    with asking.reading() as session:
        return told(camera_zones.of_camera(session, camera_id))


@router.post("/cameras/{camera_id}/zones", responses={409: {"model": Refused, "description": "Somebody was first"}})
def record_zones(camera_id: CameraId, drawn: DrawnZones) -> Any:
    """Put these zones and rules in place of the camera's, all or none; its worker takes them within seconds."""
    new = NewZones(
        *(camera_id, drawn.revision, tuple(zone.drawn() for zone in drawn.zones)),
        *(tuple(rule.drawn() for rule in drawn.whole), drawn.frame),
    )
    try:
        with asking.reading() as session:
            return Recorded(revision=zone_commands.record(session, new, asking.actor(), datetime.now(UTC)))
    except FaultyZones as fault:
        if "name" in fault.facts:
            fault.facts["name"] = param_words().get(fault.facts["name"], fault.facts["name"])
        where = {"zone": fault.zone, "rule": fault.rule}
        return JSONResponse({"error": {"code": "faulty_zones", "message": in_words(fault)} | where}, 422)


@router.post("/cameras/{camera_id}/ground")
async def ground(request: Request, camera_id: CameraId) -> Ground:
    """The camera's picture of this moment, kept on record, or else its newest one."""
    asker = _may_draw()
    newest = await run_in_threadpool(_noted_and_newest, camera_id, forms_of(asker.role)[0])
    if newest is not None and datetime.now(UTC) - newest.taken_at <= timedelta(seconds=FRESH_SECONDS):
        return _ground(newest.id, newest.taken_at, is_now=True)  # a second click keeps nothing more
    content = await _still(request.app.state.relay, camera_id)
    if content is not None:
        try:
            return await run_in_threadpool(_kept, request.app.state.evidence, camera_id, *content)
        except InvalidInput:
            pass  # half a picture is none
    if newest is None:
        raise NotFound("The camera gives no picture now, and none is on record; try again when it does.")
    return _ground(newest.id, newest.taken_at, is_now=False)


def _noted_and_newest(camera_id: int, form: Form) -> camera_frames.Newest | None:
    with asking.reading() as session:
        note_watching(session, camera_id, Purpose.STILL, form, "", asking.actor())
        return camera_frames.newest(session, camera_id)


def _may_draw() -> Asker:
    asker = asking.current()
    if asker.role not in DRAW_ZONES:
        raise NotAllowed("Your role may look, not act.")
    return asker


async def _still(relay: RelayFolder, camera_id: int) -> tuple[bytes, datetime] | None:
    """From the relay, as the camera gives it; None where none comes within some seconds, which hold up nobody else."""
    wanted = Wanted(camera_id, Purpose.STILL, Form.PLAIN)
    relay.want(wanted)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        content, age = relay.piece(wanted, wanted.product), relay.age(wanted)
        if content and age is not None and age <= FRESH_SECONDS:
            return content, datetime.now(UTC) - timedelta(seconds=age)
        told_last = relay.condition(wanted)
        if told_last is not None and told_last.state is State.FAILED:
            return None
        await asyncio.sleep(LOOK_SECONDS)
    return None


def _kept(store: EvidenceStore, camera_id: int, content: bytes, taken_at: datetime) -> Ground:
    stored = store.keep(content)
    with asking.reading() as session:
        frame = camera_verdicts.keep_frame(session, camera_id, stored, taken_at, None)
    return _ground(frame, taken_at, is_now=True)


def _ground(frame: int, taken_at: datetime, *, is_now: bool) -> Ground:
    return Ground(frame=frame, picture=f"{camera_frames.ADDRESS}/{frame}", taken_at=taken_at, is_now=is_now)


@router.post("/venues/{venue_id}/timetable", status_code=204, responses={409: {"model": Refused}})
def record_timetable(venue_id: VenueId, new: NewTimetable) -> None:
    """Put these hours in place of the venue's; every camera there goes by them within seconds."""
    before, after = ([row.hours() for row in rows] for rows in (new.before, new.after))
    with asking.reading() as session:
        zone_commands.record_hours(session, venue_id, before, after, asking.actor(), datetime.now(UTC))
