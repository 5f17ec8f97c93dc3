"""Pictures at their signed addresses: playlists, segments and stills that the relay lays down."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Annotated

import anyio
from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from db.errors import NotAllowed
from db.queries import camera_views
from db.relay_folder import RelayFolder, State, Trouble, Wanted
from db.rules.play_address import BadAddress, Purpose, opened
from portal import asking
from portal.camera_words import trouble
from portal.locale import _

router = APIRouter(prefix="/play", include_in_schema=False)

FIRST_PICTURE_SECONDS = 8.0
"""A player that asks before the first picture is there waits so long for it."""
LOOK_SECONDS = 0.1
SCOPE_KEPT_SECONDS = 2.0
STALE_SECONDS = 8.0
"""Pictures older than this are not shown as live."""
MEDIA_TYPES = {"m3u8": "application/vnd.apple.mpegurl", "ts": "video/mp2t", "jpg": "image/jpeg"}

Word = Annotated[str, Path(max_length=200, pattern=r"^[\w.-]+$")]


class Condition(BaseModel):
    """How the pictures do."""

    state: State
    age_s: float | None = Field(description="since a picture last came; null before the first")
    is_live: bool
    trouble: str = Field(description="why there is no picture, in the reader's words; empty: nothing is wrong")


@router.get("/{word}/state")
async def state(request: Request, word: Word) -> Condition:
    """Whether what this address plays is live."""
    wanted = await _wanted(request, word)
    folder: RelayFolder = request.app.state.relay
    told, age = folder.condition(wanted), folder.age(wanted)
    is_live = told is not None and told.state is State.PLAYING and age is not None and age <= STALE_SECONDS
    return Condition(
        state=told.state if told else State.STARTING,
        age_s=None if age is None else round(age, 1),
        is_live=is_live,
        trouble=trouble(told.trouble if told else Trouble.NONE),
    )


@router.get("/{word}/{name}")
async def piece(request: Request, word: Word, name: str) -> Response:
    """A playlist, a segment or a still; 503 with the reason while there is none."""
    wanted = await _wanted(request, word)
    folder: RelayFolder = request.app.state.relay
    content = folder.piece(wanted, name)
    deadline = time.monotonic() + FIRST_PICTURE_SECONDS
    while content is None and name == wanted.product and time.monotonic() < deadline:
        told = folder.condition(wanted)
        if told is not None and told.state is State.FAILED:
            break
        await asyncio.sleep(LOOK_SECONDS)
        content = folder.piece(wanted, name)
    if content is None:
        return _none(folder, wanted, is_product=name == wanted.product)
    headers = {"Cache-Control": "no-store"}
    if (age := folder.age(wanted)) is not None:
        headers["X-Picture-Age"] = f"{age:.1f}"
    return Response(content, media_type=MEDIA_TYPES[name.rpartition(".")[2]], headers=headers)


def _none(folder: RelayFolder, wanted: Wanted, *, is_product: bool) -> Response:
    if not is_product:
        return JSONResponse({"error": {"code": "not_found", "message": _("This piece is no longer there.")}}, 404)
    told = folder.condition(wanted)
    message = trouble(told.trouble if told else Trouble.NONE) or _("No picture has come yet.")
    return JSONResponse({"error": {"code": "no_picture", "message": message}}, 503, headers={"Retry-After": "2"})


def granted(request: Request, word: str) -> Wanted:
    """What the address grants; 403 alike for a wrong, an expired and another session's address."""
    guest = request.scope["anwang_guest"]
    try:
        address = opened(word, guest.session.token_hash, request.app.state.play_secret, datetime.now(UTC))
    except BadAddress as error:
        raise NotAllowed("This address is not yours, or no longer good.") from error
    return Wanted(address.camera_id, Purpose(address.purpose), address.form)


async def _wanted(request: Request, word: str) -> Wanted:
    wanted = granted(request, word)
    await _in_scope(request, wanted)
    folder: RelayFolder = request.app.state.relay
    await anyio.to_thread.run_sync(folder.want, wanted)
    return wanted


async def _in_scope(request: Request, wanted: Wanted) -> None:
    """A scope may shrink while a player is open: asked again every few seconds."""
    known: dict[tuple[bytes, int], float] = request.app.state.play_known
    key = (request.scope["anwang_guest"].session.token_hash, wanted.camera_id)
    if time.monotonic() - known.get(key, -SCOPE_KEPT_SECONDS) < SCOPE_KEPT_SECONDS:
        return

    def ask() -> None:
        with asking.reading() as session:
            camera_views.one(session, wanted.camera_id)

    await anyio.to_thread.run_sync(ask)
    if len(known) > 10_000:
        known.clear()
    known[key] = time.monotonic()
