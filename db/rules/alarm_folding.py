"""How signals fold into alarms: one open alarm per venue, area and kind, whose level only rises."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level


class Folding(StrEnum):
    NEW = "new"
    FOLD = "fold"
    RISE = "rise"


class Happening(StrEnum):
    """What in a folding deserves a step of the alarm's life; a mere repeat does not."""

    RAISED = "raised"
    JOINED = "joined"
    LEVEL_RAISED = "level_raised"


@dataclass(frozen=True, slots=True)
class Ring:
    """One signal that rings: whose, when, and what it read."""

    device_code: str
    observed_at: datetime
    value: float | None = None


@dataclass(frozen=True, slots=True)
class OpenAlarm:
    """What folding needs to know of the alarm that is open already."""

    level: Level
    devices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to the alarm, by which signal."""

    happening: Happening
    ring: Ring


@dataclass(frozen=True, slots=True)
class Folded:
    """An alarm after some signals: what became of each, and what the alarm is like now."""

    level: Level
    devices: frozenset[str]
    latest: Ring
    foldings: tuple[Folding, ...]
    notes: tuple[Note, ...] = field(default=())


RISES_WITH_SECOND_DEVICE: dict[AlarmKind, Level] = {
    AlarmKind.GAS: Level.CRITICAL,
    AlarmKind.ELECTRICAL: Level.CRITICAL,
}
"""Two devices in one area that say the same are worse than one that repeats itself."""


def level_after(kind: AlarmKind, level: Level, is_another_device: bool) -> Level:
    """The level once another signal came. It never falls while the alarm is open."""
    wanted = RISES_WITH_SECOND_DEVICE.get(kind, level) if is_another_device else level
    return min(wanted, level)


def fold(kind: AlarmKind, already: OpenAlarm | None, rings: Sequence[Ring]) -> Folded:
    """Take one or more signals of one place, oldest first, into the alarm that is open there, or into a new one."""
    first, *later = rings
    foldings, notes = [], []
    if already is None:
        level, devices = BY_KIND[kind].level, frozenset({first.device_code})
        foldings.append(Folding.NEW)
        notes.append(Note(Happening.RAISED, first))
    else:
        level, devices, later = already.level, already.devices, list(rings)
    for ring in later:
        is_another = ring.device_code not in devices
        risen = level_after(kind, level, is_another)
        foldings.append(Folding.RISE if risen < level else Folding.FOLD)
        if is_another:
            notes.append(Note(Happening.JOINED, ring))
        if risen < level:
            notes.append(Note(Happening.LEVEL_RAISED, ring))
        level, devices = risen, devices | {ring.device_code}
    return Folded(level, devices, max(rings, key=lambda ring: ring.observed_at), tuple(foldings), tuple(notes))
