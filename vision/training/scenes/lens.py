"""A camera under the ceiling: from metres to dots."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float, float]
"""Metres: across the corridor, above the floor, along it."""
Dot = tuple[float, float]
NEAR = 0.25


@dataclass(frozen=True, slots=True)
class Lens:
    """Where the camera hangs, and where it looks."""

    place: Point
    yaw: float
    """Radians to the right."""
    pitch: float
    """Radians downwards."""
    focal: float
    """As a share of the picture's width."""
    width: int
    height: int

    def depth(self, point: Point) -> float:
        return float(self._turned([point])[0, 2])

    def dots(self, points: Sequence[Point]) -> list[Dot] | None:
        """Where these points lie in the picture; None where one is behind the camera or too near."""
        turned = self._turned(points)
        if (turned[:, 2] < NEAR).any():
            return None
        scale = self.focal * self.width / turned[:, 2]
        x = self.width / 2 + turned[:, 0] * scale
        y = self.height / 2 - turned[:, 1] * scale
        return [(float(a), float(b)) for a, b in zip(x, y, strict=True)]

    def metre(self, point: Point) -> float:
        """How many dots a metre is there; 0 behind the camera."""
        depth = self.depth(point)
        return self.focal * self.width / depth if depth >= NEAR else 0.0

    def _turned(self, points: Sequence[Point]) -> NDArray[np.float64]:
        from_here = np.asarray(points, np.float64) - np.asarray(self.place)
        cos, sin = np.cos(self.yaw), np.sin(self.yaw)
        x = cos * from_here[:, 0] - sin * from_here[:, 2]
        z = sin * from_here[:, 0] + cos * from_here[:, 2]
        cos, sin = np.cos(self.pitch), np.sin(self.pitch)
        return np.stack([x, cos * from_here[:, 1] + sin * z, cos * z - sin * from_here[:, 1]], 1)
