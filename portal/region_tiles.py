"""The regions as map tiles: the same for everybody, made once a process, kept by browsers until they change."""

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Annotated, TypedDict

import shapely
from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from db.errors import InvalidInput
from db.queries import region_tiles
from db.queries.tiles import Tile
from portal import asking
from portal.api.boundaries import borders, county_shapes
from portal.made_tile import Made

DEEPEST_ZOOM = 9
"""A unit of such a tile is twenty metres wide, far less than what the boundaries were simplified by."""
NOTHING = Made.of(b"")


class Source(TypedDict):
    """What a map's engine is told of the tiles."""

    tiles: str
    maxzoom: int


@dataclass(frozen=True, slots=True)
class Shapes:
    """What tiles are cut from, as WKB in degrees: counties by code, borders by level, and around them all
    west, south, east and north."""

    counties: dict[int, bytes]
    borders: dict[str, bytes]
    bounds: tuple[float, float, float, float]


@cache
def _shapes() -> Shapes:
    found = county_shapes()
    west, south, east, north = shapely.total_bounds(list(found.values()))
    return Shapes(
        {adcode: shapely.to_wkb(shape) for adcode, shape in found.items()},
        {level: shapely.to_wkb(lines) for level, lines in borders().items()},
        (float(west), float(south), float(east), float(north)),
    )


@cache
def digest() -> str:
    """Changes with the shapes and with how tiles are made of them."""
    shapes, made = _shapes(), hashlib.sha256(region_tiles.MAKING.encode())
    for name, shape in (*shapes.counties.items(), *shapes.borders.items()):
        made.update(str(name).encode() + shape)
    return made.hexdigest()[:16]


def source() -> Source:
    """Where the tiles are, with their hash in the address, and how deep they go."""
    return {"tiles": f"/tiles/regions/{{z}}/{{x}}/{{y}}.mvt?m={digest()}", "maxzoom": DEEPEST_ZOOM}


router = APIRouter(include_in_schema=False)


@router.get("/tiles/regions/{z}/{x}/{y}.mvt")
async def region_tile(
    request: Request,
    z: Annotated[int, Path(ge=0, le=DEEPEST_ZOOM)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
    m: str | None = None,
) -> Response:
    """Layer `counties`, each with its code as its id, and layer `borders` {level}: every border once.

    `m`, the tiles' hash, makes the address immutable.
    """
    if x >= 2**z or y >= 2**z:
        raise InvalidInput("There is no such tile.")
    tile = Tile(z, x, y)
    known: dict[Tile, Made] = request.app.state.region_tiles
    if not _has_some(tile):
        made = NOTHING
    elif (made := known.get(tile, NOTHING)) is NOTHING:
        made = known[tile] = await run_in_threadpool(_make, tile)
    return made.sent(request, "public, max-age=31536000, immutable" if m == digest() else "no-cache")


def _has_some(tile: Tile) -> bool:
    """Whether the tile touches the box around the province: only of those is the database asked."""
    west, south, east, north = _shapes().bounds
    left, top, right, bottom = tile.degrees
    return left <= east and right >= west and bottom <= north and top >= south


def _make(tile: Tile) -> Made:
    shapes = _shapes()
    with asking.reading() as session:
        return Made.of(region_tiles.regions(session, tile, shapes.counties, shapes.borders))
