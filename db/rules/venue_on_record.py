"""A row that names a venue the record has: does it say anything else?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from db.rules.written_values import folded
from db.rules.written_venue import NewVenue, Responsible

SAME_DEGREES = 1e-5
"""About a metre."""


@dataclass(frozen=True, slots=True)
class VenueOnRecord:
    """What the record holds of a venue; coordinates in CGCS2000."""

    code: str
    name: str
    county: int
    category: str
    sub_type: str | None
    address: str
    students: int | None
    lng: float
    lat: float
    scope_from: date
    people: tuple[Responsible, ...]


def differences(row: NewVenue, known: VenueOnRecord) -> tuple[str, ...]:
    """Names of the columns in which a row says something else than the record; what it leaves empty says nothing."""
    return tuple(_differences(row, known))


def _differences(row: NewVenue, known: VenueOnRecord) -> Iterator[str]:
    if row.code not in (None, known.code):
        yield "场所编码"
    if row.category.value != known.category:
        yield "场所类别"
    if row.sub_type is not None and row.sub_type.value != known.sub_type:
        yield "办学层次"
    if row.address and folded(row.address) != folded(known.address):
        yield "地址"
    if max(abs(row.lng - known.lng), abs(row.lat - known.lat)) > SAME_DEGREES:
        yield "坐标"
    if row.students not in (None, known.students):
        yield "学生数"
    if row.scope_from not in (None, known.scope_from):
        yield "纳入日期"
    if any(person not in known.people for person in row.people):
        yield "责任人或电话"
