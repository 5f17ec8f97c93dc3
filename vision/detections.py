"""The one value that goes through every stage: what was detected in one picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """n things: `boxes` (n, 4) as left, top, right, bottom from 0 to 1; `scores` (n,); `labels` (n,) into `classes`.

    `tracks` (n,) numbers what is followed from picture to picture; None before the tracker.
    """

    boxes: Floats
    scores: Floats
    labels: Ints
    classes: tuple[str, ...]
    tracks: Ints | None = None

    def __post_init__(self) -> None:
        n = len(self.scores)
        if self.boxes.shape != (n, 4) or self.scores.shape != (n,) or self.labels.shape != (n,):
            raise ValueError(f"shapes {self.boxes.shape}, {self.scores.shape}, {self.labels.shape} do not go together")
        if self.tracks is not None and self.tracks.shape != (n,):
            raise ValueError(f"{n} things, {self.tracks.shape} tracks")
        if n and not (int(self.labels.min()) >= 0 and int(self.labels.max()) < len(self.classes)):
            raise ValueError("a label outside the classes")
        if n and not (np.isfinite(self.boxes).all() and (self.boxes[:, 2:] >= self.boxes[:, :2]).all()):
            raise ValueError("a box that is inside out")

    @classmethod
    def none(cls, classes: tuple[str, ...]) -> Self:
        """Nothing was detected."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros(0, np.int64), classes)

    @classmethod
    def of(cls, things: Iterable[tuple[str, float, Sequence[float]]], classes: tuple[str, ...]) -> Self:
        """From name, score and box each."""
        rows = list(things)
        return cls(
            np.array([box for _name, _score, box in rows], np.float32).reshape(-1, 4),
            np.array([score for _name, score, _box in rows], np.float32),
            np.array([classes.index(name) for name, _score, _box in rows], np.int64),
            classes,
        )

    def __len__(self) -> int:
        return len(self.scores)

    def only(self, mask: Mask) -> Self:
        """Those for which `mask` (n,) is true."""
        tracks = None if self.tracks is None else self.tracks[mask]
        return replace(self, boxes=self.boxes[mask], scores=self.scores[mask], labels=self.labels[mask], tracks=tracks)

    def named(self, *names: str) -> Self:
        """Those of these classes; of a class that the detector does not know there is nothing."""
        wanted = [number for number, name in enumerate(self.classes) if name in names]
        return self.only(np.isin(self.labels, wanted))

    def at_least(self, score: float) -> Self:
        return self.only(self.scores >= score)

    def tracked(self, tracks: Ints) -> Self:
        return replace(self, tracks=tracks)

    def names(self) -> list[str]:
        return [self.classes[label] for label in self.labels]

    @property
    def feet(self) -> Floats:
        """Where each thing stands (n, 2): the middle of its lower edge."""
        return np.asarray(np.stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]], 1), np.float32)

    @property
    def middles(self) -> Floats:
        return np.asarray((self.boxes[:, :2] + self.boxes[:, 2:]) / 2, np.float32)

    @property
    def areas(self) -> Floats:
        """Share of the picture (n,)."""
        sides = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.asarray(sides[:, 0] * sides[:, 1], np.float32)


def overlaps(one: Floats, other: Floats) -> Floats:
    """Intersection over union of every box of `one` (n, 4) with every box of `other` (m, 4): (n, m)."""
    corner = np.maximum(one[:, None, :2], other[None, :, :2])
    far = np.minimum(one[:, None, 2:], other[None, :, 2:])
    sides = np.clip(far - corner, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    area_one = np.prod(one[:, 2:] - one[:, :2], axis=1)[:, None]
    area_other = np.prod(other[:, 2:] - other[:, :2], axis=1)[None, :]
    return np.asarray(shared / np.maximum(area_one + area_other - shared, 1e-9), np.float32)
