"""Map tiles of the regions, made by the database from shapes that are simplified for maps."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.queries.tiles import EXTENT, Tile

MARGIN = 64
"""Units taken in around a tile: what is cut off lies out of sight even under the widest line."""

MAKING = f"""
    with here as (select st_tileenvelope(:z, :x, :y) as square),
    shapes as (
        select kind, name,
            st_asmvtgeom(st_transform(st_geomfromwkb(shape, 4490), 3857), square, {EXTENT}, {MARGIN}) as geom
        from here,
            unnest(cast(:kinds as text[]), cast(:names as text[]), cast(:shapes as bytea[])) as s(kind, name, shape)
    )
    select (select st_asmvt(t, 'counties', {EXTENT}, 'geom', 'adcode') from (
            select cast(name as int) as adcode, geom from shapes where kind = 'county') t)
        || (select st_asmvt(t, 'borders', {EXTENT}, 'geom') from (
            select name as level, geom from shapes where kind = 'border') t)
    """
"""Whoever keeps tiles keeps them for as long as this is what it is."""
_TILE = text(MAKING)


def regions(session: Session, tile: Tile, counties: Mapping[int, bytes], borders: Mapping[str, bytes]) -> bytes:
    """Layer `counties`, each with its code as its id, and layer `borders` {level}; of WKB in degrees of CGCS2000."""
    return bytes(
        session.scalar(
            _TILE,
            {
                "z": tile.z,
                "x": tile.x,
                "y": tile.y,
                "kinds": ["county"] * len(counties) + ["border"] * len(borders),
                "names": [*map(str, counties), *borders],
                "shapes": [*counties.values(), *borders.values()],
            },
        )
        or b""
    )
