"""Signals that ring, as the gate and the judges hand them over."""

from dataclasses import dataclass
from datetime import datetime

from db.rules.alarm_folding import Place
from db.rules.alarm_kinds import AlarmKind
from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind

_SIGNALS = {kind.value: kind for kind in SignalKind}


@dataclass(frozen=True, slots=True)
class AlarmSignal:
    """A signal that rings: which device, where, what it said and when."""

    venue_id: int
    county: int
    area_id: int | None
    device_id: int | None
    device_code: str
    kind: AlarmKind
    signal: str
    value: float | None
    observed_at: datetime
    is_demo: bool = False
    device_kind: DeviceKind | None = None
    """None where the word of whoever rings is not to be doubted."""

    @property
    def place(self) -> Place:
        return Place(self.area_id or 0, self.kind)

    @property
    def signal_kind(self) -> SignalKind | None:
        return _SIGNALS.get(self.signal)
