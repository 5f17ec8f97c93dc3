"""Cameras: which there are, and an address to play one."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from db.commands.camera_watching import LONGEST_REASON, note_watching
from db.errors import NotAllowed
from db.queries import camera_views
from db.queries.camera_views import Choice
from db.rules.play_address import LASTING, Form, PlayAddress, Purpose, forms_of, signed
from portal import asking
from portal.api.asked import BIGGEST_ID, BIGGEST_INT, InRegion
from portal.api.models import Refused

router = APIRouter(tags=["cameras"])

MOST = 500
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class Camera(BaseModel):
    """A camera that can be looked through."""

    id: int
    code: str
    venue_id: int
    venue: str
    county: int
    county_name: str
    area: str | None
    fitness: str | None = Field(description="whether its pictures can be trusted; null: nobody has judged them yet")
    seen_at: datetime | None = Field(description="when vision last had a picture of it")


class Cameras(BaseModel):
    """A page of cameras, by county and venue."""

    total: int
    rows: list[Camera]


class Ask(BaseModel):
    """How a camera is to be played."""

    csrf_token: str = Field(max_length=200)
    purpose: Purpose = Purpose.LIVE
    form: Form | None = Field(None, description="null: as your role sees pictures unasked")
    reason: str = Field("", max_length=LONGEST_REASON, description="why faces must be seen; logged")


class Play(BaseModel):
    """Where it plays, for this session alone."""

    address: str
    state: str = Field(description="address of {state, age_s, trouble}")
    form: Form
    until: datetime
    server_now: datetime


@router.get("/cameras")
def some_cameras(
    region: InRegion,
    q: Annotated[str, Query(max_length=60, description="part of the venue's name or the camera's number")] = "",
    venue: Annotated[int | None, Query(ge=1, le=BIGGEST_INT)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 64,
    offset: Annotated[int, Query(ge=0, le=BIGGEST_INT)] = 0,
) -> Cameras:
    """Cameras within scope whose pictures have a source."""
    with asking.reading() as session:
        total, rows = camera_views.some(session, Choice(region or 360_000, venue, q), limit, offset)
    return Cameras(
        total=total,
        rows=[
            Camera(
                id=row.id,
                code=row.code,
                venue_id=row.venue_id,
                venue=row.venue_name,
                county=row.county,
                county_name=row.county_name,
                area=row.area_name,
                fitness=row.fitness,
                seen_at=row.seen_at,
            )
            for row in rows
        ],
    )


@router.post("/cameras/{camera_id}/play", responses={404: {"model": Refused, "description": "No such camera here"}})
def play(request: Request, camera_id: Id, ask: Ask) -> Play:
    """A signed address for this session, good for ten minutes; that you look is logged."""
    asker = asking.current()
    if not secrets.compare_digest(ask.csrf_token.encode(), asker.csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")
    form = ask.form or forms_of(asker.role)[0]
    now = datetime.now(UTC)
    with asking.reading() as session:
        note_watching(session, camera_id, ask.purpose, form, ask.reason, asking.actor())
    address = PlayAddress(camera_id, form, ask.purpose, request.scope["anwang_guest"].session.token_hash, now + LASTING)
    place = f"/play/{signed(address, request.app.state.play_secret)}"
    product = "index.m3u8" if ask.purpose is Purpose.LIVE else "still.jpg"
    return Play(address=f"{place}/{product}", state=f"{place}/state", form=form, until=address.until, server_now=now)
