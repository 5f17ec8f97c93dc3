"""What is judged in a camera's pictures: each rule a row, with the signal it speaks and the limits it keeps to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from db.errors import InvalidInput
from db.rules.alarm_kinds import AlarmKind
from db.rules.plan_geometry import is_simple
from db.rules.signal_kinds import SignalKind


class VisionRule(StrEnum):
    CROWDING = "crowding"
    ROUTE_BLOCKED = "route_blocked"
    EQUIPMENT_MISSING = "equipment_missing"
    DESK_UNATTENDED = "desk_unattended"
    SMOKING = "smoking"
    FLAME = "flame"


CAMERA_UNFIT = "camera_unfit"
"""The rule of a verdict on the camera itself: it stands on no row of its own."""


class Mode(StrEnum):
    RING = "ring"
    REVIEW = "review"
    """Kept for a person to look at; nobody is rung."""
    OFF = "off"


class Fitness(StrEnum):
    """Whether a camera's pictures can be trusted; all but the first two are reasons why not."""

    UNKNOWN = "unknown"
    FIT = "fit"
    LOST = "lost"
    CORRUPT = "corrupt"
    DARK = "dark"
    COVERED = "covered"
    BLURRED = "blurred"
    SHIFTED = "shifted"
    FROZEN = "frozen"
    OLD_PICTURES = "old_pictures"
    WRONG_CLOCK = "wrong_clock"


TRUSTED = frozenset({Fitness.UNKNOWN, Fitness.FIT})


@dataclass(frozen=True, slots=True)
class SeenBox:
    """Something seen: corners from 0 to 1 of the picture."""

    name: str
    score: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Param:
    """One number that a rule may be set to; `is_whole` for counts."""

    default: float
    least: float
    most: float
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule: what it says, how it begins, how far people's verdicts may move its threshold."""

    rule: VisionRule
    signal: SignalKind
    alarm_kind: AlarmKind | None
    """None: it rings nothing and bears witness only."""
    mode: Mode
    threshold: float
    lowest: float
    highest: float
    params: dict[str, Param]
    needs_zone: bool = True
    least_precision: float = 0.5


_SECONDS = 86_400.0
RULES: tuple[RuleRow, ...] = (
    RuleRow(
        *(VisionRule.CROWDING, SignalKind.CROWD, AlarmKind.CROWDING, Mode.RING, 0.35, 0.25, 0.7),
        {"people": Param(8, 1, 1000, True), "seconds": Param(5, 0, _SECONDS)},
    ),
    RuleRow(
        *(VisionRule.ROUTE_BLOCKED, SignalKind.ESCAPE_ROUTE, AlarmKind.ESCAPE_ROUTE_BLOCKED, Mode.RING, 0.5, 0.3, 0.9),
        {"seconds": Param(60, 1, _SECONDS), "share": Param(0.02, 0.003, 1)},
    ),
    RuleRow(
        *(VisionRule.EQUIPMENT_MISSING, SignalKind.EQUIPMENT, AlarmKind.EQUIPMENT_MISSING, Mode.RING, 0.55, 0.35, 0.85),
        {"seconds": Param(30, 1, _SECONDS)},
    ),
    RuleRow(
        *(VisionRule.DESK_UNATTENDED, SignalKind.WATCH_ROOM, AlarmKind.DUTY_UNANSWERED, Mode.RING, 0.35, 0.2, 0.7),
        {"seconds": Param(600, 5, _SECONDS)},
    ),
    RuleRow(
        *(VisionRule.SMOKING, SignalKind.SMOKING, AlarmKind.SMOKING, Mode.OFF, 0.6, 0.4, 0.95),
        {"seconds": Param(2, 0, 600)},
        needs_zone=False,
        least_precision=0.6,
    ),
    RuleRow(
        *(VisionRule.FLAME, SignalKind.FLAME, None, Mode.REVIEW, 0.6, 0.4, 0.95),
        {"seconds": Param(2, 0, 600)},
        needs_zone=False,
    ),
)
"""Smoking is a hint that no real footage has confirmed: off until somebody turns it on. Flames and smoke only ever
bear witness beside a detector."""
BY_RULE = {row.rule: row for row in RULES}


def params_of(rule: VisionRule, asked: dict[str, Any]) -> dict[str, float]:
    """Every number of the rule, those not asked for at their default; `InvalidInput` beyond its limits."""
    row = BY_RULE[rule]
    unknown = sorted(asked.keys() - row.params.keys())
    if unknown:
        raise InvalidInput("This rule has no such number: {names}.", names=", ".join(unknown))
    found = {}
    for name, param in row.params.items():
        value = asked.get(name, param.default)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not param.least <= value <= param.most or (param.is_whole and value != int(value)):
            raise InvalidInput(
                "{name} must lie between {least} and {most}.",
                name=name,
                least=f"{param.least:g}",
                most=f"{param.most:g}",
            )
        found[name] = value
    return found


def checked_threshold(rule: VisionRule, threshold: float) -> float:
    """The threshold; `InvalidInput` beyond the rule's limits."""
    row = BY_RULE[rule]
    if not row.lowest <= threshold <= row.highest:
        raise InvalidInput(
            "The threshold must lie between {least} and {most}.", least=f"{row.lowest:g}", most=f"{row.highest:g}"
        )
    return threshold


def checked_polygon(corners: Any) -> list[tuple[float, float]]:
    """Three to forty corners within the picture that enclose something; `InvalidInput` for anything else."""
    if not isinstance(corners, list | tuple) or not 3 <= len(corners) <= 40:
        raise InvalidInput("A zone has three to forty corners.")
    found = []
    for corner in corners:
        is_pair = isinstance(corner, list | tuple) and len(corner) == 2
        if not is_pair or not all(isinstance(part, int | float) and 0 <= part <= 1 for part in corner):
            raise InvalidInput("A zone's corners lie within the picture.")
        found.append((float(corner[0]), float(corner[1])))
    if _area(found) < 0.0002:
        raise InvalidInput("The zone encloses nothing.")
    if not is_simple(tuple((x * 1000, y * 1000) for x, y in found)):
        raise InvalidInput("The zone's outline crosses itself.")
    return found


def _area(corners: list[tuple[float, float]]) -> float:
    pairs = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairs)) / 2
