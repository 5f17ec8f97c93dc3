"""What a device can say: the dictionary of signals, and which of them ring.

A signal with an `alarm_kind` rings when the message says `"alarm": true`, or when its value reaches `rings_at`.
"""

from dataclasses import dataclass
from enum import StrEnum

from db.rules.alarm_kinds import AlarmKind


class SignalKind(StrEnum):
    HEARTBEAT = "heartbeat"
    SMOKE = "smoke"
    TEMPERATURE = "temperature"
    MANUAL_CALL = "manual_call"
    PANEL = "panel"
    GAS = "gas"
    CURRENT = "current"
    RESIDUAL_CURRENT = "residual_current"
    CABLE_TEMPERATURE = "cable_temperature"
    ARC = "arc"
    ENERGY = "energy"
    WATER_PRESSURE = "water_pressure"
    FAULT = "fault"
    DUTY_CHECK = "duty_check"
    PICTURE = "picture"
    EQUIPMENT = "equipment"
    CROWD = "crowd"
    ESCAPE_ROUTE = "escape_route"
    WATCH_ROOM = "watch_room"
    SMOKING = "smoking"
    FLAME = "flame"


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal: unit of its value, plausible range, and the alarm it can raise."""

    kind: SignalKind
    unit: str
    lowest: float
    highest: float
    alarm_kind: AlarmKind | None = None
    rings_at: float | None = None


SIGNALS: tuple[SignalRow, ...] = (
    SignalRow(SignalKind.HEARTBEAT, "", 0, 0),
    SignalRow(SignalKind.SMOKE, "dB/m", 0, 10, AlarmKind.FIRE),
    SignalRow(SignalKind.TEMPERATURE, "°C", -60, 1000, AlarmKind.FIRE),
    SignalRow(SignalKind.MANUAL_CALL, "", 0, 1, AlarmKind.FIRE),
    SignalRow(SignalKind.PANEL, "", 0, 1, AlarmKind.FIRE),
    SignalRow(SignalKind.GAS, "%LEL", 0, 100, AlarmKind.GAS, 25),
    SignalRow(SignalKind.CURRENT, "A", 0, 10_000, AlarmKind.ELECTRICAL),
    SignalRow(SignalKind.RESIDUAL_CURRENT, "mA", 0, 100_000, AlarmKind.ELECTRICAL, 300),
    SignalRow(SignalKind.CABLE_TEMPERATURE, "°C", -60, 1000, AlarmKind.ELECTRICAL, 70),
    SignalRow(SignalKind.ARC, "", 0, 1_000_000, AlarmKind.ELECTRICAL),
    SignalRow(SignalKind.ENERGY, "kWh", 0, 1e12),
    SignalRow(SignalKind.WATER_PRESSURE, "MPa", 0, 10, AlarmKind.EQUIPMENT_MISSING),
    SignalRow(SignalKind.FAULT, "", 0, 1_000_000, AlarmKind.DEVICE_FAULT),
    SignalRow(SignalKind.DUTY_CHECK, "", 0, 255),
    SignalRow(SignalKind.PICTURE, "", 0, 1, AlarmKind.CAMERA_UNFIT),
    SignalRow(SignalKind.EQUIPMENT, "", 0, 1, AlarmKind.EQUIPMENT_MISSING),
    SignalRow(SignalKind.CROWD, "", 0, 100_000, AlarmKind.CROWDING),
    SignalRow(SignalKind.ESCAPE_ROUTE, "", 0, 1, AlarmKind.ESCAPE_ROUTE_BLOCKED),
    SignalRow(SignalKind.WATCH_ROOM, "s", 0, 1_000_000, AlarmKind.DUTY_UNANSWERED),
    SignalRow(SignalKind.SMOKING, "", 0, 1, AlarmKind.SMOKING),
    SignalRow(SignalKind.FLAME, "", 0, 1),
)

BY_SIGNAL = {row.kind: row for row in SIGNALS}


def rings(kind: SignalKind, value: float | None, alarm: bool | None) -> AlarmKind | None:
    """The kind of alarm this signal raises, or None. What the device says outright beats the limit."""
    row = BY_SIGNAL[kind]
    if row.alarm_kind is None or alarm is False:
        return None
    if alarm or kind is SignalKind.FAULT:
        return row.alarm_kind
    if row.rings_at is not None and value is not None and value >= row.rings_at:
        return row.alarm_kind
    return None
