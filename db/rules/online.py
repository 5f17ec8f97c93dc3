"""What "online" is worth: registered on the books, heard within its period, proven by the right evidence.

Heard and proven are told apart because a gateway can answer for a detector that hangs dead beneath it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind

FLAPS, FLAPPING_WITHIN = 3, timedelta(hours=24)
"""Fallen silent so often in so long, and heard again each time."""


class DeviceState(StrEnum):
    """Worst last; each excludes the others."""

    PROVEN = "proven"
    HEARD = "heard"
    FLAPPING = "flapping"
    FAULTY = "faulty"
    SILENT = "silent"
    REGISTERED = "registered"
    """On the books, never heard."""


class Evidence(StrEnum):
    """What proves that a device does its work, beyond being heard."""

    RADIO = "radio"
    """A report of its own radio or battery, or a test."""
    READING = "reading"
    """A value that it measured."""
    COUNTER = "counter"
    """A meter whose counter moves."""
    PICTURE = "picture"
    """A decoded picture that is not frozen."""
    LINK = "link"
    """Any frame: its work is to carry those of others."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of a kind of device."""

    kind: DeviceKind
    period: timedelta
    """Silent where nothing came for longer."""
    evidence: Evidence
    proof_within: timedelta
    alarm_after: timedelta
    """Silence rings after this; at most 24 h (GB/T 45839-2025: loss of communication is shown within 24 h)."""


_HOUR, _DAY = timedelta(hours=1), timedelta(hours=24)
EXPECTED = (
    Expectation(DeviceKind.SMOKE_DETECTOR, _DAY, Evidence.RADIO, _DAY, _DAY),
    Expectation(DeviceKind.HEAT_DETECTOR, _DAY, Evidence.RADIO, _DAY, _DAY),
    Expectation(DeviceKind.GAS_DETECTOR, _DAY, Evidence.READING, _DAY, _DAY),
    Expectation(DeviceKind.ELECTRICITY_METER, 2 * _HOUR, Evidence.COUNTER, _DAY, _DAY),
    Expectation(DeviceKind.CAMERA, 2 * _HOUR, Evidence.PICTURE, _DAY, _DAY),
    Expectation(DeviceKind.LOUDSPEAKER_COLUMN, _DAY, Evidence.RADIO, _DAY, _DAY),
    Expectation(DeviceKind.HYDRANT, _DAY, Evidence.RADIO, _DAY, _DAY),
    Expectation(DeviceKind.USER_TRANSMISSION_DEVICE, 2 * _HOUR, Evidence.LINK, 2 * _HOUR, 4 * _HOUR),
    Expectation(DeviceKind.MANUAL_CALL_POINT, _DAY, Evidence.RADIO, _DAY, _DAY),
)
BY_KIND = {row.kind: row for row in EXPECTED}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the record knows of a device. The gateway's moments count where it speaks through one."""

    heard_at: datetime | None
    proven_at: datetime | None
    has_gateway: bool = False
    gateway_heard_at: datetime | None = None
    gateway_period: timedelta = 2 * _HOUR
    is_faulty: bool = False
    fell_silent: int = 0
    """Times within `FLAPPING_WITHIN`."""


def state_of(seen: Seen, expected: Expectation, now: datetime) -> DeviceState:
    """The state; `db.commands.device_states` decides the same for all devices at once."""
    if seen.heard_at is None:
        return DeviceState.REGISTERED
    if is_cut_off(seen, now):
        return DeviceState.SILENT
    heard_at = max(seen.heard_at, seen.gateway_heard_at) if seen.gateway_heard_at else seen.heard_at
    if heard_at < now - expected.period:
        return DeviceState.SILENT
    if seen.is_faulty:
        return DeviceState.FAULTY
    if seen.fell_silent >= FLAPS:
        return DeviceState.FLAPPING
    if seen.proven_at is not None and seen.proven_at >= now - expected.proof_within:
        return DeviceState.PROVEN
    return DeviceState.HEARD


def is_cut_off(seen: Seen, now: datetime) -> bool:
    """True where its gateway has fallen silent: nothing that it says could arrive.

    A gateway that was never heard, or is out of use, says nothing of those beneath it.
    """
    if not seen.has_gateway or seen.gateway_heard_at is None:
        return False
    return seen.gateway_heard_at < now - seen.gateway_period


def is_proof(kind: DeviceKind, signal: SignalKind, value: float | None, *, has_radio: bool, is_test: bool) -> bool:
    """True where a message alone proves its device; a counter must be compared with the one before."""
    match BY_KIND[kind].evidence:
        case Evidence.RADIO:
            return has_radio or is_test
        case Evidence.READING:
            return value is not None and signal not in (SignalKind.HEARTBEAT, SignalKind.FAULT)
        case Evidence.LINK:
            return True
    return False


def counter_of(kind: DeviceKind, signal: SignalKind, value: float | None) -> float | None:
    """What a meter's counter shows in this message."""
    if BY_KIND[kind].evidence is Evidence.COUNTER and signal is SignalKind.ENERGY:
        return value
    return None
