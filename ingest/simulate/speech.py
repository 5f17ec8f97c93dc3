"""What simulated devices are, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.signal_kinds import SignalKind


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """A device of the record, played by the simulator."""

    code: str
    kind: DeviceKind
    area_kind: AreaKind | None
    area_id: int | None
    venue_id: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message: whose, which signal, and its fields as MESSAGES.md names them."""

    device: SimulatedDevice
    signal: SignalKind
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Beat:
    """One message of an episode, so long after its first."""

    after_seconds: float
    spoken: Spoken
