"""Which camera is looked at next: the one that is latest against its own rate; and how much a worker may do."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

RATE_SECONDS = 10.0
DEGRADED_SHARE = 0.7
MOST_MOMENTS = 300


@dataclass(slots=True)
class Turns:
    """When one camera was looked at lately."""

    target_fps: float
    began: float
    looked: float | None = None
    moments: deque[float] = field(default_factory=lambda: deque(maxlen=MOST_MOMENTS))

    def lateness(self, now: float) -> float:
        """1 where its next turn is due now."""
        return (now - (self.looked if self.looked is not None else self.began - 1 / self.target_fps)) * self.target_fps

    def note(self, now: float) -> None:
        self.looked = now
        self.moments.append(now)

    def fps(self, now: float) -> float:
        """How often it was looked at in the last seconds."""
        latest = sum(now - moment <= RATE_SECONDS for moment in list(self.moments))
        return latest / max(1.0, min(RATE_SECONDS, now - self.began))

    def is_degraded(self, now: float, decoded_fps: float) -> bool:
        """Looked at clearly less often than asked for, though pictures came."""
        wanted = min(self.target_fps, decoded_fps)
        return now - self.began > RATE_SECONDS and self.fps(now) < DEGRADED_SHARE * wanted


def fairest(waiting: Sequence[Turns], now: float, most: int) -> list[int]:
    """Numbers of those to look at now, the latest first; nobody is passed over for long, whatever the load."""
    order = sorted(range(len(waiting)), key=lambda n: -waiting[n].lateness(now))
    return [n for n in order if waiting[n].lateness(now) > 0.5][:most]


@dataclass(slots=True)
class Budget:
    """Pictures a second that the detector may be given; 0: as many as it manages."""

    fps: float
    _left: float = 0.0
    _at: float | None = None

    def room(self, now: float) -> int:
        """How many may go now."""
        if not self.fps:
            return 1_000_000
        passed = 1.0 if self._at is None else now - self._at
        self._at = now
        self._left = min(max(1.0, self.fps), self._left + passed * self.fps)
        return int(self._left)

    def spend(self, pictures: int) -> None:
        if self.fps:
            self._left -= pictures
