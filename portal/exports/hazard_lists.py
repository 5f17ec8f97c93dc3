"""The two lists (两个清单) as officials file them: problems found, and what is done about each, for Excel and Word.

The forms are Chinese whatever language the screen speaks: they are filed in Chinese.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from db.queries.hazards import HazardRow
from db.rules.hazard_deadlines import last_day
from portal import hazard_words
from portal.words import HERE


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column of a list: its head, its width on paper, and what stands in it."""

    head: str
    cm: float
    value: Callable[[HazardRow], str]
    is_centred: bool = False


@dataclass(frozen=True, slots=True)
class FiledList:
    """One of the two lists, ready to be written."""

    title: str
    unit: str
    day: date
    columns: tuple[ListColumn, ...]
    rows: Sequence[HazardRow]

    @property
    def line(self) -> str:
        """What stands between title and table."""
        when = f"{self.day.year}年{self.day.month}月{self.day.day}日"
        return f"填报单位：{self.unit}　　填报日期：{when}　　共 {len(self.rows):,} 项"

    def cells(self, number: int, row: HazardRow) -> list[str]:
        return [str(number), *(column.value(row) for column in self.columns)]


def _day(at: datetime | None) -> str:
    return at.astimezone(HERE).date().isoformat() if at else ""


def _due(row: HazardRow) -> str:
    return last_day(row.due_at).isoformat() if row.due_at else ""


def _standing(row: HazardRow) -> str:
    """Where the rectifying stands, with 回头看 where it is owed."""
    said = hazard_words.state(row.state)
    if row.state == "closed" and row.act_by is not None and row.look_back_on is not None:
        return f"{said}，待回头看（{row.look_back_on.isoformat()} 前）"
    return said


_VENUE = ListColumn("场所名称", 4.2, lambda row: row.venue_name)
_GRADE = ListColumn("隐患等级", 1.6, lambda row: hazard_words.grade(row.grade), True)

PROBLEMS = (
    _VENUE,
    ListColumn("所在县（市、区）", 2.6, lambda row: f"{row.city_name}{row.county_name}"),
    ListColumn("部位", 2.4, lambda row: row.spot),
    ListColumn("存在问题", 6.4, lambda row: row.what),
    ListColumn("问题类别", 2.8, lambda row: hazard_words.kind(row.kind)),
    _GRADE,
    ListColumn("来源", 1.6, lambda row: hazard_words.source(row.source), True),
    ListColumn("发现日期", 2.2, lambda row: _day(row.found_at), True),
    ListColumn("发现人", 1.9, lambda row: row.found_by_name, True),
)
MEASURES = (
    _VENUE,
    ListColumn("存在问题", 4.4, lambda row: row.what),
    _GRADE,
    ListColumn("整改措施", 4.2, lambda row: row.measure or ""),
    ListColumn("整改要求", 3.0, lambda row: row.requirement or ""),
    ListColumn("责任人", 1.7, lambda row: row.responsible or "", True),
    ListColumn("整改时限", 2.1, _due, True),
    ListColumn("整改情况", 2.0, _standing, True),
    ListColumn("验收人", 1.6, lambda row: row.accepted_by_name or "", True),
    ListColumn("销号日期", 2.1, lambda row: _day(row.closed_at), True),
)
TITLES = {
    "problems": "学生密集场所消防安全隐患问题清单",
    "measures": "学生密集场所消防安全隐患整改清单",
}


def filed(which: str, unit: str, day: date, rows: Sequence[HazardRow]) -> FiledList:
    """The list called problems or measures."""
    return FiledList(TITLES[which], unit, day, PROBLEMS if which == "problems" else MEASURES, rows)
