"""The map underneath: a file that the portal serves itself, or one server that browsers may ask."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from db.errors import CannotStart
from db.settings import Settings
from geodata.tile_archive import TileArchive, WrongArchive, open_archive

WMTS_NAMES = {"{TileMatrix}": "{z}", "{TileRow}": "{y}", "{TileCol}": "{x}"}
DEEPEST = 18
FOR_A_WEEK = "private, max-age=604800"


def base_map(settings: Settings) -> dict[str, Any] | None:
    """What the browser's map needs to draw it; None where there is none but the boundaries."""
    if settings.base_map_file:
        about = archive(settings.base_map_file).about
        return {
            "tiles": f"/tiles/base/{{z}}/{{x}}/{{y}}?m={_stamp(settings.base_map_file)}",
            "minzoom": about.min_zoom,
            "maxzoom": about.max_zoom,
            "datum": settings.base_map_datum,
            "credit": settings.base_map_credit,
        }
    if not settings.base_map_url:
        return None
    return {
        "tiles": address(settings),
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "datum": settings.base_map_datum,
        "credit": settings.base_map_credit,
    }


def straight_tiles(settings: Settings) -> str:
    """Address of the base map's tiles for small maps; empty where there is none, or it would have to be put right."""
    found = base_map(settings)
    return str(found["tiles"]) if found and found["datum"] == "cgcs2000" else ""


def address(settings: Settings) -> str:
    """The server's address in the map's own names, with the key in it; WMTS names are understood too."""
    url = settings.base_map_url
    for theirs, ours in WMTS_NAMES.items():
        url = url.replace(theirs, ours)
    return url.replace("{key}", quote(settings.base_map_key, safe=""))


@cache
def archive(path: str) -> TileArchive:
    """The configured file, opened once a process; `CannotStart` where it is none."""
    try:
        return open_archive(Path(path))
    except WrongArchive as wrong:
        raise CannotStart(f"ANWANG_BASE_MAP_FILE: {wrong}") from wrong


def _stamp(path: str) -> str:
    """Another word whenever the file was replaced."""
    about = Path(path).stat()
    return hashlib.sha256(f"{about.st_size} {about.st_mtime_ns}".encode()).hexdigest()[:12]


router = APIRouter(include_in_schema=False)


@router.get("/tiles/base/{z}/{x}/{y}")
async def base_tile(
    request: Request,
    z: Annotated[int, InPath(ge=0, le=22)],
    x: Annotated[int, InPath(ge=0)],
    y: Annotated[int, InPath(ge=0)],
) -> Response:
    """A picture of the configured file; 204 where it has none."""
    path = request.app.state.settings.base_map_file
    if not path or x >= 2**z or y >= 2**z:
        return Response(status_code=204)
    found = archive(path)
    body = await run_in_threadpool(found.tile, z, x, y)
    headers = {"Cache-Control": FOR_A_WEEK}
    if body is None:
        return Response(status_code=204, headers=headers)
    return Response(body, headers=headers, media_type=found.about.media_type)
