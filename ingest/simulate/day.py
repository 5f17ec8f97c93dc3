"""A province's day as devices live it: quiet readings by the hour, and now and then an episode."""

import heapq
import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32
from zoneinfo import ZoneInfo

from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind
from ingest.simulate.episodes import Chances, Neighbours, episode
from ingest.simulate.speech import Beat, SimulatedDevice, Spoken

HERE = ZoneInfo("Asia/Shanghai")
METERS_BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
MEAN_KW, SWING_KW = 5.0, 3.6
VOLTS = 220


class Day:
    """Speaks for many devices. The clock is an argument and chance comes from `rng`: a seed repeats a day."""

    def __init__(self, devices: Sequence[SimulatedDevice], rng: random.Random, chances: Chances | None = None) -> None:
        self._devices, self._rng, self._chances = list(devices), rng, chances or Chances()
        self._neighbours = Neighbours(devices)
        self._turn: Iterator[SimulatedDevice] = iter(())
        self._to_come: list[tuple[datetime, int, Beat]] = []
        self._beats = 0

    def next(self, now: datetime) -> Spoken:
        """The next message: what an episode brings by now, else a reading of the device whose turn it is."""
        if self._to_come and self._to_come[0][0] <= now:
            return heapq.heappop(self._to_come)[2].spoken
        device = self._next_device()
        beats = episode(device, self._neighbours, now.astimezone(HERE).hour, self._rng, self._chances)
        if not beats:
            return reading(device, now, self._rng)
        for beat in beats[1:]:
            self._beats += 1
            heapq.heappush(self._to_come, (now + timedelta(seconds=beat.after_seconds), self._beats, beat))
        return beats[0].spoken

    def _next_device(self) -> SimulatedDevice:
        device = next(self._turn, None)
        if device is None:
            self._turn = iter(self._rng.sample(self._devices, len(self._devices)))
            device = next(self._turn)
        return device


def reading(device: SimulatedDevice, now: datetime, rng: random.Random) -> Spoken:
    """What the device says on a quiet day."""
    hour = _hour(now)
    radio = {"battery_pct": battery(device), "rssi_dbm": round(rng.gauss(-88, 6))}
    match device.kind:
        case DeviceKind.SMOKE_DETECTOR:
            return Spoken(device, SignalKind.SMOKE, {"value": round(abs(rng.gauss(0.02, 0.01)), 3), **radio})
        case DeviceKind.HEAT_DETECTOR:
            warmth = 21 + 6 * math.cos(2 * math.pi * (hour - 15) / 24) + rng.gauss(0, 0.4)
            return Spoken(device, SignalKind.TEMPERATURE, {"value": round(warmth, 1), **radio})
        case DeviceKind.GAS_DETECTOR:
            return Spoken(device, SignalKind.GAS, {"value": round(rng.uniform(0, 2), 1)})
        case DeviceKind.HYDRANT:
            return Spoken(device, SignalKind.WATER_PRESSURE, {"value": round(rng.uniform(0.3, 0.45), 2), **radio})
        case DeviceKind.ELECTRICITY_METER:
            return _meter(device, now, rng)
    return Spoken(device, SignalKind.HEARTBEAT, {"rssi_dbm": round(rng.gauss(-70, 8))})


def _meter(device: SimulatedDevice, now: datetime, rng: random.Random) -> Spoken:
    if rng.random() < 0.5:
        return Spoken(device, SignalKind.ENERGY, {"value": round(energy(device.code, now), 2)})
    if rng.random() < 0.3:
        return Spoken(device, SignalKind.RESIDUAL_CURRENT, {"value": round(abs(rng.gauss(60, 25)), 1)})
    return Spoken(device, SignalKind.CURRENT, {"value": round(power(now) * 1000 / VOLTS * rng.uniform(0.9, 1.1), 2)})


def power(now: datetime) -> float:
    """What a venue draws, in kW: most at seven in the evening, least at seven in the morning."""
    return MEAN_KW + SWING_KW * math.cos(2 * math.pi * (_hour(now) - 19) / 24)


def energy(name: str, now: datetime) -> float:
    """What the meter of this name shows, in kWh: the integral of `power`, so that it grows between runs as well."""
    hours = (now - METERS_BEGAN).total_seconds() / 3600
    swing = SWING_KW * 24 / (2 * math.pi) * math.sin(2 * math.pi * (_hour(now) - 19) / 24)
    return crc32(name.encode()) % 9000 + MEAN_KW * hours + swing


def battery(device: SimulatedDevice) -> int:
    """Its own level, the same in every run: one in two hundred is low."""
    number = crc32(device.code.encode())
    return 4 + number % 8 if number % 200 == 0 else 35 + number % 66


def _hour(now: datetime) -> float:
    here = now.astimezone(HERE)
    return here.hour + here.minute / 60 + here.second / 3600
