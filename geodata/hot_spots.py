"""Hot spots: the local statistic Gi* of Getis and Ord (1995), and which of its values are more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
FEWEST_PLACES = 8
"""With fewer places the statistic has no distribution to be judged by."""


@dataclass(frozen=True, slots=True)
class HotSpots:
    """For each place its z, its two-sided p, and +1 (hot), -1 (cold) or 0 (may be chance)."""

    z: Floats
    p: Floats
    sign: npt.NDArray[np.int8]
    threshold: float
    """The p up to which a place counts, after correction for so many places at once."""


def gi_star(values: Floats, neighbours: Sequence[Sequence[int]]) -> Floats:
    """The z of each place: how far the sum over it and its neighbours lies from what chance would bring.

    `neighbours[i]` are the places beside `i`; a place is its own neighbour in any case. All zero where all are alike.
    """
    n = len(values)
    mean, spread = float(values.mean()), float(values.std())
    if n < 2 or spread == 0:
        return np.zeros(n)
    z = np.zeros(n)
    for i, near in enumerate(neighbours):
        window = np.array(sorted({i, *near}))
        weight = len(window)
        scale = spread * sqrt(max(0.0, (n * weight - weight**2) / (n - 1)))
        z[i] = (float(values[window].sum()) - mean * weight) / scale if scale else 0.0
    return z


def hot_spots(values: Floats, neighbours: Sequence[Sequence[int]], level: float = 0.05) -> HotSpots:
    """Places judged together: of those named, on average at most `level` are chance (Benjamini and Hochberg)."""
    z = gi_star(values, neighbours)
    p = np.array([erfc(abs(each) / sqrt(2)) for each in z])
    ordered = np.sort(p)
    passing = np.nonzero(ordered <= level * np.arange(1, len(p) + 1) / len(p))[0]
    threshold = float(ordered[passing[-1]]) if len(passing) else 0.0
    named = (p <= threshold) & (len(p) >= FEWEST_PLACES)
    return HotSpots(z, p, np.where(named, np.sign(z), 0).astype(np.int8), threshold)
