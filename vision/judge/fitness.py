"""Whether a camera can be trusted: covered, blurred, shifted, frozen, dark, old pictures, a wrong clock, no picture."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from db.rules.camera_rules import Fitness
from vision.frames import Grey
from vision.judge.blur import Picture, edges, smoothed

LEARN_SECONDS, LEARN_LOOKS = 6.0, 4
LOST_SECONDS = 10.0
CORRUPT_RATE = 0.5
FROZEN_SECONDS = 20.0
REPEATED_SECONDS, REPEATED_SHARE, REMEMBER_SECONDS, LEAST_LAG = 15.0, 0.8, 900.0, 1.0
WRONG_CLOCK_SECONDS = 60.0
DARK_MEAN, DARK_SPREAD = 18.0, 10.0
PLAIN_SPREAD = 14.0
COVERED_EDGES, BLURRED_EDGES = 0.25, 0.45
SHIFT_SHARE, ALIKE_AT_LEAST = 0.03, 0.05
LASTING: dict[Fitness, float] = {
    Fitness.DARK: 15.0,
    Fitness.COVERED: 8.0,
    Fitness.BLURRED: 15.0,
    Fitness.SHIFTED: 12.0,
    Fitness.WRONG_CLOCK: 10.0,
}
"""How long a reason must hold before it is said; all lie well within a minute."""
BACK_SECONDS = 10.0
CHECK_SECONDS = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """How the picture looks when all is well: outlines, and how many of them."""

    outlines: NDArray[np.complex64]
    edge_mean: float
    shape: tuple[int, int]


def view_of(grey: Grey) -> View:
    """The view in this picture."""
    picture = grey.astype(np.float32)
    return View(_spectrum(picture), _edge_mean(picture), (grey.shape[0], grey.shape[1]))


class FitnessJudge:
    """One camera's; `feed` with pictures, `tick` when none came."""

    def __init__(self, registered: View | None = None, *, is_repeating: bool = False) -> None:
        self._view = registered
        self._is_repeating = is_repeating
        self._learning: list[tuple[float, Grey]] = []
        self._candidate, self._since = Fitness.UNKNOWN, 0.0
        self._state = Fitness.UNKNOWN
        self._last: bytes | None = None
        self._same_since: float | None = None
        self._met: dict[bytes, float] = {}
        self._order: deque[tuple[float, bytes]] = deque()
        self._recent: deque[tuple[float, bool]] = deque()
        self._checked = -np.inf
        self.score = 0.0
        """How sure the present state is."""
        self.learnt: Grey | None = None
        """The picture whose view was learnt here, for whoever keeps it; None where it was registered."""

    @property
    def state(self) -> Fitness:
        return self._state

    def feed(self, grey: Grey, seconds: float, at: datetime, camera_clock: datetime | None = None) -> Fitness:
        """The camera's fitness after this picture."""
        stale = self._staleness(grey, seconds)
        if stale is not None:
            return self._say_at_once(stale)
        if seconds - self._checked < CHECK_SECONDS:
            return self._state
        self._checked = seconds
        reason = self._look(grey, seconds)
        if reason is Fitness.FIT and camera_clock is not None:
            wrong = abs((camera_clock - at).total_seconds())
            reason = Fitness.WRONG_CLOCK if wrong > WRONG_CLOCK_SECONDS else reason
        return self._settle(reason, seconds)

    def tick(self, seconds: float, seen_seconds: float | None, began: float, corrupt_rate: float) -> Fitness:
        """From the stream's own pulse: no picture for long, or only broken ones."""
        if seconds - (began if seen_seconds is None else max(seen_seconds, began)) >= LOST_SECONDS:
            return self._say_at_once(Fitness.CORRUPT if corrupt_rate > CORRUPT_RATE else Fitness.LOST)
        if corrupt_rate > CORRUPT_RATE:
            return self._settle(Fitness.CORRUPT, seconds)
        return self._state

    def _look(self, grey: Grey, seconds: float) -> Fitness:
        picture = grey.astype(np.float32)
        mean, spread = float(picture.mean()), float(picture.std())
        if mean < DARK_MEAN and spread < DARK_SPREAD:
            return Fitness.DARK
        if spread < PLAIN_SPREAD:
            return Fitness.COVERED
        if self._view is None or self._view.shape != grey.shape:
            return self._learn(grey, seconds)
        sharp = _edge_mean(picture) / max(self._view.edge_mean, 1e-3)
        shift, alike = _compared(self._view.outlines, _spectrum(picture), picture.shape)
        if sharp < COVERED_EDGES and alike < ALIKE_AT_LEAST:
            return Fitness.COVERED
        if sharp < BLURRED_EDGES:
            return Fitness.BLURRED
        if alike < ALIKE_AT_LEAST or shift > SHIFT_SHARE * grey.shape[1]:
            return Fitness.SHIFTED
        return Fitness.FIT

    def _learn(self, grey: Grey, seconds: float) -> Fitness:
        """The view as it is at the beginning, where none is registered."""
        if self._learning and self._learning[0][1].shape != grey.shape:
            self._learning.clear()
        self._learning.append((seconds, grey))
        if len(self._learning) >= LEARN_LOOKS and seconds - self._learning[0][0] >= LEARN_SECONDS:
            typical = np.median(np.stack([each for _at, each in self._learning[-12:]]), axis=0).astype(np.uint8)
            sharpest = sorted(_edge_mean(each.astype(np.float32)) for _at, each in self._learning)
            self._view = View(_spectrum(typical.astype(np.float32)), sharpest[len(sharpest) // 2], grey.shape)
            self.learnt = grey
            self._learning.clear()
        return Fitness.FIT

    def _staleness(self, grey: Grey, seconds: float) -> Fitness | None:
        """The very same dots again: a camera's noise never repeats itself."""
        name = blake2b(grey.tobytes(), digest_size=12).digest()
        if name == self._last:
            self._same_since = seconds if self._same_since is None else self._same_since
            return Fitness.FROZEN if seconds - self._same_since >= FROZEN_SECONDS else None
        self._last, self._same_since = name, None
        if self._is_repeating:
            return None
        met = self._met.get(name)
        is_old = met is not None and seconds - met > LEAST_LAG
        if met is None:
            self._met[name] = seconds
            self._order.append((seconds, name))
        while self._order and seconds - self._order[0][0] > REMEMBER_SECONDS:
            self._met.pop(self._order.popleft()[1], None)
        self._recent.append((seconds, is_old))
        while seconds - self._recent[0][0] > REPEATED_SECONDS:
            self._recent.popleft()
        old = sum(each for _at, each in self._recent)
        spans = seconds - self._recent[0][0] >= REPEATED_SECONDS * 0.8
        return Fitness.OLD_PICTURES if spans and old >= REPEATED_SHARE * len(self._recent) else None

    def _say_at_once(self, reason: Fitness) -> Fitness:
        """What took its time to be noticed has lasted long enough."""
        self._candidate = self._state = reason
        self.score = 1.0
        return self._state

    def _settle(self, reason: Fitness, seconds: float) -> Fitness:
        """A reason counts once it has held for its time; fit again after a while as well."""
        if reason is not self._candidate:
            self._candidate, self._since = reason, seconds
        if reason is self._state:
            return self._state
        lasts = BACK_SECONDS if reason is Fitness.FIT and self._state is not Fitness.UNKNOWN else LASTING.get(reason, 0)
        if seconds - self._since >= lasts:
            self._state, self.score = reason, 0.9
        return self._state


def _edge_mean(picture: Picture) -> float:
    """The mean of the sharpest of a grey picture's outlines, which are whole numbers; of all it would be noise."""
    few = max(1, picture.size // 33)
    counts = np.bincount(edges(picture).astype(np.intp).ravel())[::-1]
    taken = np.diff(np.minimum(np.cumsum(counts), few), prepend=0)
    return float((taken * np.arange(len(counts))[::-1]).sum() / few)


def _spectrum(picture: Picture) -> NDArray[np.complex64]:
    """Phases of the outlines: where things are, whatever the light."""
    outlines = np.minimum(edges(smoothed(picture, 1)), 60)
    outlines -= smoothed(outlines, 12)
    found = np.fft.rfft2(outlines * _window(*picture.shape))
    return (found / np.maximum(np.abs(found), 1e-6)).astype(np.complex64)


@lru_cache(maxsize=16)
def _window(height: int, width: int) -> Picture:
    """Fades the picture's rim out, which would look like an outline."""
    return (np.hanning(height)[:, None] * np.hanning(width)[None, :]).astype(np.float32)


def _compared(one: NDArray[np.complex64], other: NDArray[np.complex64], shape: tuple[int, ...]) -> tuple[float, float]:
    """By how many dots the second is moved against the first, and how clearly (0 to 1)."""
    surface = np.fft.irfft2(one * other.conj(), s=(shape[0], shape[1]))
    peak = int(surface.argmax())
    y, x = divmod(peak, shape[1])
    dy, dx = min(y, shape[0] - y), min(x, shape[1] - x)
    return float(np.hypot(dx, dy)), float(surface[y, x])
