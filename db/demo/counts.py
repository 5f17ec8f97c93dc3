"""How many venues, accessed and on duty, each city had on 2 September 2024: the bulletin's numbers."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geodata
from db.rules.venue_categories import CATEGORIES, Category
from geodata.districts import county_weights

BULLETIN_DAY = date(2024, 9, 2)
FILES = Path(geodata.__file__).parent / "files" / "bulletin-2024-09"
ZH = {row.name_zh: row.category for row in CATEGORIES} | {"校外教学点设点单位": Category.OFF_CAMPUS_TEACHING_SITE}

SMALL = {
    Category.UNIVERSITY_OR_COLLEGE: {360100: 56, 360700: 12, 360400: 10, 360900: 6, 360800: 6, 361000: 6, 361100: 5},
    Category.PRIVATE_CONTINUING_COLLEGE: {360100: 8, 360700: 3, 360400: 2, 361100: 2},
    Category.OFF_CAMPUS_TEACHING_SITE: {360100: 22, 360700: 20, 360400: 12, 361100: 12, 360900: 10, 360800: 10},
}
"""Rough shares of the three small categories, which the bulletin gives for the province only; the rest is even."""

OUTSIDE = {Category.YOUTH_ACTIVITY_CENTRE: 24, Category.PRACTICE_BASE: 14}
"""In the programme's scope, not in the bulletin."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One category in one city: venues in scope, and how many were accessed and on duty on the bulletin's day."""

    city: int
    category: Category
    venues: int
    accessed: int
    on_duty: int


def cells() -> list[Cell]:
    """Every city and category, summing to the province's counts."""
    cities = sorted({weight.parent for weight in county_weights().values()})
    found = []
    with (FILES / "city_category_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.append(
                Cell(
                    int(row["adcode"]),
                    ZH[row["category"]],
                    int(row["venues"]),
                    int(row["accessed"]),
                    int(row["on_duty"]),
                )
            )
    with (FILES / "province_counts.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            category = Category(row["category_en"])
            if category in SMALL:
                found += _spread(category, cities, int(row["venues"]), int(row["accessed"]), int(row["on_duty"]))
    for category, n in OUTSIDE.items():
        found += _spread(category, cities, n, n // 2, n // 3)
    return found


def _spread(category: Category, cities: list[int], venues: int, accessed: int, on_duty: int) -> list[Cell]:
    shares = {city: float(SMALL.get(category, {}).get(city, 3)) for city in cities}
    by_city = largest_remainder(shares, venues)
    connected = largest_remainder({city: float(n) for city, n in by_city.items()}, accessed)
    watched = largest_remainder({city: float(n) for city, n in connected.items()}, on_duty)
    return [Cell(city, category, by_city[city], connected[city], watched[city]) for city in cities if by_city[city]]


def largest_remainder(shares: dict[int, float], total: int) -> dict[int, int]:
    """Whole numbers in proportion to `shares` that sum to `total`."""
    whole = sum(shares.values())
    exact = {key: total * share / whole for key, share in shares.items()}
    given = {key: int(value) for key, value in exact.items()}
    for key in sorted(exact, key=lambda k: (given[k] - exact[k], k))[: total - sum(given.values())]:
        given[key] += 1
    return given


def accessed_without_duty() -> dict[int, int]:
    """The published number of accessed venues without duty, by city; it contradicts other figures of the bulletin."""
    with (FILES / "no_duty_by_city.csv").open(encoding="utf-8") as file:
        return {int(row["adcode"]): int(row["accessed_without_duty"]) for row in csv.DictReader(file)}
