"""On patrol: a camera is looked through, a frame is kept, marked, shown."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from db import relay_frame
from db.commands import patrol, patrol_captures
from db.commands.acting import Acting
from db.commands.patrol import Look
from db.commands.patrol_captures import NewCapture
from db.errors import InvalidInput, NotAllowed, NotFound, WrongState
from db.evidence.marking import burnt
from db.evidence.sniffing import JPEG
from db.evidence.store import EvidenceStore
from db.queries import camera_views
from db.queries import patrol_captures as queries
from db.relay_folder import RelayFolder, State, Trouble, Wanted
from db.rules.alarm_lifecycle import Refusal
from db.rules.patrol import Outcome, Seen
from db.rules.patrol_marks import read_marks
from db.rules.play_address import Form, forms_of
from portal import asking, patrol_words, words
from portal.api.asked import BIGGEST_ID, BIGGEST_INT
from portal.api.models import Refused
from portal.captured import as_seen_by
from portal.play import granted

router = APIRouter(tags=["patrol"])

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Token = Annotated[str, Field(max_length=200)]
PlayedAt = Annotated[
    str, Field(max_length=260, pattern=r"^/play/[\w.-]+/[\w.]+$", description="where it plays for you")
]
RoundId = Annotated[int | None, Field(ge=1, le=BIGGEST_INT)]


class LookedThrough(BaseModel):
    """A camera of a round that somebody looks through, named by the address at which it plays for them."""

    csrf_token: Token
    address: PlayedAt
    round_id: Annotated[int, Field(ge=1, le=BIGGEST_INT)]


class NoPicture(BaseModel):
    """A camera of a round that has no source of pictures at all."""

    csrf_token: Token
    camera_id: Annotated[int, Field(ge=1, le=BIGGEST_INT)]
    round_id: Annotated[int, Field(ge=1, le=BIGGEST_INT)]


class Noted(BaseModel):
    """What the relay says of the camera, and how the venue's visit ends with it."""

    outcome: Seen
    venue: Outcome | None
    said: str = Field(description="why it could not be played, in your words; empty: it plays")


class Keep(BaseModel):
    """A frame to be kept, as this session sees it."""

    csrf_token: Token
    address: PlayedAt
    seen_at: datetime | None = Field(None, description="the picture's own time; left out: the newest")
    round_id: RoundId = None


class Kept(BaseModel):
    id: int
    taken_at: datetime


class Drawn(BaseModel):
    """Marks on a capture: rectangle, arrow, words, each with x, y, x2, y2 from 0 to 1."""

    csrf_token: Token
    marks: list[dict[str, Any]] = Field(max_length=200)


@router.post("/patrol/looks", responses={409: {"model": Refused}})
def look(request: Request, told: LookedThrough) -> Noted:
    """Whether a picture came is the relay's word, not the looker's."""
    _checked(told.csrf_token)
    wanted = granted(request, told.address.split("/")[2])
    folder: RelayFolder = request.app.state.relay
    age, condition = folder.age(wanted), folder.condition(wanted)
    is_seen = age is not None and age <= relay_frame.STALE_SECONDS
    if not is_seen and (condition is None or condition.state is State.STARTING):
        raise WrongState("The camera is still being opened; wait a moment.")
    trouble = Trouble.NONE if is_seen else (condition.trouble if condition else Trouble.NO_ANSWER) or Trouble.STALLED
    seen = Look(wanted.camera_id, Seen.SEEN if is_seen else Seen.UNPLAYABLE, trouble.value, wanted.form)
    return _note(told.round_id, seen)


@router.post("/patrol/looks/none")
def look_at_nothing(told: NoPicture) -> Noted:
    """A camera without a source counts as not playable; one that has a source is looked through."""
    _checked(told.csrf_token)
    with asking.reading() as session:
        if camera_views.stream(session, told.camera_id) is not None:
            raise InvalidInput("This camera has pictures: look through it first.")
    form = forms_of(asking.current().role)[0]
    return _note(told.round_id, Look(told.camera_id, Seen.UNPLAYABLE, Trouble.NO_SOURCE.value, form))


def _note(round_id: int, seen: Look) -> Noted:
    with asking.reading() as session:
        ended = patrol.note_look(session, round_id, seen, _acting(), datetime.now(UTC))
    return Noted(outcome=seen.outcome, venue=ended, said=patrol_words.trouble(seen.reason))


@router.post("/patrol/captures", status_code=201, responses={409: {"model": Refused}})
def capture(request: Request, told: Keep) -> Kept:
    """Keep the frame that you see, in the form in which you see it: blurred stays blurred."""
    asker = _checked(told.csrf_token)
    wanted = granted(request, told.address.split("/")[2])
    if told.seen_at is not None and told.seen_at.tzinfo is None:
        raise InvalidInput("seen_at: a moment has an offset.")
    with asking.reading() as session:
        patrol.may_patrol(_acting())
        camera = camera_views.one(session, wanted.camera_id)
    stored, taken_at = _taken(request, wanted, told.seen_at, camera.code, asker.name)
    new = NewCapture(wanted.camera_id, wanted.form, taken_at, stored, told.round_id)
    with asking.reading() as session:
        capture_id = patrol_captures.capture(session, new, asker.home, _acting(), datetime.now(UTC))
    return Kept(id=capture_id, taken_at=taken_at)


def _taken(request: Request, wanted: Wanted, seen_at: datetime | None, camera: str, official: str) -> Any:
    """The frame in the evidence folder, and when the camera gave it."""
    taken = relay_frame.take(request.app.state.relay, wanted, seen_at)
    store: EvidenceStore = request.app.state.evidence
    return store.keep(relay_frame.signed_picture(taken, camera, official)), taken.taken_at


@router.post("/patrol/captures/{capture_id}/marks", responses={409: {"model": Refused}})
def mark(request: Request, capture_id: Id, told: Drawn) -> Kept:
    """Draw on a capture: the marks are kept, and burnt into a second picture; the original stays."""
    _checked(told.csrf_token)
    marks = read_marks(told.marks)
    if isinstance(marks, Refusal):
        raise InvalidInput(marks.reason)
    with asking.reading() as session:
        row = queries.one(session, capture_id)
        file = queries.file(session, capture_id)
    patrol.may_patrol(_acting())
    if row.person_id != asking.current().person_id:
        raise NotAllowed("Somebody else captured this picture.")
    store: EvidenceStore = request.app.state.evidence
    content, _kind = store.read(file.sha256, JPEG, "original")
    below = f"{row.venue_name} · {row.code} · {words.clock(row.taken_at)} · {row.person_name}"
    stored = store.keep(burnt(content, marks, below))
    with asking.reading() as session:
        patrol_captures.mark(session, capture_id, marks, stored, _acting(), datetime.now(UTC))
    return Kept(id=capture_id, taken_at=row.taken_at)


@router.get("/patrol/captures/{capture_id}", response_class=Response, responses={200: {"content": {JPEG: {}}}})
def picture(
    request: Request,
    capture_id: Id,
    is_marked: Annotated[bool, Query(alias="marked", description="with the marks burnt in")] = False,
    is_small: Annotated[bool, Query(alias="small", description="a picture of at most 360 dots' width")] = False,
) -> Response:
    """A capture's picture; blurred for whoever sees cameras blurred alone."""
    with asking.reading() as session:
        file = queries.file(session, capture_id)
    digest = file.marked_sha256 if is_marked else file.sha256
    if digest is None:
        raise NotFound("Nothing is marked on this picture.")
    store: EvidenceStore = request.app.state.evidence
    content, kind = store.read(digest, JPEG, "thumbnail" if is_small else "shown")
    if file.form == Form.PLAIN:
        content = as_seen_by(asking.current(), file, content)
    headers = {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(f'{file.code}-{capture_id}.jpg')}",
        "Cache-Control": "private, max-age=60",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=kind, headers=headers)


def _acting() -> Acting:
    asker = asking.current()
    return Acting(asker.person_id, asker.name, asker.role, asker.address)


def _checked(token: str) -> asking.Asker:
    asker = asking.current()
    if not secrets.compare_digest(token.encode(), asker.csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")
    return asker
