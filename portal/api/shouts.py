"""Shouting over a venue's loudspeaker: words or a recorded voice."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Path, Request, UploadFile
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from db.commands import shouts
from db.commands.acting import Acting
from db.commands.shouts import NeedsConfirming, NewShout
from db.errors import InvalidInput, NotAllowed, NotFound
from db.evidence.sounds import SoundStore
from db.queries import shouts as queries
from db.rules.shouting import MAY_SHOUT, MOST_WORDS, RECORDING_BYTES
from portal import asking, patrol_words
from portal.api.asked import BIGGEST_ID, BIGGEST_INT
from portal.api.models import Refused

router = APIRouter(tags=["patrol"])

ADDRESS = "/api/v1/patrol/shouts"
FORM_BYTES = RECORDING_BYTES + 64 * 1024


class OnItsWay(BaseModel):
    """A worker has it now; what the loudspeaker answers stands in the list."""

    id: int


@router.post(
    "/patrol/shouts",
    status_code=202,
    response_model=OnItsWay,
    responses={409: {"model": Refused, "description": "It must be confirmed at this hour, or another shout is on"}},
)
def shout(
    request: Request,
    csrf_token: Annotated[str, Form(max_length=200)],
    loudspeaker: Annotated[int, Form(ge=1, le=BIGGEST_INT)],
    words: Annotated[str, Form(max_length=MOST_WORDS * 4)] = "",
    round_id: Annotated[int | None, Form(ge=1, le=BIGGEST_INT)] = None,
    is_confirmed: Annotated[
        bool, Form(description="true: it must be called out although people sleep or learn")
    ] = False,
    voice: Annotated[UploadFile | None, File(description="a recording in place of words")] = None,
) -> Response | OnItsWay:
    """Call something out at a venue's entrance. Who, what, where and when is logged."""
    asker = asking.current()
    if not secrets.compare_digest(csrf_token.encode(), asker.csrf_token.encode()):
        raise NotAllowed("This form is out of date; go back, reload the page and try again.")
    if asker.role not in MAY_SHOUT:
        raise NotAllowed("Your role may look, not act.")
    with asking.reading() as session:
        queries.loudspeaker(session, loudspeaker)
    recording, kind = (None, None) if voice is None else _kept(request, voice)
    new = NewShout(loudspeaker, words, recording, kind, round_id, is_confirmed)
    acting = Acting(asker.person_id, asker.name, asker.role, asker.address)
    try:
        with asking.reading() as session:
            shout_id = shouts.shout(session, new, asker.home, acting, datetime.now(UTC))
    except NeedsConfirming as error:
        told = {"code": "needs_confirming", "message": patrol_words.cautions(error.cautions)}
        return JSONResponse({"error": told}, 409)
    request.app.state.shouting.tell()
    return OnItsWay(id=shout_id)


@router.get("/patrol/shouts/{shout_id}/voice", response_class=Response)
def voice(request: Request, shout_id: Annotated[int, Path(ge=1, le=BIGGEST_ID)]) -> Response:
    """The recorded voice of a shout."""
    with asking.reading() as session:
        found = queries.recording(session, shout_id)
    if found is None:
        raise NotFound("There is no recorded voice here.")
    content = SoundStore(request.app.state.settings.evidence_folder).read(*found)
    return Response(content, media_type=found[1], headers={"Cache-Control": "private, max-age=3600"})


def _kept(request: Request, voice: UploadFile) -> tuple[bytes, str]:
    content = voice.file.read(RECORDING_BYTES + 1)
    if len(content) > RECORDING_BYTES:
        raise InvalidInput("The recording is too long.")
    return SoundStore(request.app.state.settings.evidence_folder).keep(content)
