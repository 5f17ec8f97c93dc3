"""The regions as map tiles: the same for everybody, and kept by browsers until the boundaries change."""

from functools import cache
from typing import Any

import shapely

from db.queries import region_tiles
from db.queries.tiles import Tile
from portal import asking
from portal.api.boundaries import borders, boundaries, county_shapes

DEEPEST_ZOOM = 9
"""A unit of such a tile is twenty metres wide, far less than what the boundaries were simplified by."""


def digest() -> str:
    """Changes with the boundaries."""
    return boundaries("county").digest


def address() -> dict[str, Any]:
    """What the map's engine is told of them: the address with the content's hash in it, and how deep it goes."""
    return {"tiles": f"/tiles/regions/{{z}}/{{x}}/{{y}}.mvt?m={digest()}", "maxzoom": DEEPEST_ZOOM}


def made(tile: Tile) -> bytes:
    """The tile as a Mapbox vector tile; empty where the province is not."""
    counties, lines = _shapes()
    with asking.reading() as session:
        return region_tiles.regions(session, tile, counties, lines)


@cache
def _shapes() -> tuple[dict[int, bytes], dict[str, bytes]]:
    counties = {adcode: shapely.to_wkb(shape) for adcode, shape in county_shapes().items()}
    return counties, {level: shapely.to_wkb(lines) for level, lines in borders().items()}
