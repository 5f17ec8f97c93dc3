"""Checking rows: each is a new venue, one that the record has already, or refused with every reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from db.rules.venue_on_record import VenueOnRecord, differences
from db.rules.written_values import folded
from db.rules.written_venue import NewVenue
from db.venue_import.locate import LocatedRow, Terms, locate
from db.venue_import.sheet import SheetRow
from geodata.districts import districts
from geodata.location import metres_outside

DATUM_SLIP_METRES = 1500.0
"""A point this near to its county may be in it in another datum."""
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row with every reason against it."""

    row: SheetRow
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows by what becomes of them, each in the order of the sheet."""

    new: tuple[NewVenue, ...]
    on_record: tuple[SheetRow, ...]
    refused: tuple[RefusedRow, ...]


def check(
    rows: Sequence[SheetRow],
    known: Sequence[VenueOnRecord],
    terms: Terms,
    report: Callable[[int], None] = lambda _rows: None,
) -> Checked:
    """What becomes of each row; `report` hears of every row that has been read."""
    judge = _Judge(terms, {(v.county, folded(v.name)): v for v in known}, {v.code: v for v in known})
    for entry in locate(rows, terms, report):
        judge.judge(entry)
    return Checked(tuple(judge.new), tuple(judge.on_record), tuple(judge.refused))


@dataclass(slots=True)
class _Judge:
    """Sorts rows in the order of the sheet, remembering the good ones."""

    terms: Terms
    by_name: Mapping[Key, VenueOnRecord]
    by_code: Mapping[str, VenueOnRecord]
    new: list[NewVenue] = field(default_factory=list)
    on_record: list[SheetRow] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    _names: dict[Key, int] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)

    def judge(self, entry: LocatedRow) -> None:
        self._check_place(entry)
        known = self._known(entry)
        self._check_repeats(entry, known)
        venue = None if entry.reasons else _venue(entry)
        if venue is None:
            self.refused.append(RefusedRow(entry.row, tuple(entry.reasons)))
        elif known is None:
            self.new.append(venue)
            self._remember(venue, entry.row.number)
        elif said := differences(venue, known):
            reason = f"已在库（{known.code}），但{'、'.join(said)}与库中不同；导入不修改已有场所"
            self.refused.append(RefusedRow(entry.row, (reason,)))
        else:
            self.on_record.append(entry.row)

    def _check_place(self, entry: LocatedRow) -> None:
        county = entry.read.county
        located = _county_name(entry.actual)
        if county is None:
            if entry.row.written.county and located:
                entry.reasons.append(f"坐标位于{located}")
            return
        if not self.terms.scope.covers(county.adcode):
            entry.reasons.append(f"{county.name}不在您的管理范围内")
        if np.isnan(entry.lng) or entry.actual == county.adcode:
            return
        metres = metres_outside(county.adcode, entry.lng, entry.lat)
        if metres > self.terms.tolerance_metres:
            where = f"位于{located}" if located else "不在江西省内"
            hint = "（请核对坐标系）" if metres < DATUM_SLIP_METRES else ""
            entry.reasons.append(f"坐标在{county.name}界外 {_distance(metres)}，{where}{hint}")

    def _known(self, entry: LocatedRow) -> VenueOnRecord | None:
        if entry.read.name is None or entry.read.county is None:
            return None
        return self.by_name.get((entry.read.county.adcode, folded(entry.read.name)))

    def _check_repeats(self, entry: LocatedRow, known: VenueOnRecord | None) -> None:
        name, code, county = entry.read.name, entry.read.code or "", entry.read.county
        holder = self.by_code.get(code)
        if holder is not None and holder is not known:
            entry.reasons.append(f"场所编码“{code}”已是库中“{holder.name}”的编码")
        if code in self._codes:
            entry.reasons.append(f"场所编码与第 {self._codes[code]} 行重复")
        if name is not None and county is not None:
            before = self._names.get((county.adcode, folded(name)))
            if before is not None:
                entry.reasons.append(f"与第 {before} 行重复（同一县区、同一名称）")

    def _remember(self, venue: NewVenue, number: int) -> None:
        self._names[venue.county, folded(venue.name)] = number
        if venue.code is not None:
            self._codes[venue.code] = number


def _venue(entry: LocatedRow) -> NewVenue:
    """The venue of a row with nothing against it."""
    read = entry.read
    assert read.name is not None
    assert read.category is not None
    assert read.county is not None
    return NewVenue(
        name=read.name,
        code=read.code,
        category=read.category,
        sub_type=read.sub_type,
        county=read.county.adcode,
        address=read.address,
        lng=entry.lng,
        lat=entry.lat,
        students=read.students,
        scope_from=read.scope_from,
        people=read.people,
    )


def _county_name(adcode: int) -> str:
    return next((county.name for county in districts("county") if county.adcode == adcode), "")


def _distance(metres: float) -> str:
    return f"{metres:.0f} 米" if metres < 1000 else f"{metres / 1000:.1f} 公里"
