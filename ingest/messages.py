"""What devices say, whatever the protocol: checked values, before the record knows the device."""

from dataclasses import dataclass
from datetime import datetime

from db.rules.signal_kinds import SignalKind


@dataclass(frozen=True, slots=True)
class DeviceMessage:
    """One signal of one device. `observed_at` is the device's own time, or None where it gave none."""

    device_code: str
    signal: SignalKind
    observed_at: datetime | None
    value: float | None = None
    alarm: bool | None = None
    is_test: bool = False
    battery_pct: int | None = None
    rssi_dbm: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a message cannot be taken, in one sentence."""

    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes as they came: through which door, where from, and when."""

    channel: str
    peer: str
    payload: bytes
    received_at: datetime
