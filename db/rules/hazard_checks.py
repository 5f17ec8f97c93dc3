"""A row of a bureau's hazard ledger as a hazard, or every reason why it is none, in the importer's Chinese."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from db.rules.hazard_kinds import Grade, HazardKind, Source
from db.rules.hazard_lifecycle import HazardState
from db.rules.written_values import Refused, day, folded, shown

Value = TypeVar("Value")
MOST_CHARACTERS = 1000


@dataclass(frozen=True, slots=True)
class WrittenHazard:
    """A row's words, by column."""

    venue_code: str = ""
    venue: str = ""
    spot: str = ""
    what: str = ""
    kind: str = ""
    grade: str = ""
    source: str = ""
    found_on: str = ""
    found_by: str = ""
    responsible: str = ""
    measure: str = ""
    requirement: str = ""
    due_on: str = ""
    standing: str = ""
    done_on: str = ""
    accepted_by: str = ""
    closed_on: str = ""
    looked_back_on: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class ReadHazard:
    """A hazard as the ledger has it: found, assigned, being rectified, or closed on an official's acceptance."""

    what: str
    kind: HazardKind
    grade: Grade
    source: Source
    spot: str
    found_on: date
    found_by: str
    state: HazardState
    responsible: str
    measure: str
    requirement: str
    due_on: date | None
    closed_on: date | None
    accepted_by: str
    looked_back_on: date | None


GRADES = {"一般": Grade.GENERAL, "一般隐患": Grade.GENERAL, "重大": Grade.MAJOR, "重大隐患": Grade.MAJOR}
SOURCES = {
    **dict.fromkeys(("告警", "报警", "设备告警"), Source.ALARM),
    **dict.fromkeys(("视频分析", "视频识别", "智能识别"), Source.VISION),
    **dict.fromkeys(("线上巡查", "远程巡查", "视频巡查"), Source.PATROL),
    **dict.fromkeys(("检查", "现场检查", "督查", "督导检查", "专项检查", "部门检查"), Source.INSPECTION),
    **dict.fromkeys(("自查", "单位自查", "学校自查", "自查自纠"), Source.SELF_CHECK),
    **dict.fromkeys(("举报", "群众举报", "投诉", "信访"), Source.COMPLAINT),
}
OPEN_WORDS = frozenset({"未整改", "待整改", "待交办", "未完成", "未销号"})
WORKING_WORDS = frozenset({"整改中", "正在整改", "已交办", "限期整改", "已退回", "待验收", "已验收待销号"})
CLOSED_WORDS = frozenset({"已整改", "已完成", "整改完成", "已销号", "完成整改", "整改到位", "已验收"})
KINDS: tuple[tuple[HazardKind, tuple[str, ...]], ...] = (
    (HazardKind.CHARGING, ("电动自行车", "电动车", "电瓶车")),
    (HazardKind.ESCAPE_ROUTE, ("疏散", "安全出口", "通道", "上锁", "防火门", "逃生")),
    (HazardKind.GAS, ("燃气", "煤气", "液化气", "天然气")),
    (HazardKind.DETECTION, ("烟感", "探测器", "报警器", "摄像", "监控", "监测")),
    (
        HazardKind.EQUIPMENT,
        ("灭火器", "消火栓", "消防栓", "水带", "应急灯", "应急照明", "指示标志", "喷淋", "消防设施"),
    ),
    (HazardKind.ELECTRICAL, ("电线", "线路", "用电", "配电", "插座", "插排", "漏电", "电气")),
    (HazardKind.COMBUSTIBLES, ("可燃物", "易燃", "堆放杂物", "堆放", "杂物")),
    (HazardKind.FIRE_USE, ("明火", "用火", "吸烟", "蚊香", "烟头")),
    (HazardKind.CROWDING, ("超员", "人员密集", "拥挤")),
    (HazardKind.DUTY, ("值班", "值守")),
    (HazardKind.MANAGEMENT, ("制度", "演练", "培训", "台账", "档案", "责任制")),
)
"""Which words tell the kind of a hazard where the ledger does not; the first that fits."""


def kind_of(written: str, what: str) -> HazardKind:
    """By the ledger's own word for it, else by what is wrong."""
    for text in (written, what):
        for kind, words in KINDS:
            if any(word in text for word in words):
                return kind
    return HazardKind.OTHER


def read_hazard(written: WrittenHazard, today: date) -> ReadHazard | tuple[str, ...]:
    """The hazard, or every reason against the row."""
    reasons: list[str] = []
    what = _value(reasons, "存在问题", written.what, _text, is_required=True)
    grade = GRADES.get(folded(written.grade)) if written.grade else Grade.GENERAL
    if grade is None:
        reasons.append(f"隐患等级“{written.grade}”不是一般或重大")
    source = SOURCES.get(folded(written.source)) if written.source else Source.INSPECTION
    if source is None:
        reasons.append(f"来源“{written.source}”不在字典内")
    found_on = _value(reasons, "发现日期", written.found_on, day, is_required=True)
    days = {
        name: _value(reasons, name, text, day)
        for name, text in (
            *(("整改期限", written.due_on), ("完成日期", written.done_on), ("销号日期", written.closed_on)),
            ("回头看日期", written.looked_back_on),
        )
    }
    if found_on is not None:
        reasons += _out_of_order(found_on, days, today)
    if not written.venue_code and not written.venue:
        reasons.append("场所编码和场所名称都是空的")
    if not written.spot:
        reasons.append("部位是空的")
    state = _state(reasons, written, days)
    for name, text in (("整改措施", written.measure), ("整改要求", written.requirement), ("部位", written.spot)):
        _value(reasons, name, text, _text)
    if reasons or what is None or found_on is None or grade is None or source is None or state is None:
        return tuple(reasons)
    return ReadHazard(
        *(what, kind_of(written.kind, what), grade, source, written.spot, found_on, written.found_by or "台账"),
        *(state, written.responsible, written.measure, written.requirement, days["整改期限"]),
        (days["销号日期"] or days["完成日期"]) if state is HazardState.CLOSED else None,
        *(written.accepted_by, days["回头看日期"]),
    )


def _state(reasons: list[str], written: WrittenHazard, days: dict[str, date | None]) -> HazardState | None:
    """Where it stands, with what that needs; a closed one needs a named official, since no picture comes along."""
    said = folded(written.standing.partition("，")[0])
    if said in CLOSED_WORDS:
        if not written.accepted_by:
            reasons.append("已整改的隐患须填写验收人（导入不带照片，以具名验收为销号依据）")
        if days["销号日期"] is None and days["完成日期"] is None:
            reasons.append("已整改的隐患须填写完成日期或销号日期")
        return HazardState.CLOSED
    if said and said not in OPEN_WORDS | WORKING_WORDS:
        reasons.append(f"整改情况“{written.standing}”不在字典内，请写未整改、整改中或已整改")
        return None
    is_assigned = bool(written.responsible) and days["整改期限"] is not None
    if said in WORKING_WORDS and not is_assigned:
        reasons.append("整改中的隐患须填写责任人和整改期限")
    if not is_assigned:
        return HazardState.FOUND
    return HazardState.RECTIFYING if said in WORKING_WORDS else HazardState.ASSIGNED


def _out_of_order(found_on: date, days: dict[str, date | None], today: date) -> list[str]:
    reasons = [f"发现日期 {found_on} 晚于今天"] if found_on > today else []
    for name, each in days.items():
        if each is not None and each < found_on:
            reasons.append(f"{name} {each} 早于发现日期 {found_on}")
        if each is not None and each > today and name != "整改期限":
            reasons.append(f"{name} {each} 晚于今天")
    return reasons


def _value(
    reasons: list[str], name: str, text: str, read: Callable[[str], Value], *, is_required: bool = False
) -> Value | None:
    """The value, or None with a reason where there must be one or it cannot be read."""
    if not text:
        if is_required:
            reasons.append(f"{name}是空的")
        return None
    try:
        return read(text)
    except Refused as refusal:
        reasons.append(f"{name}“{text[:40]}”{refusal}")
        return None


def _text(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise Refused(f"超过 {MOST_CHARACTERS} 个字")
    return shown(text)
