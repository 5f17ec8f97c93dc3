"""Where alarms gather: their density as a surface, and counties or hexagons with more of them than chance leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import h3
import numpy as np

from db.queries import spatial
from db.queries.regions import RegionRow
from db.rules.access_scope import region_range
from geodata.hot_spots import FEWEST_PLACES, hot_spots
from geodata.kernel_density import density
from portal import asking, regions, words
from portal.locale import _
from portal.pages.map.view import Address

Key = TypeVar("Key", int, str)

DAYS = 90
BANDWIDTH_M = {"province": 15_000.0, "city": 6_000.0, "county": 2_500.0}
RESOLUTION = {"province": 5, "city": 6, "county": 7}
"""H3 resolutions: cells of about 250, 36 and 5 km²."""
FEWEST_VENUES = 5
HEAT = ("#fbe3c0", "#f9c58a", "#f2a05a", "#e0743a", "#c24a25", "#8f2a1a")
SIGNS: dict[int, str] = {1: "#b5402b", -1: "#2f6fb0"}


@dataclass(frozen=True, slots=True)
class HeatCell:
    ring: list[list[float]]
    colour: str
    opacity: float
    text: str


@dataclass(frozen=True, slots=True)
class Heat:
    cells: tuple[HeatCell, ...]
    most: float
    alarms: int
    bandwidth_m: float


def density_of(address: Address, area: RegionRow, until: datetime) -> Heat | None:
    """The area's alarms as a surface; None where there are none."""
    with asking.reading() as session:
        found = spatial.alarm_places(session, area.adcode, address.narrowed, until - timedelta(days=DAYS), until)
    if not len(found.lng):
        return None
    bandwidth = BANDWIDTH_M[area.level]
    made = density(found.lng, found.lat, (area.west, area.south, area.east, area.north), bandwidth)
    most = float(made.values.max())
    cells = []
    for row, column in np.argwhere(made.values > most * 0.03):
        value = float(made.values[row, column])
        west, south = made.west + column * made.step_lng, made.south + row * made.step_lat
        east, north = west + made.step_lng, south + made.step_lat
        step = min(len(HEAT) - 1, int(value / most * len(HEAT)))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        cells.append(
            HeatCell(
                [[round(x, 4), round(y, 4)] for x, y in ring],
                HEAT[step],
                round(0.35 + 0.5 * value / most, 2),
                _("{n} alarms per km²").format(n=f"{value:.3f}"),
            )
        )
    return Heat(tuple(cells), most, len(found.lng), bandwidth)


@dataclass(frozen=True, slots=True)
class Place:
    """A county or a hexagon that was judged."""

    key: str
    name: str
    venues: int
    alarms: int
    z: float
    sign: int


@dataclass(frozen=True, slots=True)
class Gathering:
    places: tuple[Place, ...]
    is_cells: bool
    until: datetime


def hot_counties(address: Address, until: datetime) -> Gathering:
    """Counties of the address's city, or of the province, beside their neighbours."""
    area = address.area if address.area % 100 == 0 else address.area // 100 * 100
    with asking.reading() as session:
        alarms = spatial.alarm_places(session, area, address.narrowed, until - timedelta(days=DAYS), until)
        venues = spatial.venue_places(session, area, address.narrowed)
        borders = spatial.county_neighbours(session, area)
    counted = _counted(venues.county.tolist(), alarms.county.tolist())
    known = regions.tree().by_adcode
    names = {str(code): regions.name(known[code]) for code in counted if code in known}
    beside = {str(code): {str(other) for other in near} for code, near in borders.items()}
    return _judged({str(code): pair for code, pair in counted.items()}, beside, names, until, is_cells=False)


def hot_cells(address: Address, until: datetime) -> Gathering:
    """Hexagons with enough venues to have a rate."""
    area = regions.tree().one(address.area)
    fine = RESOLUTION[area.level]
    with asking.reading() as session:
        alarms = spatial.alarm_places(session, area.adcode, address.narrowed, until - timedelta(days=DAYS), until)
        venues = spatial.venue_places(session, area.adcode, address.narrowed)

    def cells(places: spatial.Places) -> list[str]:
        return [h3.latlng_to_cell(lat, lng, fine) for lng, lat in zip(places.lng, places.lat, strict=True)]

    counted = {k: pair for k, pair in _counted(cells(venues), cells(alarms)).items() if pair[0] >= FEWEST_VENUES}
    beside = {cell: set(h3.grid_disk(cell, 1)) - {cell} for cell in counted}
    return _judged(counted, beside, _cell_names(list(counted), area), until, is_cells=True)


def _cell_names(cells: list[str], area: RegionRow) -> dict[str, str]:
    """By the county whose label lies nearest."""
    lo, hi = region_range(area.adcode)
    near = [region for region in regions.tree().level("county") if lo <= region.adcode <= hi]
    names = {}
    for cell in cells:
        lat, lng = h3.cell_to_latlng(cell)
        county = min(near, key=lambda r: (r.lng - lng) ** 2 + (r.lat - lat) ** 2, default=area)
        names[cell] = _("{place}, near {lat}°N {lng}°E").format(
            place=regions.name(county), lat=f"{lat:.2f}", lng=f"{lng:.2f}"
        )
    return names


def ring_of(cell: str) -> list[list[float]]:
    ring = [[round(lng, 5), round(lat, 5)] for lat, lng in h3.cell_to_boundary(cell)]
    return [*ring, ring[0]]


def _counted(venues: list[Key], alarms: list[Key]) -> dict[Key, tuple[int, int]]:
    """Venues and alarms of each place that has venues."""
    counts: dict[Key, list[int]] = {}
    for place in venues:
        counts.setdefault(place, [0, 0])[0] += 1
    for place in alarms:
        if place in counts:
            counts[place][1] += 1
    return {place: (n, rang) for place, (n, rang) in counts.items()}


def _judged(
    counted: dict[str, tuple[int, int]],
    beside: dict[str, set[str]],
    names: dict[str, str],
    until: datetime,
    *,
    is_cells: bool,
) -> Gathering:
    keys = sorted(counted)
    numbers = {place: number for number, place in enumerate(keys)}
    rates = np.array([100 * counted[k][1] / counted[k][0] for k in keys], dtype=np.float64)
    neighbours = [[numbers[other] for other in beside.get(k, ()) if other in numbers] for k in keys]
    found = hot_spots(rates, neighbours) if keys else None
    places = tuple(
        Place(k, names.get(k, k), *counted[k], float(found.z[i]), int(found.sign[i]))
        for i, k in enumerate(keys)
        if found is not None
    )
    return Gathering(places, is_cells, until)


def place_text(place: Place) -> str:
    rate = 100 * place.alarms / place.venues
    return _("{rate} per 100 venues ({alarms} at {venues}) · z {z}").format(
        rate=f"{rate:.1f}", alarms=words.count(place.alarms), venues=words.count(place.venues), z=f"{place.z:+.1f}"
    )


def sentence(found: Gathering) -> str:
    """What it means, for somebody who never heard of the statistic."""
    hot, cold = (sum(place.sign == sign for place in found.places) for sign in (1, -1))
    if len(found.places) < FEWEST_PLACES:
        return _("Too few places here to judge by: ask of a whole city or of the province.")
    if not hot and not cold:
        return _(
            "No place stands out: the differences in the {days} days to {day} are no larger than chance leaves."
        ).format(days=DAYS, day=f"{found.until - timedelta(days=1):%Y-%m-%d}")
    return _(
        "Of {all} places {hot} are hot: there and around there venues had more alarms in the {days} days"
        " to {day} than chance leaves. {cold} are cold: fewer."
    ).format(all=len(found.places), hot=hot, cold=cold, days=DAYS, day=f"{found.until - timedelta(days=1):%Y-%m-%d}")


def doubt() -> str:
    return _(
        "How sure: of the places named about one in twenty may be chance all the same (Getis-Ord Gi*, "
        "false discoveries held at 5 %; hexagons with fewer than {n} venues are left out). It says "
        "where, not why: more devices, touchier ones or tests raise alarms too. Look at the causes on "
        "the alarm desk before anybody is blamed."
    ).format(n=FEWEST_VENUES)
