"""A venue's scene behind a link: no account, one venue, nothing but looking, and every opening is written down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from db import addresses
from db.commands import scene_links as link_commands
from db.errors import NotFound
from db.queries import scenes as scene_queries
from db.rules import scene_links as rule
from db.rules.access_scope import venues_scope
from portal import scene_words
from portal.assets import asset_url
from portal.locale import _
from portal.login.pages import page
from portal.scene_told import live_told, scene_told

FOLDER = "/shared/"
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}

router = APIRouter(include_in_schema=False)


@contextmanager
def _behind(request: Request, token: str, now: datetime) -> Iterator[tuple[Session, int]]:
    """A transaction that sees the link's venue alone; `NotFound` where the link opens nothing.

    What this installation did not sign is refused without asking the record.
    """
    state = request.app.state
    named = rule.read(addresses.read_secrets(state.settings.var_dir)["scene_links"], token)
    if named is None or named.expires_at <= now:
        raise NotFound("This link has expired or was withdrawn.")
    with state.record.scoped(venues_scope((named.venue_id,))) as session:
        link_commands.check(session, token, now)
        yield session, named.venue_id


@router.get("/shared/{token}")
def shared(request: Request, token: str) -> Response:
    """The page; who opened it, when and from where is written down."""
    now = datetime.now(UTC)
    with _behind(request, token, now) as (session, venue_id):
        name = scene_queries.of_venue(session, venue_id, now).on_record.venue_name
        address = request.client.host if request.client else ""
        link_commands.visit(session, token, address, request.headers.get("user-agent", ""), now)
    config = {
        "scene": f"/shared/{token}/scene",
        "state": f"/shared/{token}/state",
        "shared": True,
        "words": scene_words.of_scene(),
    }
    answer = page(
        "shared.html",
        title=name,
        here=f"/shared/{token}",
        config=json.dumps(config, ensure_ascii=False),
        module=asset_url("scene/view.mjs"),
        note=_("Shown by a link, to look at only."),
    )
    answer.headers.update(HEADERS)
    return answer


@router.get("/shared/{token}/scene")
def shared_scene(request: Request, token: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    with _behind(request, token, now) as (session, venue_id):
        return scene_told(scene_queries.of_venue(session, venue_id, now), is_shared=True)


@router.get("/shared/{token}/state")
def shared_state(request: Request, token: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    with _behind(request, token, now) as (session, venue_id):
        return live_told(scene_queries.live_state(session, venue_id, now), is_shared=True)
