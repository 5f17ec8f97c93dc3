"""A corridor with walls, doors, an exit at its end, lamps, and whatever stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from vision.training.scenes.canvas import Canvas, Colour, shaded
from vision.training.scenes.lens import Lens, Point
from vision.training.scenes.things import Thing

FLOORS: tuple[Colour, ...] = ((172, 168, 160), (150, 140, 124), (120, 126, 130), (186, 180, 168), (140, 120, 100))
WALLS: tuple[Colour, ...] = ((222, 220, 212), (206, 214, 206), (214, 204, 184), (196, 206, 216), (230, 226, 220))
SKIRTS: tuple[Colour, ...] = ((90, 130, 110), (110, 110, 116), (120, 90, 70), (80, 110, 150))
TILE = 0.8


@dataclass(frozen=True, slots=True)
class Corridor:
    """Its measures in metres, its colours, and the seed of its small differences."""

    seed: int
    width: float
    height: float
    length: float
    floor: Colour
    wall: Colour
    skirt: Colour
    doors: tuple[tuple[int, float], ...]
    """Side (0 left, 1 right) and where along the corridor."""

    def paint(self, lens: Lens, things: Sequence[Thing], fog: float = 0.025) -> Canvas:
        """From far to near; labels of things are those of the canvas."""
        canvas = Canvas(lens, fog)
        rng = np.random.default_rng(self.seed)
        self._shell(canvas, rng)
        self._end(canvas)
        self._doors(canvas, rng)
        for thing in sorted(things, key=lambda each: -lens.depth(each.depth_point)):
            thing.draw(canvas)
        return canvas

    def over(self, backdrop: Image.Image, lens: Lens, things: Sequence[Thing], fog: float = 0.025) -> Canvas:
        """Things before an empty corridor that has been painted already."""
        canvas = Canvas(lens, fog)
        canvas.take(backdrop)
        for thing in sorted(things, key=lambda each: -lens.depth(each.depth_point)):
            thing.draw(canvas)
        return canvas

    def _shell(self, canvas: Canvas, rng: np.random.Generator) -> None:
        steps = int(np.ceil(self.length / TILE))
        across = int(np.ceil(self.width / TILE))
        for n in reversed(range(steps)):
            near, far = n * TILE, (n + 1) * TILE
            for m in range(across):
                left, right = m * self.width / across, (m + 1) * self.width / across
                tile = shaded(self.floor, float(rng.uniform(0.93, 1.05)))
                canvas.plane(
                    [(left, 0, near), (right, 0, near), (right, 0, far), (left, 0, far)], tile, shaded(tile, 0.86)
                )
                lamp = (250, 250, 244) if n % 4 == 2 and m == across // 2 else (206, 206, 204)
                top = self.height
                canvas.plane(
                    [(left, top, near), (right, top, near), (right, top, far), (left, top, far)],
                    lamp,
                    shaded(lamp, 0.9),
                )
            for x in (0.0, self.width):
                wall = shaded(self.wall, (0.9 if x else 1.0) * float(rng.uniform(0.97, 1.03)))
                canvas.plane([(x, 0, near), (x, 0, far), (x, self.height, far), (x, self.height, near)], wall)
                canvas.plane(
                    [(x, 0, near), (x, 0, far), (x, 1.1, far), (x, 1.1, near)], shaded(self.skirt, 0.95 if x else 1.05)
                )

    def _end(self, canvas: Canvas) -> None:
        far, middle = self.length, self.width / 2
        wall = shaded(self.wall, 0.85)
        canvas.plane([(0, 0, far), (self.width, 0, far), (self.width, self.height, far), (0, self.height, far)], wall)
        for side in (-1, 1):
            x = middle + side * 0.42
            leaf = [(x - 0.4, 0, far), (x + 0.4, 0, far), (x + 0.4, 2.1, far), (x - 0.4, 2.1, far)]
            canvas.plane(leaf, (96, 108, 96), (40, 50, 40))
            canvas.plane(
                [(x - 0.15, 1.2, far), (x + 0.15, 1.2, far), (x + 0.15, 1.8, far), (x - 0.15, 1.8, far)],
                (190, 214, 224),
            )
        sign = [
            (middle - 0.35, 2.2, far),
            (middle + 0.35, 2.2, far),
            (middle + 0.35, 2.42, far),
            (middle - 0.35, 2.42, far),
        ]
        canvas.plane(sign, (20, 190, 90), (230, 255, 240))

    def _doors(self, canvas: Canvas, rng: np.random.Generator) -> None:
        for side, z in sorted(self.doors, key=lambda each: -each[1]):
            x = 0.01 if side == 0 else self.width - 0.01
            wood = shaded((146, 104, 66), float(rng.uniform(0.85, 1.1)))
            canvas.plane([(x, 0, z), (x, 0, z + 0.95), (x, 2.1, z + 0.95), (x, 2.1, z)], wood, shaded(wood, 0.5))
            canvas.plane(
                [(x, 1.55, z + 1.3), (x, 1.55, z + 2.0), (x, 1.9, z + 2.0), (x, 1.9, z + 1.3)],
                shaded((60, 110, 170), float(rng.uniform(0.7, 1.2))),
                (250, 250, 250),
            )


def some_corridor(seed: int) -> Corridor:
    """Any corridor; the same seed gives the same."""
    rng = np.random.default_rng(seed)

    def pick(several: tuple[Colour, ...]) -> Colour:
        return several[int(rng.integers(len(several)))]

    length = float(rng.uniform(11, 20))
    doors = tuple((int(rng.integers(2)), float(z)) for z in np.arange(2.5, length - 2.5, rng.uniform(2.6, 4)))
    return Corridor(
        seed,
        float(rng.uniform(2.2, 3.4)),
        float(rng.uniform(2.6, 3.2)),
        length,
        pick(FLOORS),
        pick(WALLS),
        pick(SKIRTS),
        doors,
    )


def some_lens(corridor: Corridor, rng: np.random.Generator, width: int = 640, height: int = 360) -> Lens:
    """A camera somewhere under the corridor's ceiling."""
    place: Point = (float(rng.uniform(0.3, corridor.width - 0.3)), float(rng.uniform(2.2, corridor.height - 0.1)), 0.0)
    yaw = float(np.arctan2(corridor.width / 2 - place[0], 6.0) + rng.normal(0, 0.03))
    return Lens(place, yaw, float(rng.uniform(0.22, 0.42)), float(rng.uniform(0.7, 1.0)), width, height)
