"""What may stand in a corridor: people, extinguishers, cartons, bicycles, flames and smoke."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vision.training.scenes.canvas import Canvas, Colour, shaded
from vision.training.scenes.lens import Dot, Point

CLASSES = ("person", "extinguisher", "carton", "bicycle", "flame", "smoke", "cigarette")
SKIN: tuple[Colour, ...] = ((236, 200, 172), (222, 184, 150), (205, 160, 125))
CLOTHES: tuple[Colour, ...] = (
    *((40, 60, 120), (150, 30, 40), (230, 230, 235), (30, 30, 34), (60, 120, 80), (200, 170, 60)),
    *((90, 90, 100), (180, 90, 140), (20, 90, 140), (235, 140, 60)),
)
CARTON: tuple[Colour, ...] = ((176, 132, 84), (160, 118, 74), (194, 152, 104), (210, 206, 198))
Draw = Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who stands or walks; `phase` is the gait in radians, 0 where they stand."""

    place: Point
    height: float = 1.7
    shirt: Colour = (40, 60, 120)
    trousers: Colour = (40, 40, 46)
    skin: Colour = SKIN[0]
    hair: Colour = (28, 24, 22)
    phase: float = 0.0
    is_smoking: bool = False
    lean: float = 0.0

    @property
    def depth_point(self) -> Point:
        return self.place

    def draw(self, canvas: Canvas) -> None:
        foot = canvas.lens.dots([self.place])
        metre = canvas.lens.metre(self.place)
        if foot is None or metre * self.height < 6:
            return
        x, y = foot[0]
        unit = metre * self.height / 7.6
        body = _Body(canvas, x, y, unit, self)
        body.paint()
        canvas.label("person", body.outline, 6)
        if self.is_smoking:
            canvas.label("cigarette", body.cigarette, 2)


class _Body:
    """A figure of seven and a half heads, drawn in the picture's plane."""

    def __init__(self, canvas: Canvas, x: float, y: float, unit: float, who: Person) -> None:
        self.pen, self.x, self.y, self.unit, self.who = canvas.pen, x, y, unit, who
        self.outline: list[Dot] = []
        self.cigarette: list[Dot] = []

    def at(self, across: float, up: float) -> Dot:
        return self.x + (across + self.who.lean * up / 7.6) * self.unit, self.y - up * self.unit

    def paint(self) -> None:
        swing = np.sin(self.who.phase) * 0.75 if self.who.phase else 0.0
        self.pen.ellipse([*self.at(-1.1, 0.16), *self.at(1.1, -0.16)], fill=(38, 38, 40))
        for side in (1, -1):
            knee = (side * 0.42 + swing * side * 0.45, 1.9 + 0.1 * abs(swing))
            ankle = (side * 0.42 + swing * side * 0.9, 0.25)
            self._limb([(side * 0.42, 3.75), knee, ankle], 0.62, shaded(self.who.trousers, 1 - 0.12 * side))
            self._limb([ankle, (ankle[0] + 0.25, 0.1)], 0.36, (32, 30, 30))
        self._arm(-1, -swing, False)
        self._torso()
        self._head()
        self._arm(1, swing, self.who.is_smoking)

    def _limb(self, joints: list[tuple[float, float]], width: float, colour: Colour) -> None:
        dots = [self.at(*joint) for joint in joints]
        thick = max(1, int(width * self.unit))
        self.pen.line(dots, fill=colour, width=thick, joint="curve")
        for a, b in (dots[0], dots[-1]):
            self.pen.ellipse([a - thick / 2, b - thick / 2, a + thick / 2, b + thick / 2], fill=colour)
            self.outline += [(a - thick / 2, b), (a + thick / 2, b + thick / 4)]

    def _torso(self) -> None:
        shirt = self.who.shirt
        outline = [
            (-0.98, 6.1),
            (-0.55, 6.42),
            (0.55, 6.42),
            (0.98, 6.1),
            (0.8, 4.7),
            (0.72, 3.6),
            (-0.72, 3.6),
            (-0.8, 4.7),
        ]
        self.pen.polygon([self.at(*each) for each in outline], fill=shirt)
        lit = [(0.2, 6.4), (0.98, 6.1), (0.8, 4.7), (0.72, 3.6), (0.3, 3.6)]
        self.pen.polygon([self.at(*each) for each in lit], fill=shaded(shirt, 0.8))
        self.outline += [self.at(-1, 6), self.at(1, 6)]

    def _head(self) -> None:
        skin, hair = self.who.skin, self.who.hair
        self.pen.rectangle([*self.at(-0.22, 6.8), *self.at(0.22, 6.3)], fill=shaded(skin, 0.82))
        self.pen.ellipse([*self.at(-0.44, 7.6), *self.at(0.44, 6.55)], fill=skin)
        self.pen.pieslice([*self.at(-0.48, 7.66), *self.at(0.48, 6.7)], 175, 365, fill=hair)
        if self.unit > 6:
            for side in (-1, 1):
                self.pen.ellipse(
                    [*self.at(side * 0.18 - 0.05, 7.12), *self.at(side * 0.18 + 0.05, 7.02)], fill=(30, 25, 25)
                )
            self.pen.line(
                [self.at(-0.13, 6.78), self.at(0.13, 6.78)], fill=(150, 80, 75), width=max(1, int(self.unit / 14))
            )
        self.outline += [self.at(-0.48, 7.66), self.at(0.48, 7.66)]

    def _arm(self, side: int, swing: float, to_mouth: bool) -> None:
        sleeve = shaded(self.who.shirt, 0.9)
        if to_mouth:
            self._limb([(side * 0.9, 6.05), (side * 1.15, 5.0), (side * 0.5, 6.5)], 0.34, sleeve)
            hand = self.at(side * 0.36, 6.66)
            thick = 0.2 * self.unit
            self.pen.ellipse([hand[0] - thick, hand[1] - thick, hand[0] + thick, hand[1] + thick], fill=self.who.skin)
            start, end = self.at(side * 0.06, 6.78), self.at(side * -0.5, 6.72)
            self.pen.line([start, end], fill=(248, 246, 240), width=max(1, int(self.unit * 0.12)))
            tip = max(1.0, self.unit * 0.08)
            self.pen.ellipse([end[0] - tip, end[1] - tip, end[0] + tip, end[1] + tip], fill=(255, 110, 40))
            self.cigarette = [(start[0], start[1] - tip * 2), (end[0], end[1] + tip * 2)]
            return
        elbow = (side * (1.02 + 0.1 * abs(swing)), 4.95)
        hand_at = (side * 0.98 + swing * 0.5, 3.85)
        self._limb([(side * 0.9, 6.05), elbow, hand_at], 0.32, sleeve)
        hand = self.at(*hand_at)
        thick = 0.17 * self.unit
        self.pen.ellipse([hand[0] - thick, hand[1] - thick, hand[0] + thick, hand[1] + thick], fill=self.who.skin)


@dataclass(frozen=True, slots=True)
class Extinguisher:
    """A red bottle hanging at the wall or standing on the floor."""

    place: Point
    size: float = 0.55

    @property
    def depth_point(self) -> Point:
        return self.place

    def draw(self, canvas: Canvas) -> None:
        foot = canvas.lens.dots([self.place])
        unit = canvas.lens.metre(self.place) * self.size
        if foot is None or unit < 5:
            return
        (x, y), half = foot[0], 0.17 * unit
        red = (196, 24, 28)
        canvas.pen.rounded_rectangle([x - half, y - unit * 0.8, x + half, y], radius=half * 0.5, fill=red)
        canvas.pen.rectangle([x - half, y - unit * 0.74, x - half * 0.55, y - unit * 0.03], fill=shaded(red, 1.3))
        canvas.pen.rectangle([x + half * 0.45, y - unit * 0.74, x + half, y - unit * 0.03], fill=shaded(red, 0.65))
        canvas.pen.rectangle([x - half * 0.8, y - unit * 0.52, x + half * 0.8, y - unit * 0.3], fill=(232, 226, 210))
        canvas.pen.rectangle([x - half * 0.35, y - unit * 0.92, x + half * 0.35, y - unit * 0.78], fill=(40, 40, 42))
        canvas.pen.line(
            [(x - half * 0.9, y - unit), (x + half * 0.9, y - unit * 0.9)],
            fill=(30, 30, 32),
            width=max(1, int(unit * 0.05)),
        )
        canvas.pen.arc(
            [x - half * 2.2, y - unit * 0.95, x + half * 0.4, y - unit * 0.2],
            90,
            290,
            fill=(24, 24, 26),
            width=max(1, int(unit * 0.05)),
        )
        canvas.label("extinguisher", [(x - half * 2.0, y - unit), (x + half, y)])


@dataclass(frozen=True, slots=True)
class Carton:
    """A box of some size, turned somehow."""

    place: Point
    size: Point = (0.5, 0.45, 0.4)
    colour: Colour = CARTON[0]
    turned: float = 0.0

    @property
    def depth_point(self) -> Point:
        return self.place

    def draw(self, canvas: Canvas) -> None:
        dots = canvas.block(self.place, self.size, self.colour, self.turned)
        canvas.label("carton", dots)


@dataclass(frozen=True, slots=True)
class Bicycle:
    """Leaning in the way."""

    place: Point
    colour: Colour = (30, 90, 150)

    @property
    def depth_point(self) -> Point:
        return self.place

    def draw(self, canvas: Canvas) -> None:
        foot = canvas.lens.dots([self.place])
        unit = canvas.lens.metre(self.place)
        if foot is None or unit < 12:
            return
        (x, y), wheel, thin = foot[0], 0.33 * unit, max(1, int(unit * 0.025))
        hubs = [(x - 0.52 * unit, y - wheel), (x + 0.52 * unit, y - wheel)]
        for a, b in hubs:
            canvas.pen.ellipse([a - wheel, b - wheel, a + wheel, b + wheel], outline=(22, 22, 24), width=thin * 2)
            for angle in np.linspace(0, np.pi, 6, endpoint=False):
                dx, dy = wheel * np.cos(angle), wheel * np.sin(angle)
                canvas.pen.line([(a - dx, b - dy), (a + dx, b + dy)], fill=(120, 120, 124), width=1)
        pedal, saddle, bar = (
            (x - 0.08 * unit, y - wheel),
            (x - 0.22 * unit, y - 0.9 * unit),
            (x + 0.36 * unit, y - 0.88 * unit),
        )
        for line in ([hubs[0], pedal, bar, hubs[1]], [hubs[0], saddle, pedal], [saddle, bar]):
            canvas.pen.line(line, fill=self.colour, width=thin * 2)
        canvas.pen.line(
            [(saddle[0] - 0.1 * unit, saddle[1]), (saddle[0] + 0.12 * unit, saddle[1])],
            fill=(20, 20, 20),
            width=thin * 3,
        )
        canvas.pen.line([bar, (bar[0] + 0.05 * unit, bar[1] - 0.14 * unit)], fill=(40, 40, 40), width=thin * 2)
        canvas.label("bicycle", [(hubs[0][0] - wheel, y - 1.02 * unit), (hubs[1][0] + wheel, y)])


@dataclass(frozen=True, slots=True)
class Fire:
    """Flames that flicker with `phase`, and the smoke above them."""

    place: Point
    size: float = 0.6
    phase: float = 0.0
    smoke: float = 0.0

    @property
    def depth_point(self) -> Point:
        return self.place

    def draw(self, canvas: Canvas) -> None:
        foot = canvas.lens.dots([self.place])
        unit = canvas.lens.metre(self.place) * self.size
        if foot is None or unit < 4:
            return
        x, y = foot[0]
        rng = np.random.default_rng(int(self.phase * 997) & 0xFFFF)
        if self.smoke > 0:
            _smoke(canvas, x, y - unit, unit * (1 + self.smoke), self.smoke, rng)
        for colour, scale in (((200, 60, 10), 1.0), ((250, 130, 20), 0.72), ((255, 225, 120), 0.42)):
            tongues: list[Dot] = [(x - 0.42 * unit * scale, y)]
            for n in range(5):
                across = (-0.36 + 0.18 * n) * unit * scale
                tongues.append((x + across, y - unit * scale * float(rng.uniform(0.55, 1.15))))
                tongues.append((x + across + 0.09 * unit * scale, y - unit * scale * float(rng.uniform(0.2, 0.5))))
            canvas.pen.polygon([*tongues, (x + 0.42 * unit * scale, y)], fill=colour)
        canvas.label("flame", [(x - 0.45 * unit, y - unit), (x + 0.45 * unit, y)])


def _smoke(canvas: Canvas, x: float, y: float, unit: float, thick: float, rng: np.random.Generator) -> None:
    from PIL import Image, ImageDraw, ImageFilter

    veil = Image.new("L", canvas.image.size, 0)
    pen = ImageDraw.Draw(veil)
    for n in range(9):
        size = unit * (0.3 + 0.12 * n)
        a, b = x + float(rng.normal(0, 0.25)) * unit, y - unit * 0.28 * n
        pen.ellipse([a - size, b - size * 0.7, a + size, b + size * 0.7], fill=int(min(200, 120 * thick + 60)))
    veil = veil.filter(ImageFilter.GaussianBlur(max(2.0, unit / 8)))
    canvas.image.paste((150, 150, 152), mask=veil)
    box = veil.point(lambda dot: 255 if dot > 60 else 0).getbbox()
    if box is not None:
        canvas.label("smoke", [(box[0], box[1]), (box[2], box[3])])


Thing = Person | Extinguisher | Carton | Bicycle | Fire


def somebody(rng: np.random.Generator, place: Point, phase: float = 0.0, *, is_smoking: bool = False) -> Person:
    """A person of any size and dress."""

    def pick(several: tuple[Colour, ...]) -> Colour:
        return several[int(rng.integers(len(several)))]

    height, lean = float(rng.uniform(1.15, 1.85)), float(rng.normal(0, 0.15))
    return Person(
        *(place, height, pick(CLOTHES), pick(CLOTHES), pick(SKIN)), phase=phase, is_smoking=is_smoking, lean=lean
    )
