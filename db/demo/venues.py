"""The venues: where they are, what they are called, who answers for them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from db.demo.counts import Cell, largest_remainder
from db.demo.names import Names
from db.rules.venue_categories import Category, SubType
from geodata.districts import county_weights, districts
from geodata.placement import settled

SCOPE_FROM = date(2024, 1, 15)
STUDENTS = {
    Category.UNIVERSITY_OR_COLLEGE: 12_000,
    Category.SECONDARY_VOCATIONAL_SCHOOL: 2_200,
    Category.BOARDING_SCHOOL: 900,
    Category.KINDERGARTEN: 160,
    Category.TRAINING_INSTITUTION: 90,
    Category.PRIVATE_CONTINUING_COLLEGE: 600,
    Category.OFF_CAMPUS_TEACHING_SITE: 120,
    Category.YOUTH_ACTIVITY_CENTRE: 700,
    Category.PRACTICE_BASE: 300,
}
DUTIES = ("legal_person", "operator", "safety_officer")


@dataclass(slots=True)
class DemoVenue:
    """One venue, numbered from 1."""

    id: int
    code: str
    name: str
    category: Category
    sub_type: str | None
    county: int
    city: int
    address: str
    students: int
    lng: float
    lat: float


def make(cells: list[Cell], names: Names, rng: np.random.Generator) -> list[DemoVenue]:
    """Every venue of every cell, each inside its own county."""
    counties = {district.adcode: district for district in districts("county")}
    cities = {district.adcode: district.name for district in districts("city")}
    wanted: dict[int, list[tuple[int, Category]]] = {}
    for cell in cells:
        shares = {w.adcode: float(w.est_population) for w in county_weights().values() if w.parent == cell.city}
        for county, n in largest_remainder(shares, cell.venues).items():
            wanted.setdefault(county, []).extend([(cell.city, cell.category)] * n)
    venues: list[DemoVenue] = []
    for county in sorted(wanted):
        district = counties[county]
        listed = wanted[county]
        points = settled(district.boundary, district.label, county_weights()[county].townships, len(listed), rng)
        for number, ((city, category), (lng, lat)) in enumerate(zip(listed, points.tolist(), strict=True), 1):
            venues.append(
                DemoVenue(
                    len(venues) + 1,
                    f"JX-{county}-{number:05d}",
                    names.venue(district.name, cities[city], category),
                    category,
                    _sub_type(category, rng),
                    county,
                    city,
                    names.address(cities[city], district.name),
                    max(12, int(STUDENTS[category] * rng.lognormal(0, 0.5))),
                    lng,
                    lat,
                )
            )
    return venues


def _sub_type(category: Category, rng: np.random.Generator) -> str | None:
    if category is not Category.UNIVERSITY_OR_COLLEGE:
        return None
    return str(list(SubType)[int(rng.choice(4, p=(0.24, 0.14, 0.46, 0.16)))])
