"""A row of a venue spreadsheet: what it says, and what it means."""

from dataclasses import dataclass
from datetime import date

from db.rules.county_names import County
from db.rules.venue_categories import Category, SubType


@dataclass(frozen=True, slots=True)
class WrittenVenue:
    """What a row says, column by column; empty where it says nothing."""

    name: str = ""
    code: str = ""
    category: str = ""
    sub_type: str = ""
    city: str = ""
    county: str = ""
    address: str = ""
    lng: str = ""
    lat: str = ""
    datum: str = ""
    students: str = ""
    legal_person: str = ""
    legal_phone: str = ""
    operator: str = ""
    operator_phone: str = ""
    safety_officer: str = ""
    safety_phone: str = ""
    scope_from: str = ""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Somebody who answers for a venue; the name is empty where only a phone is known."""

    duty: str
    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class ReadVenue:
    """A row's values, None where it has none that can be used, and the reasons against it."""

    name: str | None
    code: str | None
    category: Category | None
    sub_type: SubType | None
    county: County | None
    address: str
    lng: float | None
    lat: float | None
    """In the row's own datum."""
    students: int | None
    scope_from: date | None
    people: tuple[Responsible, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NewVenue:
    """A row with nothing against it: a venue that can be recorded; coordinates in CGCS2000."""

    name: str
    code: str | None
    category: Category
    sub_type: SubType | None
    county: int
    address: str
    lng: float
    lat: float
    students: int | None
    scope_from: date | None
    people: tuple[Responsible, ...]
