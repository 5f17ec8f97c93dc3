"""A thing must last before it counts, and be over for a while before it counts anew."""

from dataclasses import dataclass
from enum import Enum, auto


class Turn(Enum):
    NOTHING = auto()
    BEGINS = auto()
    """It has lasted long enough, just now."""
    LASTS = auto()
    """It still does, and it is time to say so again."""
    ENDS = auto()


@dataclass(slots=True)
class Persistence:
    """Once per camera and rule. `gap_seconds`: an interruption no longer than this is none."""

    on_seconds: float
    gap_seconds: float = 1.0
    off_seconds: float = 5.0
    repeat_seconds: float = 60.0
    since: float | None = None
    """When what lasts began; None while nothing does."""
    _seen: float = 0.0
    _is_on: bool = False
    _said: float = 0.0

    def feed(self, seconds: float, is_so: bool) -> Turn:
        if is_so:
            if self.since is None:
                self.since = seconds
            self._seen = seconds
            if not self._is_on and seconds - self.since >= self.on_seconds:
                self._is_on, self._said = True, seconds
                return Turn.BEGINS
            if self._is_on and seconds - self._said >= self.repeat_seconds:
                self._said = seconds
                return Turn.LASTS
            return Turn.NOTHING
        allowed = self.off_seconds if self._is_on else self.gap_seconds
        if self.since is not None and seconds - self._seen > allowed:
            ended = self._is_on
            self.since, self._is_on = None, False
            return Turn.ENDS if ended else Turn.NOTHING
        return Turn.NOTHING

    @property
    def is_on(self) -> bool:
        return self._is_on
