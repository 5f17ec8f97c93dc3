"""What makes an alarm worse while it is open: other witnesses at the venue, whichever came first.

Each rule is a row. Times are told in spans of five minutes; what rang in the same or in neighbouring spans rang
together. A set of spans only grows, so the order in which signals arrive changes nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.alarm_natures import Because
from db.rules.signal_kinds import SignalKind

SPAN = timedelta(minutes=5)
MOST_SPANS = 288
"""Of a device in one alarm; beyond a day the oldest are forgotten."""
Spans = frozenset[int]


@dataclass(frozen=True, slots=True)
class Corroboration:
    """An alarm of `kind` becomes `level` once another device rang for `by`; `within` None: however long ago."""

    kind: AlarmKind
    by: AlarmKind
    level: Level
    because: Because
    is_same_area: bool = False
    is_together: bool = True
    """Within neighbouring spans; otherwise at any time while both are open."""


CORROBORATIONS: tuple[Corroboration, ...] = (
    Corroboration(AlarmKind.FIRE, AlarmKind.FIRE, Level.CRITICAL, Because.SECOND_DEVICE),
    Corroboration(AlarmKind.FIRE, AlarmKind.ELECTRICAL, Level.CRITICAL, Because.POWER),
    Corroboration(AlarmKind.FIRE, AlarmKind.GAS, Level.CRITICAL, Because.GAS),
    Corroboration(AlarmKind.FIRE, AlarmKind.SMOKING, Level.CRITICAL, Because.CAMERA),
    Corroboration(AlarmKind.GAS, AlarmKind.FIRE, Level.CRITICAL, Because.FIRE),
    Corroboration(AlarmKind.ELECTRICAL, AlarmKind.FIRE, Level.CRITICAL, Because.FIRE),
    Corroboration(
        *(AlarmKind.GAS, AlarmKind.GAS, Level.CRITICAL, Because.SECOND_DEVICE), is_same_area=True, is_together=False
    ),
    Corroboration(
        *(AlarmKind.ELECTRICAL, AlarmKind.ELECTRICAL, Level.CRITICAL, Because.SECOND_DEVICE),
        is_same_area=True,
        is_together=False,
    ),
)
BY_KIND = {kind: tuple(row for row in CORROBORATIONS if row.kind is kind) for kind in AlarmKind}
CORRELATED = frozenset(kind for row in CORROBORATIONS for kind in (row.kind, row.by))
"""Kinds for which the venue's other alarms are looked at."""

UNMISTAKABLE = {SignalKind.MANUAL_CALL: Because.CALL_POINT, SignalKind.PANEL: Because.PANEL}
"""Said by a person's hand or by a panel that has judged already: a fire at once."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A reading that rings nothing by itself and yet speaks for a fire that another device reports."""

    signal: SignalKind
    at_least: float
    because: Because
    by_another: bool = False
    """Counts only beside another device's alarm."""
    rise: float | None = None
    """It must have risen by so much within `SPAN`."""


WITNESSES: tuple[Witness, ...] = (
    Witness(SignalKind.TEMPERATURE, 54, Because.HEAT),
    Witness(SignalKind.TEMPERATURE, 35, Because.RISING_HEAT, rise=8),
    Witness(SignalKind.SMOKE, 0.1, Because.SECOND_DEVICE, by_another=True),
    Witness(SignalKind.FLAME, 0.5, Because.CAMERA, by_another=True),
)
"""54 °C: the least at which a heat detector of class A1 answers (GB 4716, EN 54-5). 0.1 dB/m: most detectors' limit."""
_LOWEST = {
    signal: min(row.at_least for row in WITNESSES if row.signal is signal)
    for signal in {row.signal for row in WITNESSES}
}


@dataclass(frozen=True, slots=True)
class Voice:
    """An alarm as the others hear it: where, of what kind, and which devices rang in which spans."""

    area_id: int
    kind: AlarmKind
    parts: Mapping[str, Spans]


@dataclass(frozen=True, slots=True)
class Worse:
    """What the others make of an alarm."""

    level: Level
    because: frozenset[Because]


def span_of(at: datetime) -> int:
    """The number of the five minutes in which it was."""
    return int(at.timestamp() // SPAN.total_seconds())


def together(one: Spans, other: Spans) -> bool:
    """True where they share a span or have neighbouring ones."""
    few, many = sorted((one, other), key=len)
    return any(number + step in many for number in few for step in (-1, 0, 1))


def corroborated(alarm: Voice, voices: Sequence[Voice]) -> Worse | None:
    """What other devices at the venue make of this alarm; its own voice may be among them. None: nothing."""
    level, because = Level.NOTICE, frozenset[Because]()
    for row in BY_KIND[alarm.kind]:
        if any(_speaks(row, alarm, voice) for voice in voices):
            level, because = min(level, row.level), because | {row.because}
    return Worse(level, because) if because else None


def _speaks(row: Corroboration, alarm: Voice, voice: Voice) -> bool:
    if voice.kind is not row.by or (row.is_same_area and voice.area_id != alarm.area_id):
        return False
    return any(
        not row.is_together or together(mine, theirs)
        for code, mine in alarm.parts.items()
        for other, theirs in voice.parts.items()
        if code != other and mine and theirs
    )


def may_witness(signal: SignalKind, value: float | None) -> bool:
    """True for the few readings that are worth a look at the venue's alarms."""
    lowest = _LOWEST.get(signal)
    return lowest is not None and value is not None and value >= lowest


def witnessed(signal: SignalKind, value: float, rise: float, *, by_another: bool) -> frozenset[Because]:
    """What a reading says for a fire; `rise` is how far it lies above the device's least within `SPAN` before."""
    return frozenset(
        row.because
        for row in WITNESSES
        if row.signal is signal
        and value >= row.at_least
        and (by_another or not row.by_another)
        and (row.rise is None or rise >= row.rise)
    )
