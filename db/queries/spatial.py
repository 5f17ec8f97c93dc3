"""What a bureau asks of the map: blind venues, fire stations and their reach, where alarms gather."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import region_range
from geodata.distance import nearest

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlacedVenue:
    """A venue with the one figure that it was asked for."""

    id: int
    name: str
    county_name: str
    lng: float
    lat: float
    figure: float
    about: str = ""


@dataclass(frozen=True, slots=True)
class Station:
    id: int
    name: str
    kind: str
    county: int
    phone: str
    lng: float
    lat: float
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is within a distance of a station, and who is not, the furthest first."""

    stations: tuple[Station, ...]
    venues: int
    reached: int
    beyond: tuple[PlacedVenue, ...]
    median_m: float | None


_BLIND = text(
    """
    select v.id, v.name, r.name as county_name, st_x(v.point) as lng, st_y(v.point) as lat,
        coalesce(k.hung, 0)::float8 as figure, '' as about
    from venues v join regions r on r.adcode = v.county left join (
        select d.venue_id, count(*) as hung,
            count(*) filter (where s.state in ('proven', 'heard', 'flapping')) as working
        from devices d left join device_states s on s.device_id = d.id and s.until is null
        where d.kind = 'smoke_detector' and d.retired_on is null and d.county between :lo and :hi group by 1
    ) k on k.venue_id = v.id
    where v.county between :lo and :hi and v.in_scope_until is null and coalesce(k.working, 0) = 0
        and (cast(:category as text) is null or v.category = :category)
    order by v.students desc nulls last, v.id
    """
)
_STATIONS = text(
    """
    select id, name, kind, county, phone, st_x(point) as lng, st_y(point) as lat, is_demo
    from fire_stations where kind = any (:kinds) order by id
    """
)
_PLACES = text(
    """
    select v.id, v.name, r.name as county_name, st_x(v.point) as lng, st_y(v.point) as lat
    from venues v join regions r on r.adcode = v.county
    where v.county between :lo and :hi and v.in_scope_until is null
        and (cast(:category as text) is null or v.category = :category) order by v.id
    """
)
_ALARMS = text(
    """
    select v.county, st_x(v.point), st_y(v.point) from alarms a join venues v on v.id = a.venue_id
    where v.county between :lo and :hi and a.raised_at >= :since and a.raised_at < :until
        and a.window_id is null and a.level <= 3
        and (cast(:category as text) is null or v.category = :category)
    """
)
_WHERE = text(
    """
    select v.county, st_x(v.point), st_y(v.point) from venues v
    where v.county between :lo and :hi and v.in_scope_until is null
        and (cast(:category as text) is null or v.category = :category)
    """
)
_NEIGHBOURS = text(
    """
    select a.adcode, b.adcode from regions a join regions b on b.level = 'county' and b.adcode <> a.adcode
        and st_dwithin(a.boundary, b.boundary, 0.002)
    where a.level = 'county' and a.adcode between :lo and :hi and b.adcode between :lo and :hi
    """
)


def without_working_smoke(session: Session, area: int, category: str | None) -> list[PlacedVenue]:
    """Venues none of whose smoke detectors works now; `figure` is how many hang there. The largest first."""
    return [PlacedVenue(**row) for row in session.execute(_BLIND, _asked(area, category)).mappings()]


def stations(session: Session, kinds: Sequence[str]) -> tuple[Station, ...]:
    """Fire stations of these kinds, wherever they are: the nearest may stand across a border."""
    return tuple(Station(**row) for row in session.execute(_STATIONS, {"kinds": list(kinds)}).mappings())


def reach(session: Session, area: int, category: str | None, kinds: Sequence[str], within_m: float) -> Reach:
    """Venues of an area by their straight way to the nearest station."""
    found = stations(session, kinds)
    rows = session.execute(_PLACES, _asked(area, category)).all()
    if not found or not rows:
        return Reach(found, len(rows), 0, (), None)
    lng, lat = np.array([row.lng for row in rows]), np.array([row.lat for row in rows])
    which, metres = nearest(lng, lat, np.array([s.lng for s in found]), np.array([s.lat for s in found]))
    beyond = tuple(
        PlacedVenue(
            rows[i].id,
            rows[i].name,
            rows[i].county_name,
            rows[i].lng,
            rows[i].lat,
            float(metres[i]),
            found[which[i]].name,
        )
        for i in np.argsort(-metres)
        if metres[i] > within_m
    )
    return Reach(found, len(rows), len(rows) - len(beyond), beyond, float(np.median(metres)))


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are, one beside the other."""

    county: npt.NDArray[np.int64]
    lng: Floats
    lat: Floats


def alarm_places(session: Session, area: int, category: str | None, since: datetime, until: datetime) -> Places:
    """Alarms down to minor ones of a stretch, each once; drills and maintenance left out."""
    return _places(session.execute(_ALARMS, {**_asked(area, category), "since": since, "until": until}).all())


def _places(rows: Sequence[Any]) -> Places:
    return Places(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.float64),
        np.array([row[2] for row in rows], dtype=np.float64),
    )


def venue_places(session: Session, area: int, category: str | None) -> Places:
    """Where the venues in scope are."""
    return _places(session.execute(_WHERE, _asked(area, category)).all())


def county_neighbours(session: Session, area: int) -> dict[int, set[int]]:
    """Counties of an area that share a border."""
    lo, hi = region_range(area)
    found: dict[int, set[int]] = {}
    for one, other in session.execute(_NEIGHBOURS, {"lo": lo, "hi": hi}):
        found.setdefault(one, set()).add(other)
    return found


def _asked(area: int, category: str | None) -> dict[str, object]:
    lo, hi = region_range(area)
    return {"lo": lo, "hi": hi, "category": category}
