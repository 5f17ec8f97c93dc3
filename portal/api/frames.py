"""Pictures and clips that cameras gave as evidence."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from db.errors import NotAllowed, NotFound
from db.evidence.masking import masked
from db.evidence.sniffing import JPEG, MP4
from db.evidence.store import EvidenceStore
from db.queries import camera_frames
from db.queries.camera_frames import FrameFile
from db.rules.play_address import Form, forms_of
from portal import asking
from portal.api.asked import BIGGEST_ID

router = APIRouter(tags=["evidence"])

Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


@router.get("/frames/{frame_id}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
def one_frame(
    request: Request,
    frame_id: Id,
    is_small: Annotated[bool, Query(alias="small", description="a picture of at most 360 dots' width")] = False,
    is_masked: Annotated[bool, Query(alias="masked", description="blurred as a whole, as every wall has it")] = False,
) -> Response:
    """A camera's picture. Displays in halls, and whoever has no business with faces, have it blurred alone."""
    file = _file(frame_id)
    store: EvidenceStore = request.app.state.evidence
    content, kind = store.read(file.sha256, JPEG, "thumbnail" if is_small else "shown")
    if is_masked or _sees_masked_alone():
        content = masked(content)
    return Response(content, media_type=kind, headers=_headers(f"{file.name}.jpg"))


@router.get("/frames/{frame_id}/clip", response_class=Response, responses={200: {"content": {"video/mp4": {}}}})
def one_clip(request: Request, frame_id: Id) -> Response:
    """The seconds around a picture, as an MP4; browsers ask for it by parts."""
    if _sees_masked_alone():
        raise NotAllowed("Your role sees this camera's pictures blurred alone.")
    file = _file(frame_id)
    if file.clip is None:
        raise NotFound("There is no clip of this picture.")
    store: EvidenceStore = request.app.state.evidence
    return FileResponse(store.clip(file.clip), media_type=MP4, headers=_headers(f"{file.name}.mp4"))


def _sees_masked_alone() -> bool:
    return Form.PLAIN not in forms_of(asking.current().role)


def _file(frame_id: int) -> FrameFile:
    with asking.reading() as session:
        return camera_frames.one(session, frame_id)


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox",
    }
