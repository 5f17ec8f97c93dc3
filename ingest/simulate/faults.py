"""Faults on demand: what devices, radios and clocks do wrong, at a share that is asked for, the same for a seed."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

FLAP_SECONDS = 60.0
"""So long a flapping device speaks, and so long it is silent."""
LATE_MESSAGES = 20
LATE_UNTIL, LATE_STEP = timedelta(hours=1), timedelta(minutes=6)
"""A late burst: what a device could not say from three hours to one hour ago, all at once."""
SKEWS = (timedelta(hours=-8), timedelta(hours=-2), timedelta(minutes=-20), timedelta(minutes=3), timedelta(hours=8))
"""Clocks of another zone, clocks that were never set, clocks that drift."""


@dataclass(frozen=True, slots=True)
class Faults:
    """Shares out of one: of the devices (`silent`, `flapping`, `skewed`) or of the messages (the others)."""

    silent: float = 0.0
    flapping: float = 0.0
    skewed: float = 0.0
    broken: float = 0.0
    late: float = 0.0
    duplicates: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One message to say: its device's own time, and whether it is to be broken or said twice."""

    at: datetime
    is_broken: bool = False
    is_repeated: bool = False
    is_late: bool = False


class Mischief:
    """Decides for each message; which devices are silent or wrong is theirs for good, chance comes from `rng`."""

    def __init__(self, faults: Faults, rng: random.Random) -> None:
        self.faults, self._rng = faults, rng

    def is_quiet(self, code: str, now: datetime) -> bool:
        """A silent device always; a flapping one every other minute, each at its own beat."""
        if _share(code, "silent") < self.faults.silent:
            return True
        if _share(code, "flapping") >= self.faults.flapping:
            return False
        return (now.timestamp() / FLAP_SECONDS + _share(code, "beat") * 2) % 2 >= 1

    def clock(self, code: str, now: datetime) -> datetime:
        """What the device's clock shows."""
        if _share(code, "skewed") >= self.faults.skewed:
            return now
        return now + SKEWS[int(_share(code, "skew") * len(SKEWS))]

    def turns(self, code: str, now: datetime) -> Iterator[Turn]:
        """What becomes of one message: nothing, itself, itself twice, or after all that it could not say before."""
        if self.is_quiet(code, now):
            return
        at = self.clock(code, now)
        if self._rng.random() < self.faults.late:
            for n in range(LATE_MESSAGES, 0, -1):
                yield Turn(at - LATE_UNTIL - n * LATE_STEP, is_late=True)
        yield Turn(at, self._rng.random() < self.faults.broken, self._rng.random() < self.faults.duplicates)

    def broken(self, body: bytes) -> bytes:
        """Cut short, a byte turned over, or rubbish."""
        match self._rng.randrange(3):
            case 0:
                return body[: self._rng.randrange(1, len(body))]
            case 1:
                at = self._rng.randrange(len(body))
                return body[:at] + bytes((body[at] ^ 0x80,)) + body[at + 1 :]
            case _:
                return self._rng.randbytes(self._rng.randrange(1, 60))


def _share(code: str, what: str) -> float:
    """A number in [0, 1) that belongs to the device, another for each fault."""
    return int.from_bytes(blake2b(f"{what}/{code}".encode(), digest_size=4).digest()) / 2**32
