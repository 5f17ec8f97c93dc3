"""What on record speaks against a signal: a device in the very act of flapping, being tested, or reporting a fault.

Only evidence lowers, and only a lone detector's: a call point, a panel, a transmission device are believed at once.
What is told apart stays on record as an alarm, and a signal that does not let go raises it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from db.rules.alarm_kinds import AlarmKind, Level
from db.rules.alarm_natures import Because, Nature
from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind, rings

LOOK_BACK = timedelta(hours=6)
"""A ringing goes on until the device says that it is over; what is farther away is another story."""
FLAPS = 3
"""So many flaps within `LOOK_BACK`, and no longer ringing among the last of them, make a device a flapping one."""
FLAP = timedelta(seconds=15)
"""A flap: quiet again, by the device's own word, within so long."""
TESTED_WITHIN = timedelta(minutes=5)
FAULT_WITHIN = timedelta(minutes=2)
RISING_RINGS, RISING_BY = 3, 0.05
NEAR_LIMIT_DB_M, NEAR_LIMIT_READINGS = 0.07, 5
TOLD_APART = frozenset(
    {DeviceKind.SMOKE_DETECTOR, DeviceKind.HEAT_DETECTOR, DeviceKind.GAS_DETECTOR, DeviceKind.ELECTRICITY_METER}
)
"""Kinds of device whose word alone may be doubted: each has one sensor, and speaks for itself."""
DOUBTED_KINDS = frozenset({AlarmKind.FIRE, AlarmKind.GAS, AlarmKind.ELECTRICAL})


@dataclass(frozen=True, slots=True)
class Doubt:
    """How a doubted signal's alarm begins, and after how much unbroken ringing the doubt is over."""

    because: Because
    nature: Nature
    level: Level
    until_lasts: timedelta


DOUBTS: tuple[Doubt, ...] = (
    Doubt(Because.TESTED, Nature.SUSPECTED_TEST, Level.NOTICE, timedelta(seconds=60)),
    Doubt(Because.FLAPPING, Nature.SUSPECTED_FAULT, Level.NOTICE, FLAP),
    Doubt(Because.FAULT_BESIDE, Nature.SUSPECTED_FAULT, Level.MAJOR, FLAP),
)
"""The first that applies holds. A notice asks the maintainer alone; major must be opened at once, as every fire."""
_BY_REASON = {row.because: row for row in DOUBTS}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a device's recent record."""

    at: datetime
    signal: SignalKind
    value: float | None = None
    alarm: bool | None = None
    is_test: bool = False

    @property
    def is_ringing(self) -> bool:
        return not self.is_test and rings(self.signal, self.value, self.alarm) is not None


def may_doubt(kind: AlarmKind, device: DeviceKind | None, signal: SignalKind | None) -> bool:
    """True where a device's record may speak against this signal at all."""
    if signal is None or signal in (SignalKind.MANUAL_CALL, SignalKind.PANEL):
        return False
    return device in TOLD_APART and kind in DOUBTED_KINDS


def doubt_of(signal: SignalKind, at: datetime, record: Sequence[Said]) -> Doubt | None:
    """What the device's record of the last hours, oldest first, has against a ring of this signal at this time."""
    before = [said for said in record if said.at <= at]
    if any(said.is_test and said.at >= at - TESTED_WITHIN for said in before):
        return _BY_REASON[Because.TESTED]
    same = [said for said in before if said.signal is signal and at - LOOK_BACK <= said.at]
    if _is_flapping(same[: len(same) - len(_run(same))]):
        return _BY_REASON[Because.FLAPPING]
    if any(said.signal is SignalKind.FAULT and said.is_ringing and said.at >= at - FAULT_WITHIN for said in before):
        return _BY_REASON[Because.FAULT_BESIDE]
    return None


def _is_flapping(before: Sequence[Said]) -> bool:
    """True where the last `FLAPS` ringings before this one were flaps; one that lasted is none."""
    lengths = _ringings(before)
    return len(lengths) >= FLAPS and all(length <= FLAP for length in lengths[-FLAPS:])


def _ringings(record: Sequence[Said]) -> list[timedelta]:
    """How long each ringing was, from its first ring to the quiet word after it."""
    found: list[timedelta] = []
    began: datetime | None = None
    for said in record:
        if said.is_ringing:
            began = began or said.at
        elif began is not None and not said.is_test:
            found.append(said.at - began)
            began = None
    return found


def overcome(doubt: Doubt, signal: SignalKind, at: datetime, record: Sequence[Said]) -> frozenset[Because]:
    """Why a doubted ring is believed all the same: its ringing lasts too long for what it was taken for, or rises.

    What rang later counts as well: a signal that was overtaken on its way makes nothing less bad.
    """
    ringing = _around([said for said in record if said.signal is signal and abs(said.at - at) <= LOOK_BACK], at)
    found = set()
    if ringing and ringing[-1].at - ringing[0].at >= doubt.until_lasts:
        found.add(Because.PERSISTS)
    values = [said.value for said in ringing if said.value is not None]
    if any(_rises(values[n : n + RISING_RINGS]) for n in range(len(values) - RISING_RINGS + 1)):
        found.add(Because.RISES)
    return frozenset(found)


def _around(record: Sequence[Said], at: datetime) -> list[Said]:
    """The unbroken ringing that this moment lies in, oldest first."""
    ringing = _run([said for said in record if said.at <= at])
    for said in record:
        if said.at <= at:
            continue
        if not said.is_ringing:
            break
        ringing = [*ringing, said]
    return ringing


def _rises(values: Sequence[float]) -> bool:
    return values[-1] - values[0] >= RISING_BY and all(a < b for a, b in pairwise(values))


def _run(record: Sequence[Said]) -> list[Said]:
    """The unbroken ringing at the end of the record, oldest first."""
    run: list[Said] = []
    for said in reversed(record):
        if not said.is_ringing:
            break
        run.append(said)
    return run[::-1]


def is_near_limit(record: Sequence[Said], at: datetime) -> bool:
    """True where the chamber is dirty: its quiet readings of the last hours lie near the limit."""
    quiet = [
        said.value
        for said in record
        if said.signal is SignalKind.SMOKE and said.value is not None and not said.is_ringing and said.at < at
    ]
    return len(quiet) >= NEAR_LIMIT_READINGS and sum(quiet) / len(quiet) >= NEAR_LIMIT_DB_M
