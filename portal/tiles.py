"""Venue tiles within the asker's scope, made once for all who share one until what they were made from changes."""

import asyncio
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from db.errors import InvalidInput
from db.queries import tiles
from db.queries.tiles import AREAS_FROM_ZOOM, DEEPEST_ZOOM, Tile
from db.rules.access_scope import Scope
from db.rules.map_layers import FROM_HISTORY, Layer
from db.rules.venue_categories import Category
from db.session import Record
from portal import asking, words
from portal.address import FIRST_DAY
from portal.made_tile import Made
from portal.remembered import Remembered

FRESH_SECONDS = 60.0
SHOWN_SECONDS = 240.0
"""A tile older than fresh is still shown up to this age, while it is made anew for those who ask next."""
VERSION_SECONDS = 2.0
KEPT_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that a tile's content depends on."""

    scope: Scope
    tile: Tile
    as_of: date
    category: Category | None
    layer: Layer
    version: int | None
    """Of the history that it is made from; None where it tells of more than history, and holds for a minute."""


class TileRoom:
    """Makes tiles and keeps them while they hold; askers of one tile at one time wait for one making."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._kept: OrderedDict[Asked, Made] = OrderedDict()
        self._size = 0
        self._making: dict[Asked, asyncio.Task[Made]] = {}
        self._versions = Remembered(VERSION_SECONDS)
        self._known: dict[Scope, tuple[float, int]] = {}

    def version(self, scope: Scope) -> int:
        """Of the history within this scope, as of two seconds ago at most."""
        return int(self._versions.get(scope, lambda: self._read_version(scope)))

    async def version_soon(self, scope: Scope) -> int:
        """The same without holding up the event loop."""
        known = self._known.get(scope)
        if known is None or time.monotonic() - known[0] > VERSION_SECONDS:
            known = time.monotonic(), await run_in_threadpool(self.version, scope)
            if len(self._known) > 2000:
                self._known.clear()
            self._known[scope] = known
        return known[1]

    def _read_version(self, scope: Scope) -> int:
        with self._record.scoped(scope) as session:
            return tiles.version(session)

    async def get(self, asked: Asked) -> Made:
        kept = self._kept.get(asked)
        age = time.monotonic() - kept.made_at if kept else math.inf
        if kept is not None and (age < FRESH_SECONDS or asked.version is not None):
            self._kept.move_to_end(asked)
            return kept
        making = self._making.get(asked)
        if making is None:
            making = asyncio.create_task(run_in_threadpool(self._make, asked))
            self._making[asked] = making
            making.add_done_callback(lambda task: self._made(asked, task))
        return kept if kept is not None and age < SHOWN_SECONDS else await asyncio.shield(making)

    def _make(self, asked: Asked) -> Made:
        with self._record.scoped(asked.scope) as session:
            return Made.of(tiles.venues(session, asked.tile, asked.as_of, asked.category, asked.layer))

    def _made(self, asked: Asked, task: asyncio.Task[Made]) -> None:
        del self._making[asked]
        if task.cancelled() or task.exception() is not None:
            return
        old = self._kept.pop(asked, None)
        self._kept[asked] = task.result()
        self._size += len(task.result().body) - (len(old.body) if old else 0)
        while self._size > KEPT_BYTES or len(self._kept) > 20_000:
            _, dropped = self._kept.popitem(last=False)
            self._size -= len(dropped.body)


router = APIRouter(include_in_schema=False)


@router.get("/tiles/venues/{z}/{x}/{y}.mvt")
async def venue_tile(
    request: Request,
    z: Annotated[int, Path(ge=0, le=DEEPEST_ZOOM)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
    as_of: Annotated[date | None, Query()] = None,
    category: Annotated[Category | None, Query()] = None,
    layer: Annotated[Layer, Query()] = Layer.ACCESS,
    v: Annotated[int | None, Query(ge=0, lt=2**62)] = None,
) -> Response:
    """Layer `density` {n, accessed, on_duty} in wide views, `venues` {id, name, category, accessed, on_duty, stands}
    in narrow ones, `areas` {id, venue_id, name, kind, floor, devices, unwell, level} from zoom 16.

    An address that names the version of the history (`v`) is kept by the browser; any other is asked for again.
    """
    today = datetime.now(UTC).astimezone(words.HERE).date()
    day = as_of or today
    if not FIRST_DAY <= day <= today:
        raise InvalidInput("as_of: there are figures from 2024-01-01 to today.")
    if x >= 2**z or y >= 2**z:
        raise InvalidInput("There is no such tile.")
    room: TileRoom = request.app.state.tile_room
    scope = asking.current().scope
    holds = layer in FROM_HISTORY and z < AREAS_FROM_ZOOM
    version = await room.version_soon(scope) if holds else None
    made = await room.get(Asked(scope, Tile(z, x, y), day, category, layer, version))
    kept = "max-age=86400, immutable" if holds and v == version else "max-age=60"
    return made.sent(request, f"private, {kept}", vary="Cookie, ")
