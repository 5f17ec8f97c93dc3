"""Zones: which dots and which things lie within."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vision.detections import Floats, Mask

Corners = tuple[tuple[float, float], ...]
WHOLE: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@dataclass(frozen=True)
class Zone:
    """A polygon with corners from 0 to 1; empty corners mean the whole picture."""

    corners: Corners

    @cached_property
    def _edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        corners = np.array(self.corners or WHOLE, np.float64)
        return corners, np.roll(corners, -1, axis=0)

    def holds(self, points: Floats) -> Mask:
        """Which of these points (n, 2) lie within, by the number of edges that a ray crosses."""
        start, end = self._edges
        x, y = points[:, None, 0], points[:, None, 1]
        spans = (start[None, :, 1] > y) != (end[None, :, 1] > y)
        rise = np.where(end[:, 1] == start[:, 1], 1e-12, end[:, 1] - start[:, 1])
        at = start[None, :, 0] + (y - start[None, :, 1]) / rise * (end[:, 0] - start[:, 0])[None, :]
        return np.asarray((spans & (x < at)).sum(1) % 2 == 1)

    def mask(self, height: int, width: int) -> Mask:
        """Which dots of a picture of this size lie within."""
        drawn = Image.new("1", (width, height))
        dots = [(x * (width - 1), y * (height - 1)) for x, y in self.corners or WHOLE]
        ImageDraw.Draw(drawn).polygon(dots, fill=1, outline=1)
        return np.asarray(drawn, bool)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The upright rectangle around it."""
        start, _end = self._edges
        left, top = start.min(0)
        right, bottom = start.max(0)
        return float(left), float(top), float(right), float(bottom)


def box_masks(boxes: Floats, height: int, width: int, grow: float = 0.0) -> Mask:
    """Dots that any of these boxes covers, each grown by this share of its sides."""
    covered = np.zeros((height, width), bool)
    for left, top, right, bottom in boxes:
        dx, dy = (right - left) * grow, (bottom - top) * grow
        rows = slice(max(0, int((top - dy) * height)), max(0, int(np.ceil((bottom + dy) * height))))
        columns = slice(max(0, int((left - dx) * width)), max(0, int(np.ceil((right + dx) * width))))
        covered[rows, columns] = True
    return covered
