"""What breaks the quiet: cooking, steam, a dinner's load, gas, faults, a dying battery, and once in a while a fire."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.signal_kinds import SignalKind
from ingest.simulate.speech import Beat, SimulatedDevice, Spoken
from ingest.simulate.troubles import PLAYS, Cause

MEALS = {6, 7, 11, 12, 17, 18, 19}
DINNER = {17, 18, 19, 20}
BATHS = {6, 7, 21, 22}


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a device's turn becomes an episode."""

    cooking: float = 1 / 9_000
    steam: float = 1 / 20_000
    overload: float = 1 / 8_000
    leak: float = 1 / 30_000
    gas: float = 1 / 30_000
    fault: float = 1 / 8_000
    low_battery: float = 1 / 20_000
    fire: float = 1 / 400_000
    troubles: Mapping[Cause, float] = field(
        default_factory=lambda: {Cause.FLAPPING: 1 / 200_000, Cause.TEST_BUTTON: 1 / 20_000}
    )
    """Of smoke detectors, as a month of alarms plays them."""


class Neighbours:
    """Smoke detectors by area and by venue: a fire is never seen by one alone where there are two."""

    def __init__(self, devices: Sequence[SimulatedDevice]) -> None:
        self._by_area: dict[int, list[SimulatedDevice]] = {}
        self._by_venue: dict[int, list[SimulatedDevice]] = {}
        for device in devices:
            if device.kind is not DeviceKind.SMOKE_DETECTOR:
                continue
            self._by_venue.setdefault(device.venue_id, []).append(device)
            if device.area_id is not None:
                self._by_area.setdefault(device.area_id, []).append(device)

    def of(self, device: SimulatedDevice) -> SimulatedDevice | None:
        """Another smoke detector of the area, else of the venue; None where it is alone."""
        near = [*self._by_area.get(device.area_id or 0, []), *self._by_venue.get(device.venue_id, [])]
        return next((other for other in near if other != device), None)


def episode(
    device: SimulatedDevice, neighbours: Neighbours, hour: int, rng: random.Random, chances: Chances
) -> list[Beat]:
    """What the device's turn becomes, its messages in order; empty on a quiet turn."""
    if rng.random() < chances.fault:
        return [_beat(0, device, SignalKind.FAULT, value=rng.randint(1, 9), text="self-test failed")]
    match device.kind:
        case DeviceKind.SMOKE_DETECTOR:
            return _smoke(device, neighbours, hour, rng, chances)
        case DeviceKind.ELECTRICITY_METER:
            return _meter(device, hour, rng, chances)
        case DeviceKind.GAS_DETECTOR if rng.random() < chances.gas:
            rising = enumerate((26.0, 31.5, 38.0, 22.0, 6.0))
            return [_beat(15 * n, device, SignalKind.GAS, value=value) for n, value in rising]
    return []


def _smoke(
    device: SimulatedDevice, neighbours: Neighbours, hour: int, rng: random.Random, chances: Chances
) -> list[Beat]:
    if rng.random() < chances.fire:
        return fire(device, neighbours.of(device))
    kitchen = 6.0 if device.area_kind is AreaKind.KITCHEN else 1.0
    if rng.random() < chances.cooking * kitchen * (3.0 if hour in MEALS else 0.5):
        return _nuisance(device, (0.09, 0.14, 0.19, 0.17, 0.08))
    dormitory = 4.0 if device.area_kind is AreaKind.DORMITORY else 1.0
    if rng.random() < chances.steam * dormitory * (3.0 if hour in BATHS else 0.5):
        return _nuisance(device, (0.12, 0.22, 0.06))
    for cause, chance in chances.troubles.items():
        if rng.random() < chance:
            return _from_now(list(PLAYS[cause](device, rng)))
    if rng.random() < chances.low_battery:
        return [_beat(0, device, SignalKind.FAULT, value=2, battery_pct=rng.randint(3, 9), text="low battery")]
    return []


def _from_now(beats: Sequence[Beat]) -> list[Beat]:
    first = beats[0].after_seconds
    return [replace(beat, after_seconds=beat.after_seconds - first) for beat in beats]


def _nuisance(device: SimulatedDevice, values: Sequence[float]) -> list[Beat]:
    """Smoke that rises, rings and goes away by itself."""
    return [_beat(20 * n, device, SignalKind.SMOKE, value=v, alarm=v >= 0.13) for n, v in enumerate(values)]


def _meter(device: SimulatedDevice, hour: int, rng: random.Random, chances: Chances) -> list[Beat]:
    if rng.random() < chances.overload * (4.0 if hour in DINNER else 0.5):
        loads = [round(rng.uniform(68, 95), 1) for _n in range(4)]
        return [_beat(30 * n, device, SignalKind.CURRENT, value=load, alarm=True) for n, load in enumerate(loads)]
    if rng.random() < chances.leak:
        return [_beat(0, device, SignalKind.RESIDUAL_CURRENT, value=round(rng.uniform(310, 620), 1))]
    return []


def fire(device: SimulatedDevice, other: SimulatedDevice | None) -> list[Beat]:
    """Smoke and heat that rise for three minutes, in the second detector half a minute later."""
    beats = []
    for detector, delay in ((device, 0), *([(other, 30)] if other else [])):
        for n in range(10):
            at = delay + 20 * n
            beats.append(_beat(at, detector, SignalKind.SMOKE, value=round(0.1 + 0.12 * n, 2), alarm=n > 0))
            beats.append(_beat(at + 5, detector, SignalKind.TEMPERATURE, value=24.0 + 6 * n, alarm=n >= 6))
    return beats


def _beat(after: float, device: SimulatedDevice, signal: SignalKind, **fields: object) -> Beat:
    return Beat(after, Spoken(device, signal, fields))
