"""Drawing with a label for whatever is drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from vision.training.scenes.lens import Dot, Lens, Point

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Label:
    """A thing in the picture: its class, its box in dots as drawn (before others hide it)."""

    name: str
    box: tuple[float, float, float, float]


def shaded(colour: Colour, light: float) -> Colour:
    red, green, blue = (int(min(255, max(0, part * light))) for part in colour)
    return red, green, blue


@dataclass(slots=True)
class Canvas:
    """A picture being painted from far to near."""

    lens: Lens
    fog: float = 0.02
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)
    labels: list[Label] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.lens.width, self.lens.height), (30, 30, 32))
        self.pen = ImageDraw.Draw(self.image)

    def take(self, backdrop: Image.Image) -> None:
        """Go on with a copy of this picture."""
        self.image = backdrop.copy()
        self.pen = ImageDraw.Draw(self.image)

    def plane(self, points: Sequence[Point], colour: Colour, outline: Colour | None = None) -> list[Dot] | None:
        """A flat piece in the room; far ones are darker."""
        dots = self.lens.dots(points)
        if dots is None:
            return None
        depth = sum(self.lens.depth(point) for point in points) / len(points)
        light = 1 / (1 + self.fog * depth)
        self.pen.polygon(dots, fill=shaded(colour, light), outline=shaded(outline, light) if outline else None)
        return dots

    def block(self, corner: Point, size: Point, colour: Colour, turned: float = 0.0) -> list[Dot]:
        """A box standing on its corner's height, its visible sides shaded; answers its corners in the picture."""
        x, y, z = corner
        w, h, d = size
        cos, sin = np.cos(turned), np.sin(turned)
        foot = [(x + cos * a - sin * b, z + sin * a + cos * b) for a, b in ((0, 0), (w, 0), (w, d), (0, d))]
        sides = [
            [
                (foot[n][0], y, foot[n][1]),
                (foot[m][0], y, foot[m][1]),
                (foot[m][0], y + h, foot[m][1]),
                (foot[n][0], y + h, foot[n][1]),
            ]
            for n, m in ((0, 1), (1, 2), (2, 3), (3, 0))
        ]
        top = [(a, y + h, b) for a, b in foot]
        found: list[Dot] = []
        middle = (x + w / 2, y + h / 2, z + d / 2)
        for n, side in sorted(enumerate(sides), key=lambda each: -self._distance(each[1])):
            if self._distance(side) <= self._distance([middle]) + 0.01 * n:
                self.plane(side, shaded(colour, (0.95, 0.72, 0.6, 0.78)[n]), shaded(colour, 0.45))
        if self.lens.place[1] > y + h:
            self.plane(top, shaded(colour, 1.12), shaded(colour, 0.5))
        for side in sides:
            found += self.lens.dots(side) or []
        return found

    def label(self, name: str, dots: Sequence[Dot], least: float = 4.0) -> None:
        """What these dots enclose, as far as the picture reaches; too small a thing is none."""
        if not dots:
            return
        x, y = zip(*dots, strict=True)
        left, top = max(0.0, min(x)), max(0.0, min(y))
        right, bottom = min(float(self.lens.width), max(x)), min(float(self.lens.height), max(y))
        if right - left >= least and bottom - top >= least:
            self.labels.append(Label(name, (left, top, right, bottom)))

    def _distance(self, points: Sequence[Point]) -> float:
        middle = np.mean(np.asarray(points), axis=0)
        return float(np.linalg.norm(middle - np.asarray(self.lens.place)))


@dataclass(frozen=True, slots=True)
class Air:
    """Light, grain and lens between the scene and the file."""

    light: float = 1.0
    warmth: float = 0.0
    noise: float = 3.0
    blur: float = 0.0
    contrast: float = 1.0

    def over(self, image: Image.Image, rng: np.random.Generator) -> NDArray[np.uint8]:
        from PIL import ImageFilter

        if self.blur:
            image = image.filter(ImageFilter.GaussianBlur(self.blur))
        picture = np.asarray(image, np.float32)
        tint = np.array([1 + self.warmth, 1, 1 - self.warmth], np.float32)
        picture = ((picture - 110) * self.contrast + 110) * self.light * tint
        height, width = picture.shape[:2]
        grain = rng.standard_normal((height, width, 1), np.float32) * self.noise
        return np.clip(picture + grain, 0, 255).astype(np.uint8)
