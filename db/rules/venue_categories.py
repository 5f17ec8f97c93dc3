"""Kinds of venue in the programme, and the day by which each had to be connected.

Source of the milestones: the department's programme of 2024, as restated in its September 2024 bulletin.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Category(StrEnum):
    """Venue categories, in the bulletin's order."""

    UNIVERSITY_OR_COLLEGE = "university_or_college"
    SECONDARY_VOCATIONAL_SCHOOL = "secondary_vocational_school"
    BOARDING_SCHOOL = "boarding_school"
    KINDERGARTEN = "kindergarten"
    TRAINING_INSTITUTION = "training_institution"
    PRIVATE_CONTINUING_COLLEGE = "private_continuing_college"
    OFF_CAMPUS_TEACHING_SITE = "off_campus_teaching_site"
    YOUTH_ACTIVITY_CENTRE = "youth_activity_centre"
    PRACTICE_BASE = "practice_base"


class SubType(StrEnum):
    """Sub-types of universities and colleges."""

    PUBLIC_UNDERGRADUATE = "public_undergraduate"
    PRIVATE_UNDERGRADUATE = "private_undergraduate"
    PUBLIC_VOCATIONAL = "public_vocational"
    PRIVATE_VOCATIONAL = "private_vocational"


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category: its Chinese name, whether the bulletin counts it, and its milestone."""

    category: Category
    name_zh: str
    in_bulletin: bool
    due_on: date


CATEGORIES: tuple[CategoryRow, ...] = (
    CategoryRow(Category.UNIVERSITY_OR_COLLEGE, "高校", True, date(2024, 8, 31)),
    CategoryRow(Category.SECONDARY_VOCATIONAL_SCHOOL, "中等职业学校", True, date(2024, 8, 31)),
    CategoryRow(Category.BOARDING_SCHOOL, "寄宿制中小学校", True, date(2024, 4, 30)),
    CategoryRow(Category.KINDERGARTEN, "幼儿园", True, date(2024, 5, 31)),
    CategoryRow(Category.TRAINING_INSTITUTION, "校外培训机构", True, date(2024, 3, 31)),
    CategoryRow(Category.PRIVATE_CONTINUING_COLLEGE, "专修学院", True, date(2024, 5, 31)),
    CategoryRow(Category.OFF_CAMPUS_TEACHING_SITE, "校外教学点", True, date(2024, 5, 31)),
    CategoryRow(Category.YOUTH_ACTIVITY_CENTRE, "青少年活动中心", False, date(2024, 5, 31)),
    CategoryRow(Category.PRACTICE_BASE, "学生综合实践基地", False, date(2024, 5, 31)),
)

BY_CATEGORY = {row.category: row for row in CATEGORIES}
BULLETIN_CATEGORIES: tuple[Category, ...] = tuple(row.category for row in CATEGORIES if row.in_bulletin)
