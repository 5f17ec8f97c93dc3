"""Pictures and clips that cameras gave as evidence, masked as the reader's role has them."""

import secrets
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from db.commands.unmasking import Unmasking, note_unmasking
from db.errors import NotAllowed, NotFound
from db.evidence import masking
from db.evidence.sniffing import JPEG, MP4
from db.evidence.store import EvidenceStore
from db.queries import camera_frames
from db.queries.camera_frames import ADDRESS, FrameFile
from db.rules.play_address import Form, forms_of
from db.rules.unmasking import LASTING, is_good, leave
from portal import asking
from portal.api.asked import BIGGEST_ID

router = APIRouter(tags=["evidence"])

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
Number = Annotated[int | None, Field(ge=1, le=BIGGEST_ID)]
Leave = Annotated[str, Query(alias="leave", max_length=100, description="as `unmask` gave it")]
HOUR, NOT_FOR_LONG = "private, max-age=3600", "private, max-age=5"


class Ask(BaseModel):
    """Why faces must be seen."""

    csrf_token: str = Field(max_length=200)
    reason: str = Field(max_length=1000, description="logged")
    alarm: Number = None
    verdict: Number = None
    camera: Number = None


class Unmasked(BaseModel):
    """Where the picture is seen as the camera gave it, by this session alone."""

    picture: str
    clip: str | None
    until: datetime


@router.get("/frames/{frame_id}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def one_frame(
    request: Request,
    frame_id: Id,
    leave_word: Leave = "",
    is_small: Annotated[bool, Query(alias="small", description="a picture of at most 360 dots' width")] = False,
    is_masked: Annotated[bool, Query(alias="masked", description="blurred as a whole, as every wall has it")] = False,
) -> Response:
    """A camera's picture. Offices above the venue have heads blurred in it; displays in halls all of it."""
    file = _file(frame_id)
    store: EvidenceStore = request.app.state.evidence
    content, kind = store.read(file.sha256, JPEG, "thumbnail" if is_small else "shown")
    form = Form.MASKED if is_masked else _form(request, frame_id, leave_word)
    kept = HOUR if form is Form.PLAIN and not leave_word else NOT_FOR_LONG
    if form is Form.MASKED:
        is_whole = is_masked or file.heads is None or _may_never()
        content = masking.wholly(content) if is_whole else masking.heads_alone(content, file.heads or ())
        kind, kept = JPEG, NOT_FOR_LONG if file.heads is None else HOUR
    return Response(content, media_type=kind, headers=_headers(f"{file.name}.jpg", kept))


@router.get("/frames/{frame_id}/clip", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
def one_clip(request: Request, frame_id: Id, leave_word: Leave = "") -> Response:
    """The seconds around a picture, as an MP4; browsers ask for it by parts."""
    file = _file(frame_id)
    if _form(request, frame_id, leave_word) is Form.MASKED:
        if _may_never():
            raise NotAllowed("Your role sees this camera's pictures blurred alone.")
        raise NotAllowed("A clip shows faces: say first why they must be seen.")
    if file.clip is None:
        raise NotFound("There is no clip of this picture.")
    store: EvidenceStore = request.app.state.evidence
    return FileResponse(store.clip(file.clip), media_type=MP4, headers=_headers(f"{file.name}.mp4", NOT_FOR_LONG))


@router.post("/frames/{frame_id}/unmask")
def unmask(request: Request, frame_id: Id, ask: Ask) -> Unmasked:
    """Leave to see one picture unmasked, for the alarm, verdict or zones that it belongs to; logged with its reason."""
    if not secrets.compare_digest(ask.csrf_token.encode(), asking.current().csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")
    with asking.reading() as session:
        note_unmasking(session, Unmasking(frame_id, ask.reason, ask.alarm, ask.verdict, ask.camera), asking.actor())
        has_clip = camera_frames.one(session, frame_id).clip is not None
    until = datetime.now(UTC) + LASTING
    word = leave(frame_id, _session_hash(request), request.app.state.play_secret, until)
    clip = f"{ADDRESS}/{frame_id}/clip?leave={word}" if has_clip else None
    return Unmasked(picture=f"{ADDRESS}/{frame_id}?leave={word}", clip=clip, until=until)


def _form(request: Request, frame_id: int, word: str) -> Form:
    """Plain to those at the venue, and to whoever has leave."""
    forms = forms_of(asking.current().role)
    if forms[0] is Form.PLAIN:
        return Form.PLAIN
    has_leave = Form.PLAIN in forms and is_good(
        *(word, frame_id, _session_hash(request), request.app.state.play_secret, datetime.now(UTC))
    )
    return Form.PLAIN if has_leave else Form.MASKED


def _session_hash(request: Request) -> bytes:
    return bytes(request.scope["anwang_guest"].session.token_hash)


def _may_never() -> bool:
    return Form.PLAIN not in forms_of(asking.current().role)


def _file(frame_id: int) -> FrameFile:
    with asking.reading() as session:
        return camera_frames.one(session, frame_id)


def _headers(name: str, kept: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
        "Cache-Control": kept,
        "Content-Security-Policy": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    }
