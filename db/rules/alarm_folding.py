"""How signals fold into alarms: one open alarm per venue, area and kind, whose level only rises.

A venue is folded as a whole, since its alarms bear witness for one another, one signal after the other: many at once
are as many one by one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from db.rules.alarm_correlation import (
    MOST_SPANS,
    UNMISTAKABLE,
    Spans,
    Voice,
    corroborated,
    span_of,
    together,
    witnessed,
)
from db.rules.alarm_doubts import Doubt
from db.rules.alarm_kinds import BY_KIND, AlarmKind, Level
from db.rules.alarm_natures import RANK, TOLD_APART, Because, Nature
from db.rules.signal_kinds import SignalKind


class Folding(StrEnum):
    NEW = "new"
    FOLD = "fold"
    RISE = "rise"


class Happening(StrEnum):
    """What in a folding deserves a step of the alarm's life; a mere repeat does not."""

    RAISED = "raised"
    TOLD_APART = "told_apart"
    JOINED = "joined"
    LEVEL_RAISED = "level_raised"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a venue one alarm at most is open; `area_id` 0 is the venue as a whole."""

    area_id: int
    kind: AlarmKind


@dataclass(frozen=True, slots=True)
class Ring:
    """One signal that rings: where, whose, when, what it read, and what its device's record has against it."""

    place: Place
    device_code: str
    observed_at: datetime
    value: float | None = None
    signal: SignalKind | None = None
    doubt: Doubt | None = None
    overcome: frozenset[Because] = frozenset()
    """Why it is believed despite `doubt`."""
    hints: frozenset[Because] = frozenset()

    @property
    def is_doubted(self) -> bool:
        return self.doubt is not None and not self.overcome


@dataclass(frozen=True, slots=True)
class Standing:
    """An open alarm as folding knows it: `parts` are the devices that rang, with the spans in which they did."""

    level: Level
    nature: Nature = Nature.REPORTED
    because: frozenset[Because] = frozenset()
    parts: Mapping[str, Spans] = field(default_factory=dict)

    def worse(self, level: Level, nature: Nature, because: Iterable[Because]) -> Self:
        """With this beside what is known: neither level nor nature ever falls."""
        return replace(
            self,
            level=min(self.level, level),
            nature=max(self.nature, nature, key=RANK.__getitem__),
            because=self.because | frozenset(because),
        )


@dataclass(frozen=True, slots=True)
class Note:
    """Something that happened to an alarm, by which signal and for which reasons."""

    place: Place
    happening: Happening
    ring: Ring
    because: frozenset[Because] = frozenset()


@dataclass(frozen=True, slots=True)
class Folded:
    """A venue's alarms after some signals, and what became of each signal."""

    standing: Mapping[Place, Standing]
    foldings: tuple[Folding, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a device read that did not ring; `rise` is how far it lies above the device's least of minutes before."""

    device_code: str
    signal: SignalKind
    value: float
    at: datetime
    rise: float = 0.0


def fold(already: Mapping[Place, Standing], rings: Sequence[Ring]) -> Folded:
    """Take signals of one venue, oldest first, into the alarms that are open there, or into new ones."""
    standing, foldings, notes = dict(already), list[Folding](), list[Note]()
    for ring in rings:
        before = standing.get(ring.place)
        after = _taken(before, ring)
        standing[ring.place] = after
        if before is None:
            notes.append(Note(ring.place, Happening.RAISED, ring))
        elif ring.device_code not in before.parts:
            notes.append(Note(ring.place, Happening.JOINED, ring))
        risen = _hear_one_another(standing)
        is_risen = before is not None and standing[ring.place].level < before.level
        if before is not None and is_risen:
            risen[ring.place] = standing[ring.place].because - before.because
        elif before is None:
            risen.pop(ring.place, None)
        notes += (Note(place, Happening.LEVEL_RAISED, ring, risen[place]) for place in sorted(risen))
        if before is None and standing[ring.place].nature in TOLD_APART:
            notes.append(Note(ring.place, Happening.TOLD_APART, ring, after.because))
        foldings.append(Folding.NEW if before is None else Folding.RISE if is_risen else Folding.FOLD)
    return Folded(standing, tuple(foldings), tuple(notes))


def _taken(before: Standing | None, ring: Ring) -> Standing:
    """The alarm with this signal in it, by itself."""
    level, nature, because = _worth(ring)
    there = before or Standing(level, nature)
    spans = there.parts.get(ring.device_code, frozenset())
    if not (ring.is_doubted and nature is Nature.SUSPECTED_TEST):  # a test bears no witness
        spans = frozenset(sorted({*spans, span_of(ring.observed_at)})[-MOST_SPANS:])
    return replace(there.worse(level, nature, because), parts={**there.parts, ring.device_code: spans})


def _worth(ring: Ring) -> tuple[Level, Nature, frozenset[Because]]:
    """What a signal is worth alone: what its kind is, unless the device's own record speaks against it."""
    base, because = BY_KIND[ring.place.kind].level, ring.hints
    if ring.doubt is not None:
        because |= {ring.doubt.because} | ring.overcome
        if not ring.overcome:
            return max(ring.doubt.level, base), ring.doubt.nature, because
        return base, Nature.CORROBORATED, because
    said = UNMISTAKABLE.get(ring.signal) if ring.signal is not None else None
    if said is not None:
        return base, Nature.CORROBORATED, because | {said}
    return base, Nature.REPORTED, because


def _hear_one_another(standing: dict[Place, Standing]) -> dict[Place, frozenset[Because]]:
    """Let the alarms bear witness for one another; answers those whose level rose, with the reasons that are new."""
    voices = [Voice(place.area_id, place.kind, alarm.parts) for place, alarm in standing.items()]
    risen = {}
    for (place, alarm), voice in zip(list(standing.items()), voices, strict=True):
        worse = corroborated(voice, voices)
        if worse is None or (worse.level >= alarm.level and worse.because <= alarm.because):
            continue
        standing[place] = alarm.worse(worse.level, Nature.CORROBORATED, worse.because)
        if worse.level < alarm.level:
            risen[place] = worse.because - alarm.because
    return risen


def testified(already: Mapping[Place, Standing], reading: Reading) -> dict[Place, Standing]:
    """The fire alarms below their level that a reading makes worse, as they are then: those that rang about then."""
    found = {}
    for place, alarm in already.items():
        base = BY_KIND[place.kind].level
        if place.kind is not AlarmKind.FIRE or alarm.level <= base:
            continue
        is_near = together(frozenset().union(*alarm.parts.values()), frozenset({span_of(reading.at)}))
        by_another = alarm.parts.keys() != {reading.device_code}
        because = witnessed(reading.signal, reading.value, reading.rise, by_another=by_another)
        if is_near and because:
            found[place] = alarm.worse(base, Nature.CORROBORATED, because)
    return found
