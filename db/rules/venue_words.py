"""The kinds of venue as bureaus call them."""

import re

from db.rules.venue_categories import CATEGORIES, Category, SubType
from db.rules.written_values import Refused, narrow

_CALLED = {
    Category.UNIVERSITY_OR_COLLEGE: (
        *("高等学校", "普通高校", "高等院校", "大学", "大专院校", "高职院校", "高等职业学校", "本科院校"),
    ),
    Category.SECONDARY_VOCATIONAL_SCHOOL: (
        *("中职", "中职学校", "中等职业技术学校", "中专", "中等专业学校", "职业高中", "职高", "技工学校", "技校"),
    ),
    Category.BOARDING_SCHOOL: (
        *("寄宿制学校", "寄宿制中小学", "寄宿学校", "寄宿制小学", "寄宿制初中", "寄宿制高中", "寄宿制中学"),
        *("中小学寄宿制学校",),
    ),
    Category.KINDERGARTEN: ("公办幼儿园", "民办幼儿园", "普惠性幼儿园", "幼儿园所"),
    Category.TRAINING_INSTITUTION: (
        *("培训机构", "校外培训", "学科类校外培训机构", "非学科类校外培训机构", "学科类培训机构", "非学科类培训机构"),
    ),
    Category.PRIVATE_CONTINUING_COLLEGE: ("民办专修学院", "专修学校"),
    Category.OFF_CAMPUS_TEACHING_SITE: ("教学点", "校外教学点设点单位", "高校校外教学点"),
    Category.YOUTH_ACTIVITY_CENTRE: (
        *("青少年宫", "少年宫", "活动中心", "青少年校外活动中心", "校外活动中心", "青少年学生校外活动中心"),
    ),
    Category.PRACTICE_BASE: ("实践基地", "综合实践基地", "中小学综合实践基地", "中小学生综合实践基地"),
}
SUB_TYPE_NAMES = {
    SubType.PUBLIC_UNDERGRADUATE: "公办本科",
    SubType.PRIVATE_UNDERGRADUATE: "民办本科",
    SubType.PUBLIC_VOCATIONAL: "公办高职",
    SubType.PRIVATE_VOCATIONAL: "民办高职",
}
_SUB_TYPES_CALLED = {
    SubType.PUBLIC_UNDERGRADUATE: ("公办本科院校", "公办普通本科"),
    SubType.PRIVATE_UNDERGRADUATE: ("民办本科院校", "民办普通本科", "独立学院"),
    SubType.PUBLIC_VOCATIONAL: ("公办高职院校", "公办专科", "公办高职高专", "公办高职专科"),
    SubType.PRIVATE_VOCATIONAL: ("民办高职院校", "民办专科", "民办高职高专", "民办高职专科"),
}
_BRACKETS = re.compile(r"\(.*?\)")
_CATEGORIES = {row.name_zh: row.category for row in CATEGORIES} | {c.value: c for c in Category}
_CATEGORIES |= {word: category for category, words in _CALLED.items() for word in words}
_SUB_TYPES = {name: sub_type for sub_type, name in SUB_TYPE_NAMES.items()} | {s.value: s for s in SubType}
_SUB_TYPES |= {word: sub_type for sub_type, words in _SUB_TYPES_CALLED.items() for word in words}


def category(text: str) -> Category:
    """By its Chinese name, a usual synonym or its code."""
    found = _CATEGORIES.get(_plain(text))
    if found is None:
        raise Refused("不在字典内")
    return found


def sub_type(text: str) -> SubType:
    """A university's sub-type, likewise."""
    found = _SUB_TYPES.get(_plain(text))
    if found is None:
        raise Refused("不在字典内")
    return found


def _plain(text: str) -> str:
    plain = narrow(text).replace(" ", "").lower()
    return _BRACKETS.sub("", plain) or plain
