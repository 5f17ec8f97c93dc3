"""Checking rows: each either a venue or the reasons why it is none, in the bureau's own language."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from shapely import Point, STRtree
from shapely.geometry.base import BaseGeometry

from db.rules.venue_categories import CATEGORIES, Category, SubType
from db.venue_import import columns as col
from db.venue_import.sheet import SheetRow
from geodata.coordinates import Datum, datum, to_cgcs2000
from geodata.districts import districts

TOLERANCE_METRES = 200.0
"""The boundaries are generalised (median 83 m): this far outside its county a point still passes."""
METRES_PER_DEGREE = 111_320.0

SYNONYMS = {
    "大学": Category.UNIVERSITY_OR_COLLEGE,
    "高等学校": Category.UNIVERSITY_OR_COLLEGE,
    "中职": Category.SECONDARY_VOCATIONAL_SCHOOL,
    "中职学校": Category.SECONDARY_VOCATIONAL_SCHOOL,
    "寄宿制学校": Category.BOARDING_SCHOOL,
    "寄宿制中小学": Category.BOARDING_SCHOOL,
    "培训机构": Category.TRAINING_INSTITUTION,
    "教学点": Category.OFF_CAMPUS_TEACHING_SITE,
    "校外教学点设点单位": Category.OFF_CAMPUS_TEACHING_SITE,
    "实践基地": Category.PRACTICE_BASE,
    "青少年宫": Category.YOUTH_ACTIVITY_CENTRE,
}
SUB_TYPES = {
    "公办本科": SubType.PUBLIC_UNDERGRADUATE,
    "民办本科": SubType.PRIVATE_UNDERGRADUATE,
    "公办高职": SubType.PUBLIC_VOCATIONAL,
    "民办高职": SubType.PRIVATE_VOCATIONAL,
}
PHONE = re.compile(r"[0-9+\-() ]{5,20}")
DMS = re.compile(r"""(\d{1,3})[°度]\s*(\d{1,2})[′'分]\s*(\d{1,2}(?:\.\d+)?)[″"秒]?\s*[NSEW]?""")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class GoodVenue:
    """A row that can be recorded; coordinates in CGCS2000."""

    row: SheetRow
    name: str
    category: Category
    sub_type: SubType | None
    county: int
    address: str
    lng: float
    lat: float
    students: int | None
    scope_from: date | None
    people: tuple[tuple[str, str, str], ...]
    """(duty, name, phone) of each responsible person."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row with all its reasons."""

    row: SheetRow
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Checker:
    """Checks rows against the dictionaries, the boundaries, the rows before them and the record."""

    default_datum: Datum | None
    on_record: frozenset[tuple[int, str]]
    tolerance_metres: float = TOLERANCE_METRES
    seen: dict[tuple[int, str], int] = field(default_factory=dict)
    _counties: dict[int, BaseGeometry] = field(
        default_factory=lambda: {d.adcode: d.boundary for d in districts("county")}
    )
    _tree: STRtree = field(default_factory=lambda: STRtree([d.boundary for d in districts("county")]))

    def check(self, row: SheetRow) -> GoodVenue | BadRow:
        """The venue, or every reason against the row."""
        reasons: list[str] = []
        said = row.said
        name = self._name(said, reasons)
        category = self._category(said.get(col.CATEGORY, ""), reasons)
        sub_type = self._sub_type(said.get(col.SUB_TYPE, ""), reasons)
        county = self._county(said.get(col.COUNTY, ""), said.get(col.CITY, ""), reasons)
        point = self._point(said, county, reasons)
        students = self._students(said.get(col.STUDENTS, ""), reasons)
        scope_from = self._date(said.get(col.SCOPE_FROM, ""), reasons)
        people = self._people(said, reasons)
        if name and county:
            self._unique(name, county, row.number, reasons)
        if reasons or category is None or county is None or point is None:
            return BadRow(row, tuple(reasons))
        address = said.get(col.ADDRESS, "")
        return GoodVenue(
            row, name, category, sub_type, county, address, point[0], point[1], students, scope_from, tuple(people)
        )

    def _name(self, said: dict[str, str], reasons: list[str]) -> str:
        name = said.get(col.NAME, "")
        if not name:
            reasons.append("缺少场所名称")
        elif not 2 <= len(name) <= 80:
            reasons.append("场所名称应为 2 至 80 个字")
        elif CONTROL.search(name) or CONTROL.search(said.get(col.ADDRESS, "")):
            reasons.append("名称或地址含有控制字符")
        return name

    def _category(self, text: str, reasons: list[str]) -> Category | None:
        if not text:
            reasons.append("缺少场所类别")
            return None
        known = {row.name_zh: row.category for row in CATEGORIES} | {c.value: c for c in Category} | SYNONYMS
        if text not in known:
            reasons.append(f"场所类别“{text[:30]}”不在字典内")
        return known.get(text)

    def _sub_type(self, text: str, reasons: list[str]) -> SubType | None:
        if not text:
            return None
        found = SUB_TYPES.get(text) or next((s for s in SubType if s.value == text), None)
        if found is None:
            reasons.append(f"办学层次“{text[:30]}”不在字典内")
        return found

    def _county(self, text: str, city: str, reasons: list[str]) -> int | None:
        if not text:
            reasons.append("缺少县区")
            return None
        cities = {d.adcode: d.name for d in districts("city")}
        found = [
            d.adcode for d in districts("county") if _is_called(text, d.adcode, d.name, cities[d.adcode // 100 * 100])
        ]
        if city and len(found) != 1:
            found = [code for code in found if cities[code // 100 * 100].removesuffix("市") == city.removesuffix("市")]
        if len(found) == 1:
            if city and cities[found[0] // 100 * 100].removesuffix("市") != city.removesuffix("市"):
                reasons.append(f"县区“{text}”不属于“{city}”")
                return None
            return found[0]
        reasons.append(f"县区“{text[:30]}”不唯一，请填写设区市" if found else f"县区“{text[:30]}”不存在")
        return None

    def _point(self, said: dict[str, str], county: int | None, reasons: list[str]) -> tuple[float, float] | None:
        lng, lat = _degrees(said.get(col.LNG, "")), _degrees(said.get(col.LAT, ""))
        if lng is None or lat is None:
            reasons.append("经度或纬度不是数字")
            return None
        written = said.get(col.DATUM, "")
        given = datum(written) if written else self.default_datum
        if given is None:
            reasons.append(f"坐标系“{written[:30]}”无法识别" if written else "缺少坐标系（CGCS2000、GCJ-02 或 BD-09）")
            return None
        if 20 < lng < 35 and 110 < lat < 120:
            reasons.append("经度与纬度疑似填反")
            return None
        if not (113 < lng < 119 and 24 < lat < 31):
            reasons.append("坐标不在江西省范围内")
            return None
        x, y = to_cgcs2000(lng, lat, given)
        place = Point(float(x), float(y))
        if county is not None and not self._is_inside(place, county):
            actual = self._county_at(place)
            reasons.append(f"坐标不在所填县区内{f'，实际位于{actual}' if actual else ''}（请核对坐标系）")
            return None
        return round(place.x, 6), round(place.y, 6)

    def _is_inside(self, place: Point, county: int) -> bool:
        boundary = self._counties[county]
        return bool(
            boundary.covers(place)
            or boundary.distance(place) * METRES_PER_DEGREE * math.cos(math.radians(27)) <= self.tolerance_metres
        )

    def _county_at(self, place: Point) -> str:
        hits = self._tree.query(place, predicate="within")
        return districts("county")[int(hits[0])].name if len(hits) else ""

    def _students(self, text: str, reasons: list[str]) -> int | None:
        if not text:
            return None
        if not text.isdigit() or int(text) > 200_000:
            reasons.append("学生数不是合理的整数")
            return None
        return int(text)

    def _date(self, text: str, reasons: list[str]) -> date | None:
        if not text:
            return None
        try:
            return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
        except ValueError:
            reasons.append(f"纳入日期“{text[:20]}”不是日期")
            return None

    def _people(self, said: dict[str, str], reasons: list[str]) -> list[tuple[str, str, str]]:
        people = []
        for duty, who, phone in (
            ("legal_person", col.LEGAL, col.LEGAL_PHONE),
            ("operator", col.OPERATOR, col.OPERATOR_PHONE),
            ("safety_officer", col.SAFETY, col.SAFETY_PHONE),
        ):
            name, number = said.get(who, ""), said.get(phone, "")
            if number and not PHONE.fullmatch(number):
                reasons.append(f"电话“{number[:20]}”格式不对")
            elif name:
                people.append((duty, name[:40], number))
        return people

    def _unique(self, name: str, county: int, number: int, reasons: list[str]) -> None:
        key = (county, name)
        if key in self.on_record:
            reasons.append("该县区已有同名场所（已在库）")
        elif key in self.seen:
            reasons.append(f"与第 {self.seen[key]} 行重复")
        else:
            self.seen[key] = number


def _is_called(text: str, adcode: int, name: str, city: str) -> bool:
    """True where the text means this county: its code, its name, with the city before it, or without 区, 县, 市."""
    bare = name[:-1] if len(name) > 2 else name
    return text in (str(adcode), name, city + name, city.removesuffix("市") + name, bare, f"江西省{city}{name}")


def _degrees(text: str) -> float | None:
    """Decimal degrees, or degrees, minutes and seconds."""
    found = DMS.fullmatch(text)
    if found:
        d, m, s = (float(part) for part in found.groups())
        return d + m / 60 + s / 3600
    try:
        value = float(text.rstrip("°"))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def check_all(rows: Iterable[SheetRow], checker: Checker) -> tuple[list[GoodVenue], list[BadRow]]:
    """Good rows and bad rows, in order."""
    good: list[GoodVenue] = []
    bad: list[BadRow] = []
    for row in rows:
        result = checker.check(row)
        if isinstance(result, GoodVenue):
            good.append(result)
        else:
            bad.append(result)
    return good, bad
