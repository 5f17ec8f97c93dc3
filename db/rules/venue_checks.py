"""What one row of a venue spreadsheet must say: read into values, with every reason against it, in Chinese.

Where the point really lies, and what is on record, is looked at by whoever has maps and the record.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

from db.rules import venue_words, written_values
from db.rules.county_names import CountyNames
from db.rules.venue_categories import Category
from db.rules.written_values import Angle, Axis, Refused
from db.rules.written_venue import ReadVenue, Responsible, WrittenVenue

T = TypeVar("T")

NAME_LENGTHS = range(2, 81)
ADDRESS_LONGEST = 200
PERSON_LONGEST = 40
MOST_STUDENTS = 200_000
EARLIEST = date(2000, 1, 1)
AHEAD = timedelta(days=366)
LNG_WITHIN = (113.0, 119.0)
LAT_WITHIN = (24.0, 31.0)
"""A box around Jiangxi with room for any datum's shift."""
TOLERANCE_METRES = 200.0
"""Boundaries are generalised (median 83 m): this far outside its county a point still passes."""
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,39}")
FORMULA_BEGINS = ("=", "+", "-", "@")
EXCEL_ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA")
EXAMPLE_NAME = "示例幼儿园（请删除此行）"
PEOPLE = (
    ("legal_person", "法定代表人", "legal_person", "legal_phone"),
    ("operator", "负责人", "operator", "operator_phone"),
    ("safety_officer", "安全员", "safety_officer", "safety_phone"),
)
"""Duty, what a row calls it, and the columns of its name and phone."""


def read_venue(written: WrittenVenue, counties: CountyNames, today: date) -> ReadVenue:
    """The row's values and every reason against it."""
    reasons: list[str] = []
    county = partial(counties.find, city="" if written.city in EXCEL_ERRORS else written.city)
    category = _read(reasons, "场所类别", written.category, venue_words.category, needed=True)
    # Other kinds of venue write there what the record does not keep: 公办, 小学 …
    of_university = written.sub_type if category is Category.UNIVERSITY_OR_COLLEGE else ""
    lng, lat = _coordinates(reasons, written.lng, written.lat)
    return ReadVenue(
        name=_read(reasons, "场所名称", written.name, _name, needed=True),
        code=_read(reasons, "场所编码", written.code, _code),
        category=category,
        sub_type=_read(reasons, "办学层次", of_university, venue_words.sub_type),
        county=_read(reasons, "县区", written.county, county, needed=True),
        address=_read(reasons, "地址", written.address, _address) or "",
        lng=lng,
        lat=lat,
        students=_read(reasons, "学生数", written.students, _students),
        scope_from=_read(reasons, "纳入日期", written.scope_from, partial(_day, today=today)),
        people=tuple(_people(reasons, written)),
        reasons=tuple(reasons),
    )


def _read(reasons: list[str], label: str, text: str, read: Callable[[str], T], *, needed: bool = False) -> T | None:
    """The value, or None with a reason noted where it is wrong, or needed and not there."""
    if text in EXCEL_ERRORS:
        reasons.append(f"{label}是公式错误（{text}）")
    elif not text:
        if needed:
            reasons.append(f"缺少{label}")
    else:
        try:
            return read(text)
        except Refused as refusal:
            reasons.append(f"{label}“{_quoted(text)}”{refusal}")
    return None


def _quoted(text: str) -> str:
    seen = "".join(c if c.isprintable() else "�" for c in text)
    return seen if len(seen) <= 30 else f"{seen[:30]}…"


def _name(text: str) -> str:
    written_values.shown(text)
    if written_values.folded(text) == written_values.folded(EXAMPLE_NAME):
        raise Refused("是模板的示例行，请删除")
    if len(text) not in NAME_LENGTHS:
        raise Refused(f"应为 {NAME_LENGTHS[0]} 至 {NAME_LENGTHS[-1]} 个字")
    if text.startswith(FORMULA_BEGINS):
        raise Refused("不能以 =、+、-、@ 开头")
    if not any(character.isalpha() for character in text):
        raise Refused("里没有文字")
    return text


def _code(text: str) -> str:
    plain = written_values.narrow(text)
    if not CODE.fullmatch(plain):
        raise Refused("应为 4 至 40 个字母、数字或短横")
    return plain


def _address(text: str) -> str:
    if len(text) > ADDRESS_LONGEST:
        raise Refused(f"超过 {ADDRESS_LONGEST} 个字")
    return written_values.shown(text)


def _students(text: str) -> int:
    students = written_values.count(text)
    if students > MOST_STUDENTS:
        raise Refused(f"超过 {MOST_STUDENTS:,}")
    return students


def _day(text: str, today: date) -> date:
    day = written_values.day(text)
    if not EARLIEST <= day <= today + AHEAD:
        raise Refused(f"应在 {EARLIEST} 至 {today + AHEAD} 之间")
    return day


def _coordinates(reasons: list[str], lng: str, lat: str) -> tuple[float | None, float | None]:
    """Both or neither: one alone says nothing."""
    x = _read(reasons, "经度", lng, written_values.degrees, needed=True)
    y = _read(reasons, "纬度", lat, written_values.degrees, needed=True)
    if x is None or y is None:
        return None, None
    if _swapped(x, y):
        reasons.append("经度与纬度疑似填反")
    elif max(abs(x.degrees), abs(y.degrees)) > 180:
        reasons.append("经纬度疑似投影坐标（米），请换算为度")
    elif not (_within(x.degrees, LNG_WITHIN) and _within(y.degrees, LAT_WITHIN)):
        reasons.append(f"坐标（{x.degrees:g}，{y.degrees:g}）不在江西省范围内")
    else:
        return x.degrees, y.degrees
    return None, None


def _swapped(lng: Angle, lat: Angle) -> bool:
    if lng.axis is Axis.LAT or lat.axis is Axis.LNG:
        return True
    return _within(lng.degrees, LAT_WITHIN) and _within(lat.degrees, LNG_WITHIN)


def _within(value: float, ends: tuple[float, float]) -> bool:
    return ends[0] <= value <= ends[1]


def _people(reasons: list[str], written: WrittenVenue) -> list[Responsible]:
    people = []
    for duty, label, name_column, phone_column in PEOPLE:
        name = _read(reasons, label, getattr(written, name_column), _person)
        phone = _read(reasons, f"{label}电话", getattr(written, phone_column), written_values.phones)
        if name or phone:
            people.append(Responsible(duty, name or "", phone or ""))
    return people


def _person(text: str) -> str:
    if len(text) > PERSON_LONGEST:
        raise Refused(f"超过 {PERSON_LONGEST} 个字")
    return written_values.shown(text)
