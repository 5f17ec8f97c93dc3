"""What makes devices ring, and what each says meanwhile: nuisances, faults and tests, beat by beat.

A detector says `alarm` when its limit is passed, again every `REPEAT_SECONDS` while it lasts, and that it is over.
"""

import random
from collections.abc import Callable, Iterator
from enum import StrEnum

from db.rules.signal_kinds import SignalKind
from ingest.simulate.speech import Beat, SimulatedDevice, Spoken

LIMIT_DB_M = 0.13
REPEAT_SECONDS = 30.0
HOUR, DAY = 3600.0, 86400.0


class Cause(StrEnum):
    """Why a device rang: the truth that a judge does not know."""

    COOKING = "cooking"
    STEAM = "steam"
    DUST = "dust"
    INSECTS = "insects"
    FLAPPING = "flapping"
    LOW_BATTERY = "low_battery"
    SELF_TEST_FAILED = "self_test_failed"
    TEST_BUTTON = "test_button"
    OVERLOAD = "overload"
    LEAKAGE = "leakage"
    GAS = "gas"
    FIRE = "fire"


Play = Callable[[SimulatedDevice, random.Random], Iterator[Beat]]
"""The beats of one episode of a device, seconds after its beginning."""


def beat(after: float, device: SimulatedDevice, signal: SignalKind, **fields: object) -> Beat:
    return Beat(after, Spoken(device, signal, fields))


def ringing(device: SimulatedDevice, began: float, lasts: float, peak: float, rng: random.Random) -> Iterator[Beat]:
    """One ringing: it rises, repeats itself, falls, and is over by the device's own word."""
    after = 0.0
    while after < lasts:
        share = 1 - abs(2 * after / lasts - 1) if lasts > REPEAT_SECONDS else 1.0
        value = round(LIMIT_DB_M + (peak - LIMIT_DB_M) * share * rng.uniform(0.8, 1.0), 3)
        yield beat(began + after, device, SignalKind.SMOKE, value=value, alarm=True)
        after += REPEAT_SECONDS * rng.uniform(0.9, 1.1)
    yield beat(began + lasts, device, SignalKind.SMOKE, value=round(rng.uniform(0.02, 0.09), 3), alarm=False)


def cooking(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    yield from ringing(device, 0, rng.uniform(60, 420), rng.uniform(0.16, 0.35), rng)


def steam(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    yield from ringing(device, 0, rng.uniform(20, 180), rng.uniform(0.15, 0.25), rng)


def dust(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """A dirty chamber: its quiet value lies near the limit, and passes it for moments, some hours of some days."""
    for day in range(rng.randint(1, 9)):
        for _spell in range(rng.randint(1, 3)):
            at = day * DAY + rng.uniform(0, 10 * HOUR)
            for _reading in range(6):
                yield beat(at, device, SignalKind.SMOKE, value=round(rng.uniform(0.08, 0.12), 3))
                at += 300
            for _passing in range(rng.randint(4, 24)):
                lasts = rng.expovariate(1 / 9)
                yield from ringing(device, at, lasts, 0.16, rng)
                at += lasts + 20 + rng.expovariate(1 / 90)


def insects(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """Something crawls about in the chamber, one to three nights."""
    for night in range(rng.randint(1, 3)):
        at = night * DAY
        for _visit in range(rng.randint(3, 20)):
            lasts = rng.uniform(4, 70)
            yield from ringing(device, at, lasts, rng.uniform(0.2, 0.9), rng)
            at += lasts + 30 + rng.expovariate(1 / 200)


def flapping(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """A loose contact: on and off within seconds, for a while, some times a day until somebody mends it."""
    for day in range(rng.randint(1, 6)):
        for _spell in range(rng.randint(1, 3)):
            at = day * DAY + rng.uniform(0, 16 * HOUR)
            for _flap in range(rng.randint(10, 70)):
                lasts = rng.uniform(2, 9)
                yield from ringing(device, at, lasts, rng.uniform(0.2, 3.0), rng)
                at += lasts + rng.uniform(4, 60)


def low_battery(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """Said every six hours until the battery is changed."""
    level = rng.randint(3, 9)
    for n in range(max(1, int(rng.expovariate(1 / 24)))):
        yield beat(
            *(n * 6 * HOUR + rng.uniform(0, 60), device, SignalKind.FAULT),
            value=2,
            battery_pct=max(1, level - n // 16),
            text="low battery",
        )


def self_test_failed(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    code = rng.randint(1, 9)
    for n in range(max(1, int(rng.expovariate(1 / 8)))):
        yield beat(n * 12 * HOUR + rng.uniform(0, 60), device, SignalKind.FAULT, value=code, text="self-test failed")


def test_button(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """Some models say that it is a test, some say it once and then ring all the same, some just ring."""
    manner, lasts = rng.random(), rng.uniform(5, 25)
    if manner < 0.7:
        yield beat(0, device, SignalKind.SMOKE, value=round(rng.uniform(0.3, 0.6), 3), alarm=True, test=True)
    if manner >= 0.5:
        yield from ringing(device, 1.5, lasts, rng.uniform(0.3, 0.6), rng)


def overload(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    for n in range(rng.randint(2, 20)):
        yield beat(30.0 * n, device, SignalKind.CURRENT, value=round(rng.uniform(68, 95), 1), alarm=True)


def leakage(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """Damp in a cable: every few minutes until it dries or is mended."""
    level = rng.uniform(310, 620)
    for n in range(rng.randint(3, 60)):
        yield beat(300.0 * n, device, SignalKind.RESIDUAL_CURRENT, value=round(level * rng.uniform(0.97, 1.1), 1))


def gas(device: SimulatedDevice, rng: random.Random) -> Iterator[Beat]:
    """A tap left open for a moment."""
    n, peak = rng.randint(3, 20), rng.uniform(26, 45)
    for step in range(n):
        yield beat(15.0 * step, device, SignalKind.GAS, value=round(25 + (peak - 25) * (1 - abs(2 * step / n - 1)), 1))
    yield beat(15.0 * n, device, SignalKind.GAS, value=6.0)


PLAYS: dict[Cause, Play] = {
    Cause.COOKING: cooking,
    Cause.STEAM: steam,
    Cause.DUST: dust,
    Cause.INSECTS: insects,
    Cause.FLAPPING: flapping,
    Cause.LOW_BATTERY: low_battery,
    Cause.SELF_TEST_FAILED: self_test_failed,
    Cause.TEST_BUTTON: test_button,
    Cause.OVERLOAD: overload,
    Cause.LEAKAGE: leakage,
    Cause.GAS: gas,
}
