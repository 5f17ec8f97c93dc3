"""Thirty days of alarms as the field has them: mostly faults, silence and cooking, one real fire, nearly all closed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from db.demo.devices import DemoDevice
from db.rules.alarm_kinds import BY_KIND, AlarmKind, AlarmState, Verdict
from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind

DAYS = 30
A_DAY = 430
OPEN_HOURS = 5

SMOKE, METER, CAMERA = DeviceKind.SMOKE_DETECTOR, DeviceKind.ELECTRICITY_METER, DeviceKind.CAMERA

MIX: tuple[tuple[AlarmKind, float, tuple[DeviceKind, ...]], ...] = (
    (AlarmKind.DEVICE_SILENT, 0.27, (SMOKE, METER, CAMERA, DeviceKind.GAS_DETECTOR)),
    (AlarmKind.DEVICE_FAULT, 0.24, (SMOKE, METER, DeviceKind.GAS_DETECTOR)),
    (AlarmKind.ELECTRICAL, 0.2, (METER,)),
    (AlarmKind.FIRE, 0.14, (SMOKE,)),
    (AlarmKind.CAMERA_UNFIT, 0.07, (CAMERA,)),
    (AlarmKind.ESCAPE_ROUTE_BLOCKED, 0.04, (CAMERA,)),
    (AlarmKind.GAS, 0.04, (DeviceKind.GAS_DETECTOR,)),
)
SIGNALS = {
    AlarmKind.FIRE: (SignalKind.SMOKE, 0.18, 0.12),
    AlarmKind.ELECTRICAL: (SignalKind.RESIDUAL_CURRENT, 420.0, 90.0),
    AlarmKind.GAS: (SignalKind.GAS, 31.0, 5.0),
    AlarmKind.DEVICE_FAULT: (SignalKind.FAULT, 1.0, 0.0),
}
HOURS = np.array([3, 2, 2, 2, 3, 5, 8, 10, 11, 9, 9, 12, 12, 9, 8, 8, 9, 12, 13, 11, 9, 7, 5, 4], dtype=float)
"""How busy each hour of the day is."""


@dataclass(frozen=True, slots=True)
class DemoAlarm:
    id: int
    device: DemoDevice
    kind: AlarmKind
    state: AlarmState
    signal: SignalKind | None
    value: float | None
    raised_at: datetime
    recorded_at: datetime
    signal_count: int
    acknowledged_at: datetime | None
    verdict: Verdict | None
    closed_at: datetime | None

    @property
    def level(self) -> int:
        return int(BY_KIND[self.kind].level)

    @property
    def last_signal_at(self) -> datetime:
        return self.raised_at + timedelta(seconds=40 * (self.signal_count - 1))


def make(devices: list[DemoDevice], now: datetime, rng: np.random.Generator) -> list[DemoAlarm]:
    """Alarms of devices that are live today, oldest first; at most one open for a venue, area and kind."""
    by_kind: dict[DeviceKind, list[DemoDevice]] = {}
    for device in devices:
        if device.is_live:
            by_kind.setdefault(device.kind, []).append(device)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    shares = np.array([share for _kind, share, _devices in MIX])
    moments = []
    for day in range(DAYS + 1):
        start = midnight - timedelta(days=DAYS - day)
        for _alarm in range(int(rng.poisson(A_DAY))):
            hour = int(rng.choice(24, p=HOURS / HOURS.sum()))
            at = start + timedelta(hours=hour, seconds=float(rng.random() * 3600))
            if at < now - timedelta(seconds=90):
                moments.append(at)
    fire = midnight - timedelta(days=11, hours=-14)
    made: list[DemoAlarm] = []
    still_open: set[tuple[int, AlarmKind]] = set()
    for at in sorted(moments):
        kind, _share, kinds = MIX[int(rng.choice(len(MIX), p=shares / shares.sum()))]
        choice = by_kind[kinds[int(rng.integers(len(kinds)))]]
        device = choice[int(rng.integers(len(choice)))]
        is_fire = (
            kind is AlarmKind.FIRE
            and abs(at - fire) < timedelta(hours=1)
            and not any(alarm.verdict is Verdict.REAL_FIRE for alarm in made)
        )
        alarm = _one(len(made) + 1, device, kind, at, now, is_fire, rng)
        if alarm.closed_at is None:
            if (device.area.id, kind) in still_open:
                continue
            still_open.add((device.area.id, kind))
        made.append(alarm)
    return made


def _one(
    number: int,
    device: DemoDevice,
    kind: AlarmKind,
    at: datetime,
    now: datetime,
    is_fire: bool,
    rng: np.random.Generator,
) -> DemoAlarm:
    signal, middle, spread = SIGNALS.get(kind, (None, 0.0, 0.0))
    value = None if signal is None else round(max(0.05, float(rng.normal(middle, spread))), 2)
    urgent = BY_KIND[kind].level <= 2
    acknowledged = at + timedelta(seconds=float(rng.lognormal(np.log(140 if urgent else 700), 0.8)))
    closed = acknowledged + timedelta(seconds=float(rng.lognormal(np.log(1500 if urgent else 5200), 0.9)))
    verdict: Verdict | None = Verdict.REAL_FIRE if is_fire else _verdict(kind, rng)
    if closed < now and (now - closed > timedelta(hours=1) or rng.random() < 0.97):
        state, ended = AlarmState.CLOSED, closed
    elif acknowledged < now and (kind is AlarmKind.FIRE or rng.random() < 0.75):
        state, ended, verdict = AlarmState.ACKNOWLEDGED, None, None
    else:
        state, ended, verdict = AlarmState.RAISED, None, None
    if kind is AlarmKind.FIRE and state is not AlarmState.CLOSED:
        # A demonstration does not open on a burning province: fires of the past are decided.
        state, ended, verdict = AlarmState.CLOSED, min(closed, now - timedelta(seconds=30)), Verdict.FALSE
        acknowledged = min(acknowledged, ended)
    return DemoAlarm(
        number,
        device,
        kind,
        state,
        signal,
        value,
        at,
        at + timedelta(seconds=float(rng.gamma(2, 0.35))),
        1 + int(rng.geometric(0.35)) if kind is not AlarmKind.DEVICE_SILENT else 1,
        None if state is AlarmState.RAISED else acknowledged,
        verdict,
        ended,
    )


def _verdict(kind: AlarmKind, rng: np.random.Generator) -> Verdict:
    chance = rng.random()
    if kind is AlarmKind.FIRE:
        return Verdict.FALSE if chance < 0.8 else Verdict.TEST_OR_DRILL if chance < 0.97 else Verdict.REAL_HAZARD
    if kind in (AlarmKind.DEVICE_FAULT, AlarmKind.DEVICE_SILENT, AlarmKind.CAMERA_UNFIT):
        return Verdict.REAL_HAZARD if chance < 0.7 else Verdict.FALSE
    return Verdict.REAL_HAZARD if chance < 0.45 else Verdict.FALSE
