"""A fire as its venue's devices live it: it grows with the square of time, and reaches one detector after the other."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.rules.device_kinds import DeviceKind
from db.rules.signal_kinds import SignalKind
from ingest.simulate.speech import Beat, SimulatedDevice
from ingest.simulate.troubles import LIMIT_DB_M, beat

GROWTH_KW_S2 = {"slow": 0.0029, "medium": 0.0117, "fast": 0.0469}
"""Growth of the heat that is set free, as fire safety engineering names it (NFPA 72 annex B, ISO/TR 13387)."""
SMOKE_PER_KW, WARMTH_PER_KW = 0.004, 0.45
"""dB/m and kelvin at the ceiling for each kW: coarse, and the same for all rooms."""
HEAT_LIMIT, AIR = 57.0, 24.0
HIGHEST_DB_M, HIGHEST_TEMPERATURE = 6.0, 600.0
REPEAT_SECONDS = 20.0
SAME_AREA, SAME_VENUE = (8, 45), (45, 240)
"""Seconds after which smoke arrives that has come so far."""


@dataclass(frozen=True, slots=True)
class Fire:
    """How one fire goes."""

    growth: str
    smoulders: float
    """Seconds for which little smoke rises before it grows."""
    lasts: float
    dead: frozenset[str] = frozenset()
    """Devices that were dead before it began."""
    call_after: float | None = None
    """When somebody presses the call point."""
    is_electrical: bool = False


def some_fire(venue: Sequence[SimulatedDevice], rng: random.Random) -> Fire:
    """Most grow soon, some smoulder; one detector in twenty turns out to be dead, never all of them."""
    smoke = [device.code for device in venue if device.kind is DeviceKind.SMOKE_DETECTOR]
    dead = frozenset(code for code in smoke[1:] if rng.random() < 0.05)
    smoulders = rng.uniform(120, 900) if rng.random() < 0.3 else 0.0
    return Fire(
        growth=rng.choice(list(GROWTH_KW_S2)),
        smoulders=smoulders,
        lasts=smoulders + rng.uniform(300, 900),
        dead=dead,
        call_after=rng.uniform(50, 300) if rng.random() < 0.6 else None,
        is_electrical=rng.random() < 0.3,
    )


def burning(
    origin: SimulatedDevice, venue: Sequence[SimulatedDevice], fire: Fire, rng: random.Random
) -> Iterator[Beat]:
    """What every device of the venue says, device by device; `origin` is the detector that it begins under."""
    for device in venue:
        if device.code in fire.dead:
            continue
        delay = _delay(origin, device, rng)
        match device.kind:
            case DeviceKind.SMOKE_DETECTOR:
                yield from _smoke(device, fire, delay, rng)
            case DeviceKind.HEAT_DETECTOR:
                yield from _heat(device, fire, delay, rng)
            case DeviceKind.MANUAL_CALL_POINT if fire.call_after is not None:
                after = fire.smoulders + fire.call_after
                yield beat(after, device, SignalKind.MANUAL_CALL, value=1, alarm=True)
            case DeviceKind.ELECTRICITY_METER if fire.is_electrical and device.area_id == origin.area_id:
                yield beat(rng.uniform(0, 60), device, SignalKind.CURRENT, value=120.0, alarm=True)


def _delay(origin: SimulatedDevice, device: SimulatedDevice, rng: random.Random) -> float:
    if device.code == origin.code:
        return 0.0
    return rng.uniform(*(SAME_AREA if device.area_id == origin.area_id else SAME_VENUE))


def _kw(fire: Fire, seconds: float) -> float:
    burning_for = seconds - fire.smoulders
    smouldering = 40 * max(0.0, min(seconds, fire.smoulders)) / 900
    return smouldering + (GROWTH_KW_S2[fire.growth] * burning_for**2 if burning_for > 0 else 0.0)


def _smoke(device: SimulatedDevice, fire: Fire, delay: float, rng: random.Random) -> Iterator[Beat]:
    """Nothing below the limit: most detectors say a reading once a day. They burn before the fire is out."""
    burns_at = fire.smoulders + (fire.lasts - fire.smoulders) * rng.uniform(0.5, 1.0)
    said_at = float("-inf")
    for second in range(int(delay), int(burns_at)):
        value = SMOKE_PER_KW * _kw(fire, second - delay)
        if value >= LIMIT_DB_M and second - said_at >= REPEAT_SECONDS:
            said_at = second + rng.uniform(0, 1)
            yield beat(said_at, device, SignalKind.SMOKE, value=round(min(value, HIGHEST_DB_M), 3), alarm=True)


def _heat(device: SimulatedDevice, fire: Fire, delay: float, rng: random.Random) -> Iterator[Beat]:
    """A reading every twenty seconds once it is warm, an alarm beyond the limit."""
    for second in range(int(delay), int(fire.lasts), int(REPEAT_SECONDS)):
        warmth = min(AIR + WARMTH_PER_KW * _kw(fire, second - delay), HIGHEST_TEMPERATURE)
        if warmth > AIR + 6:
            at = second + rng.uniform(0, 1)
            yield beat(at, device, SignalKind.TEMPERATURE, value=round(warmth, 1), alarm=warmth >= HEAT_LIMIT)
