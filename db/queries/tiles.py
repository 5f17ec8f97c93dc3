"""Map tiles of venues, made by the database: points from zoom 10 on, density below."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.venue_categories import Category

POINTS_FROM_ZOOM = 10
DEEPEST_ZOOM = 18
HALF_WORLD = 20037508.342789244
"""Web mercator reaches this many metres east, west, north and south of its centre."""
EXTENT = 4096
CELL = 16
"""A density cell in tile units: 2 of a tile's 512 pixels. It is drawn at the middle of what lies in it."""
MARGIN = 0.03
"""Share of a tile's width taken in around it, so that symbols at its edge are whole."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile's place in web mercator; x grows to the east, y to the south."""

    z: int
    x: int
    y: int

    @property
    def size(self) -> float:
        """Width in metres."""
        return 2 * HALF_WORLD / (1 << self.z)

    @property
    def west(self) -> float:
        return self.x * self.size - HALF_WORLD

    @property
    def north(self) -> float:
        return HALF_WORLD - self.y * self.size


_STANDING = """
    from venues v
    left join access_history a on a.venue_id = v.id
        and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)
    left join duty_history d on d.venue_id = v.id
        and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    where v.mercator && st_makeenvelope(:west, :south, :east, :north, 3857)
        and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
        and (cast(:category as text) is null or v.category = :category)
"""

_POINTS = text(
    f"""
    select st_asmvt(t, 'venues', {EXTENT}, 'geom') from (
        select v.id, v.name, v.category,
               (a.venue_id is not null)::int as accessed, (d.venue_id is not null)::int as on_duty,
               st_point(round((st_x(v.mercator) - :left) / :unit), round((:top - st_y(v.mercator)) / :unit)) as geom
        {_STANDING} order by v.id
    ) t
    """
)

_DENSITY = text(
    f"""
    select st_asmvt(t, 'density', {EXTENT}, 'geom') from (
        select count(*)::int as n, sum(accessed)::int as accessed, sum(on_duty)::int as on_duty,
               st_point(round(avg(px)), round(avg(py))) as geom
        from (
            select (st_x(v.mercator) - :left) / :unit as px, (:top - st_y(v.mercator)) / :unit as py,
                   (a.venue_id is not null)::int as accessed, (d.venue_id is not null)::int as on_duty
            {_STANDING}
        ) placed group by floor(px / {CELL})::int, floor(py / {CELL})::int
    ) t
    """
)


def venues(session: Session, tile: Tile, as_of: date, category: Category | None) -> bytes:
    """The tile as a Mapbox vector tile; empty where it holds no venue within the session's scope."""
    margin = tile.size * MARGIN
    is_dense = tile.z < POINTS_FROM_ZOOM
    if is_dense:
        # The planner cannot know how wide the scope is, expects few rows, and would loop and sort: twice as slow.
        session.execute(text("set local enable_nestloop = off; set local enable_sort = off"))
    made = session.scalar(
        _DENSITY if is_dense else _POINTS,
        {
            "day": as_of,
            "category": category,
            "left": tile.west,
            "top": tile.north,
            "unit": tile.size / EXTENT,
            "west": tile.west - margin,
            "south": tile.north - tile.size - margin,
            "east": tile.west + tile.size + margin,
            "north": tile.north + margin,
        },
    )
    return bytes(made or b"")
