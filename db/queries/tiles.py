"""Map tiles of venues, made by the database: cells of many venues in wide views, venues one by one in narrow ones."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from db.rules.map_layers import Layer
from db.rules.venue_categories import Category

HERE = ZoneInfo("Asia/Shanghai")
POINTS_FROM_ZOOM = 10
DEEPEST_ZOOM = 18
HALF_WORLD = 20037508.342789244
"""Web mercator reaches this many metres east, west, north and south of its centre."""
EXTENT = 4096
CELLS = 64
"""Cells across a tile, 8 of its 512 pixels wide. A cell is drawn at the middle of what lies in it."""
WIDEST, NARROWEST = 5, 10
"""Zooms whose cells are counted beforehand (map_cells)."""
MOST_POINTS = 3000
"""A tile with more venues is drawn in cells however narrow it is."""
AREAS_FROM_ZOOM = 16
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

    @property
    def degrees(self) -> tuple[float, float, float, float]:
        """West, north, east and south edge."""

        def parallel(y: int) -> float:
            return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / (1 << self.z)))))

        across = 360 / (1 << self.z)
        return self.x * across - 180, parallel(self.y), (self.x + 1) * across - 180, parallel(self.y + 1)


_STANDING = """
    from venues v
    left join access_history a on a.venue_id = v.id
        and a.accessed_from <= :day and (a.accessed_until is null or a.accessed_until > :day)
    left join duty_history d on d.venue_id = v.id
        and d.declared_from <= :day and (d.declared_until is null or d.declared_until > :day)
    where {where}
        and v.in_scope_from <= :day and (v.in_scope_until is null or v.in_scope_until > :day)
        and (cast(:category as text) is null or v.category = :category)
"""
_HERE = "v.mercator && st_makeenvelope(:west, :south, :east, :north, 3857)"
_AT = "st_point(round((st_x({0}) - :left) / :unit), round((:top - st_y({0})) / :unit))"

_STANDS: dict[Layer, str] = {
    Layer.ACCESS: "a.venue_id is not null",
    Layer.DUTY: "d.venue_id is not null",
    Layer.VERIFIED: """exists (select from duty_checks c where c.venue_id = v.id and c.state = 'answered'
        and c.sent_at < :until and c.sent_at >= cast(:until as timestamptz) - interval '7 days')""",
    Layer.PROVEN: """exists (select from devices g join device_states s on s.device_id = g.id
        where g.venue_id = v.id and s.state = 'proven' and s.since < :until
            and (s.until is null or s.until >= :until))""",
    Layer.ALARMS: """not exists (select from alarms l where l.venue_id = v.id and l.window_id is null and l.level <= 3
        and l.raised_at < :until and (l.closed_at is null or l.closed_at >= :until))""",
    Layer.HAZARDS: """not exists (select from hazards h where h.venue_id = v.id
        and h.found_at < :until and (h.closed_at is null or h.closed_at >= :until))""",
    Layer.HANDLING: "a.venue_id is not null",
}
"""Whether a venue stands well in a layer, as of the end of the asked day."""

_POINTS = {
    layer: text(
        f"""
        select st_asmvt(t, 'venues', {EXTENT}, 'geom') from (
            select v.id, v.name, v.category, (a.venue_id is not null)::int as accessed,
                (d.venue_id is not null)::int as on_duty, ({stands})::int as stands, {_AT.format("v.mercator")} as geom
            {_STANDING.format(where=_HERE)} order by v.id
        ) t
        """
    )
    for layer, stands in _STANDS.items()
}

_AREAS = text(
    f"""
    select st_asmvt(t, 'areas', {EXTENT}, 'geom') from (
        select r.id, r.venue_id, r.name, r.kind, r.floor, coalesce(k.devices, 0)::int as devices,
            coalesce(k.unwell, 0)::int as unwell, (select min(l.level) from alarms l where l.area_id = r.id
                and l.closed_at is null and l.window_id is null)::int as level,
            st_point(round((x - :left) / :unit + {{reach}} * cos(turn)),
                round((:top - y) / :unit + {{reach}} * sin(turn))) as geom
        from (
            select r.*, st_x(v.mercator) as x, st_y(v.mercator) as y, 2 * pi() * (row_number() over w - 1)
                / greatest(count(*) over (partition by r.venue_id), 6) - pi() / 2 as turn
            from venues v join areas r on r.venue_id = v.id where {_HERE}
            window w as (partition by r.venue_id order by r.floor, r.id)
        ) r left join (
            select d.area_id, count(*) as devices, count(*) filter (where s.state in ('silent', 'faulty')) as unwell
            from venues v join devices d on d.venue_id = v.id and d.retired_on is null
            left join device_states s on s.device_id = d.id and s.until is null
            where {_HERE} group by 1
        ) k on k.area_id = r.id
    ) t
    """.replace("{reach}", str(EXTENT // 9))
)

# A venue's own people and its maintainer stand outside every range of counties: theirs are few, and counted one by one.
_BESIDE = """v.id = any ((select scope_venue_ids())::int[])
    and v.county not between (select scope_county_lo()) and (select scope_county_hi())"""


def _by_cell(venues_where: str) -> str:
    """Venues counted one by one into a tile's cells."""
    return f"""
        select floor(px / {EXTENT // CELLS})::int as x, floor(py / {EXTENT // CELLS})::int as y, count(*)::int as n,
            sum(accessed)::int as accessed, sum(on_duty)::int as on_duty, sum(px) as px, sum(py) as py
        from (
            select (st_x(v.mercator) - :left) / :unit as px, (:top - st_y(v.mercator)) / :unit as py,
                (a.venue_id is not null)::int as accessed, (d.venue_id is not null)::int as on_duty
            {_STANDING.format(where=venues_where)}
        ) placed group by 1, 2
    """


def _upto(days: str) -> str:
    return f"coalesce(width_bucket(cast(:day as date), {days}), 0)"


_COUNTED = f"""
    select x, y, n, accessed, on_duty, n * (east - :left) / :unit as px, n * (:top - north) / :unit as py from (
        select x, y, east, north, {_upto("entered")} - {_upto("gone")} as n,
            {_upto("accessed_from")} - {_upto("accessed_until")} as accessed,
            {_upto("declared_from")} - {_upto("declared_until")} as on_duty
        from map_cells where level = :level and category = coalesce(:category, 'all')
            and x between :x_from and :x_to and y between :y_from and :y_to
    ) cells where n > 0
"""
_DENSITY = """
    select st_asmvt(t, 'density', 4096, 'geom') from (
        select sum(n)::int as n, sum(accessed)::int as accessed, sum(on_duty)::int as on_duty,
            st_point(round(sum(px) / sum(n)), round(sum(py) / sum(n))) as geom
        from ({cells}) each group by x, y order by sum(n)
    ) t
"""
_CELLS = text(_DENSITY.format(cells=f"{_COUNTED} union all {_by_cell(f'{_HERE} and {_BESIDE}')}"))
_CROWD = text(_DENSITY.format(cells=_by_cell(_HERE)))
_MANY = text(f"select count(*) from (select from venues v where {_HERE} limit {MOST_POINTS + 1}) found")
_BY_PLACE = text("set local enable_bitmapscan = off")
"""The planner takes a scope for few venues and reads all of a province's to cross them with the tile's."""
_VERSION = text("select map_version()")


def version(session: Session) -> int:
    """Another number whenever venues, access or declared duty changed within the session's scope."""
    return int(session.scalar(_VERSION) or 0)


def venues(session: Session, tile: Tile, as_of: date, category: Category | None, layer: Layer = Layer.ACCESS) -> bytes:
    """The tile as a Mapbox vector tile; empty where it holds no venue within the session's scope."""
    facts = _facts(tile, as_of, category)
    if tile.z < POINTS_FROM_ZOOM:
        return _made(session, _CELLS, facts | _cells_of(tile, max(tile.z, WIDEST)))
    session.execute(_BY_PLACE)
    if tile.z < AREAS_FROM_ZOOM and (session.scalar(_MANY, facts) or 0) > MOST_POINTS:
        if tile.z <= NARROWEST + 1:  # cells twice as wide as in wider views
            return _made(session, _CELLS, facts | _cells_of(tile, tile.z - 1))
        return _made(session, _CROWD, facts)
    points = _made(session, _POINTS[layer], facts)
    return points + _made(session, _AREAS, facts) if tile.z >= AREAS_FROM_ZOOM else points


def _made(session: Session, statement: TextClause, facts: dict[str, Any]) -> bytes:
    return bytes(session.scalar(statement, facts) or b"")


def _facts(tile: Tile, as_of: date, category: Category | None) -> dict[str, Any]:
    margin = tile.size * MARGIN
    return {
        "day": as_of,
        "until": datetime.combine(as_of + timedelta(days=1), time(), HERE),
        "category": category,
        "left": tile.west,
        "top": tile.north,
        "unit": tile.size / EXTENT,
        "west": tile.west - margin,
        "south": tile.north - tile.size - margin,
        "east": tile.west + tile.size + margin,
        "north": tile.north + margin,
    }


def _cells_of(tile: Tile, level: int) -> dict[str, int]:
    """The cells of a level that a tile and its margin hold."""
    across = CELLS * 2.0 ** (level - tile.z)
    edge = math.ceil(across * MARGIN)
    return {
        "level": level,
        "x_from": int(tile.x * across) - edge,
        "x_to": int((tile.x + 1) * across) - 1 + edge,
        "y_from": int(tile.y * across) - edge,
        "y_to": int((tile.y + 1) * across) - 1 + edge,
    }
