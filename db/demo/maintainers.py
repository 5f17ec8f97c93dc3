"""Maintenance and watch units of each city, and their contracts."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from db.demo.history import VenueHistory
from db.demo.names import Names
from db.demo.venues import DemoVenue
from geodata.districts import districts

VENUES_EACH = 160


@dataclass(frozen=True, slots=True)
class DemoMaintainer:
    id: int
    name: str
    city: int
    phone: str


@dataclass(frozen=True, slots=True)
class DemoContract:
    """One stretch of declared duty with the unit that keeps the watch."""

    venue: DemoVenue
    maintainer: DemoMaintainer
    starts_on: date
    ends_on: date | None


def make(venues: list[DemoVenue], names: Names) -> list[DemoMaintainer]:
    """About one unit for 160 venues, at least four a city."""
    units: list[DemoMaintainer] = []
    for city in districts("city"):
        n = sum(venue.city == city.adcode for venue in venues)
        for _unit in range(max(4, round(n / VENUES_EACH))):
            units.append(DemoMaintainer(len(units) + 1, names.maintainer(city.name), city.adcode, names.phone()))
    return units


def contracts(
    venues: list[DemoVenue],
    histories: dict[int, VenueHistory],
    units: list[DemoMaintainer],
    rng: np.random.Generator,
) -> list[DemoContract]:
    """A contract for every stretch of duty; two of three venues stay with their unit when it is renewed."""
    by_city: dict[int, list[DemoMaintainer]] = {}
    for unit in units:
        by_city.setdefault(unit.city, []).append(unit)
    made = []
    for venue in venues:
        choice = by_city[venue.city]
        unit = choice[int(rng.integers(len(choice)))]
        for stretch in histories[venue.id].duty:
            made.append(DemoContract(venue, unit, stretch.since, stretch.until))
            if rng.random() > 0.66:
                unit = choice[int(rng.integers(len(choice)))]
    return made
