"""The gate before the detector: a quiet picture needs no second look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.frames import Grey

SAMPLED = 3
"""Every third dot each way tells what is usual in a picture."""


@dataclass(frozen=True, slots=True)
class Motion:
    """`share` of the picture that moves; `is_due`: worth the detector's time."""

    share: float
    is_due: bool


class MotionGate:
    """Compares every picture with a background that follows slowly; now and then it opens by itself."""

    def __init__(self, *, least_share: float = 0.0015, look_seconds: float = 30.0, linger_seconds: float = 1.0) -> None:
        self._least_share, self._look, self._linger = least_share, look_seconds, linger_seconds
        self._background: NDArray[np.float32] | None = None
        self._noise = 6.0
        self._looked = -np.inf
        self._moved = -np.inf

    def feed(self, grey: Grey, seconds: float) -> Motion:
        """The first picture, and one of another size, is always due."""
        small = _halved(grey)
        if self._background is None or self._background.shape != small.shape:
            self._background, self._moved, self._looked = small, seconds, seconds
            return Motion(1.0, True)
        difference = np.abs(small - self._background)
        # Light that changes everywhere is no motion: what all dots share is taken off.
        difference = np.abs(difference - float(np.median(difference[::SAMPLED, ::SAMPLED])))
        usual = _seven_of_ten(difference[::SAMPLED, ::SAMPLED])
        self._noise += 0.05 * (usual * 3 - self._noise)
        share = float((difference > max(12.0, self._noise)).mean())
        self._background += 0.08 * (small - self._background)
        if share >= self._least_share:
            self._moved = seconds
        is_due = seconds - self._moved <= self._linger or seconds - self._looked >= self._look
        if is_due:
            self._looked = seconds
        return Motion(share, is_due)


def _seven_of_ten(differences: NDArray[np.float32]) -> float:
    """What seven of ten do not pass."""
    place = 7 * differences.size // 10
    return float(np.partition(differences, place, axis=None)[place])


def _halved(grey: Grey) -> NDArray[np.float32]:
    """The mean of four dots each: noise is halved with it."""
    height, width = grey.shape[0] // 2 * 2, grey.shape[1] // 2 * 2
    even = grey[:height, :width].astype(np.float32)
    return np.asarray((even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4, np.float32)
