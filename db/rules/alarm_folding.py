"""How signals fold into alarms: one open alarm per venue, area and kind, whose level only rises."""

from dataclasses import dataclass
from enum import StrEnum

from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level


class Folding(StrEnum):
    NEW = "new"
    FOLD = "fold"
    RISE = "rise"


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """What folding needs to know of the alarm that is open already."""

    level: Level
    device_count: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a signal, and the level after it."""

    folding: Folding
    level: Level


RISES_WITH_SECOND_DEVICE: dict[AlarmKind, Level] = {
    AlarmKind.GAS: Level.CRITICAL,
    AlarmKind.ELECTRICAL: Level.CRITICAL,
}
"""Two devices in one area that say the same are worse than one that repeats itself."""


def decide(kind: AlarmKind, already: OpenAlarm | None, is_another_device: bool) -> Decision:
    """New where nothing is open; else fold, or rise when another device joins. The level never falls while open."""
    if already is None:
        return Decision(Folding.NEW, BY_KIND[kind].level)
    wanted = RISES_WITH_SECOND_DEVICE.get(kind, already.level) if is_another_device else already.level
    if wanted < already.level:
        return Decision(Folding.RISE, wanted)
    return Decision(Folding.FOLD, already.level)
