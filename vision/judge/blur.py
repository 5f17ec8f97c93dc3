"""Smoothing small grey pictures: for the few neighbours asked for, adding shifted copies is the quickest."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]


def smoothed(picture: Picture, reach: int) -> Picture:
    """The mean of (2·reach+1)² dots around each; the edge counts as going on."""
    n = 2 * reach + 1
    found = _summed(_summed(np.pad(picture, reach, mode="edge"), n).T, n).T
    found *= np.float32(1 / n**2)
    return found


def _summed(lines: Picture, n: int) -> Picture:
    """Of every n lines that follow each other; sums of a few lines are summed again, so that 25 take 8 additions."""
    apart = 1
    for few in _factors(n):
        count = len(lines) - (few - 1) * apart
        total = lines[:count].copy(order="K")
        for k in range(1, few):
            total += lines[k * apart : k * apart + count]
        lines, apart = total, apart * few
    return lines


@lru_cache
def _factors(n: int) -> tuple[int, ...]:
    least = next((few for few in range(2, n + 1) if n % few == 0), None)
    return () if least is None else (least, *_factors(n // least))


def edges(picture: Picture) -> Picture:
    """How much each dot differs from its right and lower neighbour, less what noise makes of it."""
    rough = np.zeros_like(picture)
    rough[:, :-1] += np.abs(np.diff(picture, axis=1))
    rough[:-1, :] += np.abs(np.diff(picture, axis=0))
    return rough
