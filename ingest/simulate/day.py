"""A province's day as devices live it: quiet readings, a busy dinner, cooking smoke, now and then a fire."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.rules.device_kinds import AreaKind, DeviceKind
from db.rules.signal_kinds import SignalKind

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class SimulatedDevice:
    """A device of the record, played by the simulator."""

    code: str
    kind: DeviceKind
    area_kind: AreaKind | None
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message: whose, which signal, and its fields as MESSAGES.md names them."""

    device: SimulatedDevice
    signal: SignalKind
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chances:
    """How often something happens, per message."""

    cooking: float = 1 / 9_000
    overload: float = 1 / 4_000
    gas: float = 1 / 40_000
    fault: float = 1 / 6_000
    fire: float = 1 / 400_000


FIELD = Chances()


class Day:
    """Speaks for many devices; `clock` gives the time, `rng` the chance, so that a seed repeats a day."""

    def __init__(self, devices: list[SimulatedDevice], rng: random.Random, chances: Chances = FIELD) -> None:
        self.devices, self.rng, self.chances = devices, rng, chances
        self.energy: dict[str, float] = {}
        self.pending: list[Spoken] = []
        self.neighbours: dict[int, list[SimulatedDevice]] = {}
        for device in devices:
            if device.area_id is not None:
                self.neighbours.setdefault(device.area_id, []).append(device)
        self.speakers: Iterator[SimulatedDevice] = iter(())

    def next(self, now: datetime) -> Spoken:
        """The next message of the province."""
        if self.pending:
            return self.pending.pop(0)
        return self._speak(self._next_device(), now)

    def _next_device(self) -> SimulatedDevice:
        device = next(self.speakers, None)
        if device is None:
            self.speakers = iter(self.rng.sample(self.devices, len(self.devices)))
            device = next(self.speakers)
        return device

    def _speak(self, device: SimulatedDevice, now: datetime) -> Spoken:
        chance = self.rng.random()
        if chance < self.chances.fault:
            return Spoken(device, SignalKind.FAULT, {"value": self.rng.randint(1, 9), "text": "self-test failed"})
        if device.kind is DeviceKind.SMOKE_DETECTOR:
            return self._smoke(device, chance, now)
        if device.kind is DeviceKind.ELECTRICITY_METER:
            return self._meter(device, chance, now)
        if device.kind is DeviceKind.GAS_DETECTOR:
            leak = chance < self.chances.fault + self.chances.gas
            return Spoken(
                device,
                SignalKind.GAS,
                {"value": round(self.rng.uniform(26, 40) if leak else self.rng.uniform(0, 2), 1)},
            )
        if device.kind is DeviceKind.HEAT_DETECTOR:
            return Spoken(device, SignalKind.TEMPERATURE, {"value": round(self.rng.gauss(22, 3), 1)})
        if device.kind is DeviceKind.HYDRANT:
            return Spoken(device, SignalKind.WATER_PRESSURE, {"value": round(self.rng.uniform(0.3, 0.45), 2)})
        return Spoken(device, SignalKind.HEARTBEAT, {"rssi_dbm": int(self.rng.gauss(-70, 8))})

    def _smoke(self, device: SimulatedDevice, chance: float, now: datetime) -> Spoken:
        edge = self.chances.fault + self.chances.fire
        if chance < edge:
            return self._fire(device)
        busy = 3.0 if 10 <= now.astimezone(HERE).hour <= 12 or 17 <= now.astimezone(HERE).hour <= 19 else 0.6
        if chance < edge + self.chances.cooking * busy:
            rising = [0.09, 0.14, 0.19]
            said = [Spoken(device, SignalKind.SMOKE, {"value": v, "alarm": v >= 0.14}) for v in rising]
            self.pending += said[1:]
            return said[0]
        quiet = {"value": round(abs(self.rng.gauss(0.02, 0.01)), 3), "battery_pct": self.rng.randint(35, 100)}
        return Spoken(device, SignalKind.SMOKE, quiet | {"rssi_dbm": int(self.rng.gauss(-88, 9))})

    def _fire(self, device: SimulatedDevice) -> Spoken:
        """Smoke and heat that rise, in this detector and its neighbours."""
        others = [d for d in self.neighbours.get(device.area_id or -1, []) if d.kind is DeviceKind.SMOKE_DETECTOR]
        for step in range(1, 5):
            for detector in others or [device]:
                self.pending.append(Spoken(detector, SignalKind.SMOKE, {"value": round(0.16 * step, 2), "alarm": True}))
                self.pending.append(
                    Spoken(detector, SignalKind.TEMPERATURE, {"value": 24.0 + 9 * step, "alarm": step > 2})
                )
        return Spoken(device, SignalKind.SMOKE, {"value": 0.12, "alarm": True})

    def _meter(self, device: SimulatedDevice, chance: float, now: datetime) -> Spoken:
        if chance < self.chances.fault + self.chances.overload:
            return Spoken(device, SignalKind.RESIDUAL_CURRENT, {"value": round(self.rng.uniform(310, 620), 1)})
        hour = now.astimezone(HERE).hour + now.minute / 60
        load = 6 + 9 * math.exp(-((hour - 12) ** 2) / 8) + 12 * math.exp(-((hour - 19) ** 2) / 6) + self.rng.random()
        if self.rng.random() < 0.5:
            return Spoken(device, SignalKind.CURRENT, {"value": round(load, 2)})
        total = self.energy[device.code] = self.energy.get(device.code, self.rng.uniform(1e3, 9e4)) + load * 0.05
        return Spoken(device, SignalKind.ENERGY, {"value": round(total, 2)})
