"""How good a detector is, as COCO measures it: average precision over recall, by class and by required overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vision.detections import Detections, overlaps

OVERLAPS = tuple(float(each) for each in np.arange(0.5, 1.0, 0.05))
RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class Precision:
    """`of_classes` at an overlap of a half, for classes that occur; `mean` over all overlaps, `mean_half` at a half."""

    mean: float
    mean_half: float
    of_classes: dict[str, float]
    things: int
    pictures: int


def average_precision(seen: Sequence[Detections], truth: Sequence[Detections], names: Sequence[str]) -> Precision:
    """Over a whole set of pictures; a class that never occurs counts for nothing."""
    table: dict[str, list[float]] = {}
    for name in names:
        if any(len(each.named(name)) for each in truth):
            table[name] = [_one(seen, truth, name, least) for least in OVERLAPS]
    values = np.array(list(table.values()) or [[0.0] * len(OVERLAPS)])
    return Precision(
        *(float(values.mean()), float(values[:, 0].mean()), {name: each[0] for name, each in table.items()}),
        *(sum(len(each.named(*table)) for each in truth), len(truth)),
    )


def _one(seen: Sequence[Detections], truth: Sequence[Detections], name: str, least: float) -> float:
    scores: list[float] = []
    right: list[bool] = []
    total = 0
    for mine, true in zip(seen, truth, strict=True):
        mine, true = mine.named(name), true.named(name)
        total += len(true)
        for n, met in _matched(mine, true, least):
            scores.append(float(mine.scores[n]))
            right.append(met)
    if not scores:
        return 0.0
    order = np.argsort(-np.array(scores), kind="stable")
    return _area(np.array(right)[order], total)


def _matched(mine: Detections, true: Detections, least: float) -> list[tuple[int, bool]]:
    """Each detection, best first, with whether it is the first to find its thing."""
    crossed = overlaps(mine.boxes, true.boxes)
    free = np.ones(len(true), bool)
    found = []
    for n in np.argsort(-mine.scores, kind="stable"):
        worth = np.where(free, crossed[n], 0)
        met = bool(len(worth) and worth.max() >= least)
        if met:
            free[int(worth.argmax())] = False
        found.append((int(n), met))
    return found


def _area(right: NDArray[np.bool_], total: int) -> float:
    hits = np.cumsum(right)
    recall, precision = hits / max(1, total), hits / np.arange(1, len(right) + 1)
    best = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, RECALLS, side="left")
    return float(np.where(at < len(best), np.append(best, 0)[np.minimum(at, len(best))], 0).mean())
