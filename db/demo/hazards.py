"""Hazards and work orders over the programme's months, as a province has them: most closed, some late, some major."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from db.demo.devices import DemoArea
from db.rules.hazard_deadlines import HERE, act_by, end_of, look_back_on
from db.rules.hazard_kinds import TERMS, Grade, HazardKind, Source, spot_key
from db.rules.hazard_lifecycle import HazardState

HAZARDS = 4_200
FIRST_DAY = datetime(2024, 1, 22, 8, tzinfo=HERE)
PICTURED_COUNTY = 360_702
"""Where the demonstration's county bureau sits: there is always something of everything."""
PICTURED = 160

MIX: tuple[tuple[HazardKind, float, str, str, str], ...] = (
    (
        HazardKind.ESCAPE_ROUTE,
        0.2,
        "疏散通道堆放课桌椅，净宽不足",
        "清空通道并划黄线标识",
        "通道净宽不小于1.4米，保持畅通",
    ),
    (HazardKind.ESCAPE_ROUTE, 0.07, "安全出口上锁，夜间无法开启", "更换推闩式门锁", "出口向疏散方向开启，不得锁闭"),
    (HazardKind.EQUIPMENT, 0.17, "灭火器压力不足，已过检修期", "送检或更换灭火器", "每处不少于2具，压力在绿区"),
    (HazardKind.EQUIPMENT, 0.06, "室内消火栓箱内缺水带水枪", "补齐水带、水枪并张贴标识", "器材齐全完好"),
    (
        HazardKind.ELECTRICAL,
        0.14,
        "配电箱未设漏电保护，线路私拉乱接",
        "由持证电工整改线路并加装保护",
        "线路穿管，保护动作可靠",
    ),
    (HazardKind.CHARGING, 0.09, "电动自行车在楼道内停放充电", "清理并引导至室外集中充电点", "楼内不得停放充电"),
    (HazardKind.COMBUSTIBLES, 0.08, "楼梯间堆放纸箱等可燃物", "清运可燃物", "楼梯间不得堆放物品"),
    (
        HazardKind.GAS,
        0.05,
        "厨房燃气软管老化，未装切断阀",
        "更换金属软管，加装自动切断阀",
        "软管不超过2米，报警联动切断",
    ),
    (HazardKind.FIRE_USE, 0.04, "宿舍内使用明火、点蚊香", "收缴并开展教育", "宿舍内不得使用明火"),
    (HazardKind.DETECTION, 0.07, "烟感探测器被遮挡，不能正常探测", "移除遮挡并测试", "探测器周围0.5米内无遮挡"),
    (HazardKind.MANAGEMENT, 0.03, "未按季度开展消防疏散演练", "补开演练并留存记录", "每学期不少于一次，记录齐全"),
)
SOURCES = (
    (Source.INSPECTION, 0.42, "县区检查组"),
    (Source.SELF_CHECK, 0.27, ""),
    (Source.PATROL, 0.14, "线上巡查员"),
    (Source.ALARM, 0.08, "值守人员"),
    (Source.VISION, 0.05, "视频分析"),
    (Source.COMPLAINT, 0.04, "群众来电受理"),
)
BUREAU = "县区经办人"


@dataclass(frozen=True, slots=True)
class DemoStep:
    at: datetime
    step: str
    state: HazardState
    actor: str
    note: str | None = None


@dataclass(slots=True)
class DemoHazard:
    """One hazard as far as its life has come by now."""

    id: int
    area: DemoArea
    kind: HazardKind
    grade: Grade
    source: Source
    what: str
    measure: str
    requirement: str
    officer: str
    found_at: datetime
    found_by: str
    state: HazardState = HazardState.FOUND
    at: datetime = FIRST_DAY
    """When the last step was taken."""
    assigned_at: datetime | None = None
    due_at: datetime | None = None
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    look_back_on: date | None = None
    looked_back_at: datetime | None = None
    counter_evidence_id: int | None = None
    steps: list[DemoStep] = field(default_factory=list)

    @property
    def key(self) -> str:
        return spot_key(self.kind, self.area.id, "", self.what)

    @property
    def act_by(self) -> datetime | None:
        look_back = None if self.looked_back_at else self.look_back_on
        return act_by(self.state, self.grade, self.at, self.due_at, look_back)

    @property
    def acceptance(self) -> str | None:
        is_written = self.state is HazardState.CLOSED and self.counter_evidence_id is None
        return f"{BUREAU}：现场复核，已整改到位" if is_written else None


def make(
    areas: Sequence[DemoArea], officers: dict[int, str], now: datetime, rng: np.random.Generator
) -> list[DemoHazard]:
    """Hazards in places of their own; `officers` are the venues' safety officers by name."""
    near = [area for area in areas if area.venue.county == PICTURED_COUNTY]
    span = (now - FIRST_DAY).total_seconds()
    made: list[DemoHazard] = []
    taken: set[tuple[int, str]] = set()
    for n in range(HAZARDS):
        places = near if n < PICTURED and near else areas
        area = places[int(rng.integers(len(places)))]
        # More is found of late: more venues are looked at.
        age = float(rng.beta(1.0, 1.7)) if n >= PICTURED else float(rng.random()) ** 3
        hazard = _found(len(made) + 1, area, officers, now - timedelta(seconds=span * age), rng)
        if (area.venue.id, hazard.key) in taken:
            continue
        taken.add((area.venue.id, hazard.key))
        _live(hazard, now, rng)
        made.append(hazard)
    return made


def _found(number: int, area: DemoArea, officers: dict[int, str], at: datetime, rng: np.random.Generator) -> DemoHazard:
    shares = np.array([share for _kind, share, *_words in MIX])
    kind, _share, what, measure, requirement = MIX[int(rng.choice(len(MIX), p=shares / shares.sum()))]
    source, _part, who = SOURCES[int(rng.choice(len(SOURCES), p=[part for _source, part, _who in SOURCES]))]
    officer = officers.get(area.venue.id, "安全员")
    by = who or officer
    grade = Grade.MAJOR if rng.random() < 0.09 else Grade.GENERAL
    made = DemoHazard(number, area, kind, grade, source, what, measure, requirement, officer, at, by, at=at)
    made.steps.append(DemoStep(at, "found", HazardState.FOUND, by, what))
    return made


def _live(hazard: DemoHazard, now: datetime, rng: np.random.Generator) -> None:
    """Step after step until one lies ahead of now."""
    terms = TERMS[hazard.grade]
    at = hazard.found_at + timedelta(days=float(rng.exponential(0.8)))
    if not _reaches(hazard, at, now, "assign", HazardState.ASSIGNED, BUREAU):
        return
    hazard.assigned_at, hazard.due_at = at, end_of(at.astimezone(HERE).date() + terms.rectify)
    at += timedelta(days=float(rng.exponential(1.5)))
    if not _reaches(hazard, at, now, "start", HazardState.RECTIFYING, hazard.officer):
        return
    at += timedelta(days=float(rng.exponential(terms.rectify.days / 2.4)))
    for turn in range(2):
        if not _reaches(hazard, at, now, "submit", HazardState.SUBMITTED, hazard.officer, "已按要求整改"):
            return
        hazard.submitted_at = at
        at += timedelta(days=float(rng.exponential(1.3)))
        if turn == 1 or rng.random() > 0.13:
            break
        if not _reaches(hazard, at, now, "send_back", HazardState.SENT_BACK, BUREAU, "整改不到位，照片与部位不符"):
            return
        hazard.submitted_at = None
        at += timedelta(days=float(rng.exponential(3)))
    if not _reaches(hazard, at, now, "accept", HazardState.ACCEPTED, BUREAU):
        return
    hazard.accepted_at = at
    at += timedelta(days=float(rng.exponential(0.6)))
    if not _reaches(hazard, at, now, "close", HazardState.CLOSED, BUREAU, "现场复核，已整改到位"):
        return
    hazard.closed_at, hazard.look_back_on = at, look_back_on(hazard.grade, at.astimezone(HERE).date())
    if hazard.look_back_on is None or rng.random() < 0.06:
        return
    at = end_of(hazard.look_back_on) - timedelta(days=float(rng.exponential(6)), hours=9)
    if _reaches(hazard, max(at, hazard.closed_at), now, "look_back", HazardState.CLOSED, BUREAU, "未反弹"):
        hazard.looked_back_at = hazard.at


def _reaches(
    hazard: DemoHazard, at: datetime, now: datetime, step: str, state: HazardState, actor: str, note: str | None = None
) -> bool:
    if at > now:
        return False
    hazard.state, hazard.at = state, at
    hazard.steps.append(DemoStep(at, step, state, actor, note))
    return True


COLUMNS = (
    *("id", "venue_id", "county", "area_id", "spot_key", "kind", "grade", "source", "state", "what", "found_at"),
    *("found_by_name", "responsible", "measure", "requirement", "assigned_at", "due_at", "submitted_at", "accepted_at"),
    *("accepted_by_name", "closed_at", "counter_evidence_id", "acceptance", "look_back_on", "looked_back_at"),
    *("act_by", "reminded_at", "is_demo"),
)


def row(hazard: DemoHazard, now: datetime) -> tuple[Any, ...]:
    """As COPY takes it. What was overdue before the demonstration began has been told."""
    h, is_assigned = hazard, hazard.assigned_at is not None
    venue = h.area.venue
    return (
        *(h.id, venue.id, venue.county, h.area.id, h.key, h.kind.value, h.grade.value, h.source.value, h.state.value),
        *(h.what, h.found_at, h.found_by),
        *((h.officer, h.measure, h.requirement) if is_assigned else (None, None, None)),
        *(h.assigned_at, h.due_at, h.submitted_at, h.accepted_at, BUREAU if h.accepted_at else None, h.closed_at),
        *(h.counter_evidence_id, h.acceptance, h.look_back_on, h.looked_back_at, h.act_by, now, True),
    )


def step_rows(hazard: DemoHazard) -> list[tuple[Any, ...]]:
    venue = hazard.area.venue
    return [
        (hazard.id, venue.id, venue.county, step.at, step.step, step.state.value, step.actor, step.note)
        for step in hazard.steps
    ]
