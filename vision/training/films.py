"""Short films of rendered corridors: what happens in them is written down beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from db.rules.camera_rules import Fitness, VisionRule
from vision.training.scenes.canvas import Air
from vision.training.scenes.corridor import Corridor, some_corridor, some_lens
from vision.training.scenes.lens import Lens
from vision.training.scenes.things import Bicycle, Carton, Extinguisher, Fire, Person, Thing, somebody

Picture = NDArray[np.uint8]
Corners = tuple[tuple[float, float], ...]
WHOLE: Corners = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
QUIET, EVENT = 6.0, 12.0


@dataclass(frozen=True, slots=True)
class Event:
    """From when to when something was so."""

    since: float
    until: float


@dataclass(frozen=True)
class Film:
    """What plays, and what should be found: `events` of `rule`, or of a camera that becomes unfit."""

    name: str
    seed: int
    seconds: float
    corridor: Corridor
    lens: Lens
    things: Callable[[float], Sequence[Thing]]
    rule: VisionRule | None
    events: tuple[Event, ...]
    corners: Corners = ()
    params: dict[str, float] = field(default_factory=dict)
    fitness: Fitness | None = None
    air: Callable[[float], Air] = lambda _t: Air()
    after: Callable[[float, Picture], Picture] = lambda _t, picture: picture

    def pictures(self, fps: float = 10.0) -> Iterator[tuple[float, Picture]]:
        """Every picture with its moment; the empty corridor is painted once."""
        rng = np.random.default_rng(self.seed)
        backdrop = self.corridor.paint(self.lens, ()).image
        frozen: Picture | None = None
        for n in range(int(self.seconds * fps)):
            t = n / fps
            if self.fitness is Fitness.FROZEN and frozen is not None and self._is_so(t):
                yield t, frozen
                continue
            canvas = self.corridor.over(backdrop, self.lens, self.things(t))
            frozen = self.after(t, self.air(t).over(canvas.image, rng))
            yield t, frozen

    def _is_so(self, t: float) -> bool:
        return any(event.since <= t < event.until for event in self.events)

    def write(self, path: Path, fps: int = 10, codec: str = "libx264", kilobits: int | None = None) -> None:
        """As a camera would code it: a key frame every two seconds, and so many kilobits a second at most."""
        write(path, (picture for _t, picture in self.pictures(fps)), fps, codec, kilobits)


def write(
    path: Path, pictures: Iterator[Picture], fps: int, codec: str = "libx264", kilobits: int | None = None
) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=fps)
        stream.pix_fmt, stream.codec_context.gop_size = "yuv420p", 2 * fps
        stream.codec_context.time_base = Fraction(1, fps)
        stream.options = {"preset": "veryfast", "crf": "23", "sc_threshold": "0"}
        if kilobits is not None:
            stream.options |= {"maxrate": f"{kilobits}k", "bufsize": f"{kilobits}k"}
        for n, picture in enumerate(pictures):
            if n == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@dataclass(frozen=True, slots=True)
class _Walk:
    """Somebody's way along the corridor, there and back."""

    who: Person
    across: float
    near: float
    far: float
    pace: float
    since: float = -1e9
    until: float = 1e9

    def at(self, t: float) -> Person | None:
        if not self.since <= t < self.until:
            return None
        way = (self.pace * (t + self.who.height * 7)) % (2 * (self.far - self.near))
        z = self.near + (way if way < self.far - self.near else 2 * (self.far - self.near) - way)
        phase = (t * self.pace * 5.0) if self.pace else 0.0
        return replace(self.who, place=(self.across, 0.0, z), phase=phase)


def _place(seed: int, size: tuple[int, int]) -> tuple[Corridor, Lens, np.random.Generator]:
    rng = np.random.default_rng(seed * 7 + 1)
    corridor = some_corridor(seed)
    return corridor, some_lens(corridor, rng, *size), rng


def _walks(
    corridor: Corridor, rng: np.random.Generator, n: int, since: float = -1e9, until: float = 1e9, pace: float = 0.9
) -> list[_Walk]:
    found = []
    for _n in range(n):
        across = float(rng.uniform(0.4, corridor.width - 0.4))
        near = float(rng.uniform(3.0, 4.5))
        far = near + float(rng.uniform(1.0, 4.0))
        found.append(
            _Walk(somebody(rng, (0, 0, 0)), across, near, far, pace * float(rng.uniform(0.4, 1.2)), since, until)
        )
    return found


def _here(walks: Sequence[_Walk], t: float) -> list[Person]:
    return [person for walk in walks if (person := walk.at(t)) is not None]


def _some_air(rng: np.random.Generator) -> Air:
    return Air(
        *(
            float(rng.uniform(0.75, 1.15)),
            float(rng.normal(0, 0.03)),
            float(rng.uniform(2, 6)),
            float(rng.uniform(0, 0.9)),
        ),
        float(rng.uniform(0.85, 1.1)),
    )


def crowd(
    seed: int, size: tuple[int, int] = (640, 360), people: int = 4, seconds: float = 26.0, begins: float = QUIET
) -> Film:
    """One or two walk about; then more come than there should be, and go again."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), begins + float(rng.uniform(0, 3))
    event = Event(since, since + EVENT)
    always = _walks(corridor, rng, int(rng.integers(0, 2)))
    more = _walks(corridor, rng, people + int(rng.integers(1, 3)), event.since, event.until, 0.4)
    return Film(
        *(f"crowd {seed}", seed, seconds, corridor, lens, lambda t: _here([*always, *more], t)),
        *(VisionRule.CROWDING, (event,)),
        params={"people": float(people), "seconds": 2.0},
        air=lambda _t: air,
    )


def blocked(seed: int, size: tuple[int, int] = (640, 360), seconds: float = 40.0) -> Film:
    """The way is free, people pass; something is left standing in it, and taken away."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), 10.0 + float(rng.uniform(0, 3))
    event = Event(since, since + 18.0)
    walks = _walks(corridor, rng, int(rng.integers(0, 3)))
    z, x = float(rng.uniform(3.5, 6.0)), float(rng.uniform(0.3, corridor.width - 1.2))
    what: list[Thing] = [_obstacle(rng, x + 0.4 * n, z + 0.3 * n) for n in range(int(rng.integers(1, 4)))]

    def things(t: float) -> list[Thing]:
        return [*_here(walks, t), *(what if event.since <= t < event.until else [])]

    return Film(
        *(f"blocked {seed}", seed, seconds, corridor, lens, things, VisionRule.ROUTE_BLOCKED, (event,)),
        corners=_floor_zone(corridor, lens),
        params={"seconds": 5.0, "share": 0.02},
        air=lambda _t: air,
    )


def _obstacle(rng: np.random.Generator, x: float, z: float) -> Thing:
    if rng.random() < 0.3:
        return Bicycle((x + 0.4, 0.0, z))
    grey = int(rng.integers(120, 215))
    colour = (grey, int(grey * 0.78), int(grey * 0.5))
    size = tuple(float(each) for each in rng.uniform((0.4, 0.4, 0.4), (0.9, 1.0, 0.7)))
    return Carton((x, 0.0, z), (size[0], size[1], size[2]), colour, float(rng.uniform(-0.4, 0.4)))


def _floor_zone(corridor: Corridor, lens: Lens, near: float = 2.8, far: float = 7.5) -> Corners:
    dots = lens.dots([(0.1, 0, near), (corridor.width - 0.1, 0, near), (corridor.width - 0.1, 0, far), (0.1, 0, far)])
    corners = [(x / lens.width, y / lens.height) for x, y in dots or ()]
    return tuple((float(np.clip(x, 0, 1)), float(np.clip(y, 0, 1))) for x, y in corners)


def equipment(seed: int, size: tuple[int, int] = (640, 360), seconds: float = 34.0) -> Film:
    """An extinguisher hangs at the wall while people pass; somebody takes it, and it comes back."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), 10.0 + float(rng.uniform(0, 3))
    event = Event(since, since + 15.0)
    walks = _walks(corridor, rng, int(rng.integers(0, 2)))
    side = 0.2 if rng.random() < 0.5 else corridor.width - 0.2
    bottle = _in_view(corridor, lens, side, float(rng.uniform(0.2, 0.6)), float(rng.uniform(3.6, 5.0)))

    def things(t: float) -> list[Thing]:
        return [*_here(walks, t), *([] if event.since <= t < event.until else [bottle])]

    return Film(
        *(f"equipment {seed}", seed, seconds, corridor, lens, things, VisionRule.EQUIPMENT_MISSING, (event,)),
        corners=_around(corridor, lens, bottle),
        params={"seconds": 4.0},
        air=lambda _t: air,
    )


def _in_view(corridor: Corridor, lens: Lens, side: float, up: float, along: float) -> Extinguisher:
    """Hung as near as it is seen whole."""
    while along < corridor.length - 1:
        bottle = Extinguisher((side, up, along))
        labels = corridor.paint(lens, [bottle]).labels
        if labels and labels[0].box[3] < lens.height - 6 and labels[0].box[0] > 6 and labels[0].box[2] < lens.width - 6:
            return bottle
        along += 0.4
    raise ValueError("the camera sees no wall")


def _around(corridor: Corridor, lens: Lens, thing: Thing) -> Corners:
    (label, *_rest) = corridor.paint(lens, [thing]).labels
    left, top, right, bottom = label.box
    dx, dy = (right - left) * 0.1, (bottom - top) * 0.1
    xs, ys = (left - dx, right + dx), (top - dy, bottom + dy)
    corners = ((xs[0], ys[0]), (xs[1], ys[0]), (xs[1], ys[1]), (xs[0], ys[1]))
    return tuple((float(np.clip(x / lens.width, 0, 1)), float(np.clip(y / lens.height, 0, 1))) for x, y in corners)


def desk(seed: int, size: tuple[int, int] = (640, 360), seconds: float = 34.0) -> Film:
    """Somebody keeps the desk, goes away, comes back."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), 8.0 + float(rng.uniform(0, 3))
    event = Event(since, since + 16.0)
    z, x = float(rng.uniform(3.2, 4.4)), corridor.width / 2
    who = somebody(rng, (x, 0.0, z))
    table = Carton((x - 0.7, 0.0, z - 0.7), (1.4, 0.75, 0.5), (150, 110, 70))

    def things(t: float) -> list[Thing]:
        sway = replace(who, lean=0.15 * float(np.sin(t * 0.9)))
        return [table, *([] if event.since <= t < event.until else [sway])]

    around = (x - 1.0, x + 1.0)
    dots = lens.dots([(around[0], 0, z), (around[1], 0, z), (around[1], 2.0, z), (around[0], 2.0, z)]) or []
    corners = tuple((float(np.clip(a / lens.width, 0, 1)), float(np.clip(b / lens.height, 0, 1))) for a, b in dots)
    return Film(
        *(f"desk {seed}", seed, seconds, corridor, lens, things, VisionRule.DESK_UNATTENDED, (event,)),
        corners=corners,
        params={"seconds": 6.0},
        air=lambda _t: air,
    )


def smoking(seed: int, size: tuple[int, int] = (1280, 720), seconds: float = 22.0) -> Film:
    """Somebody stands and lights a cigarette."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), 7.0
    event = Event(since, since + 10.0)
    who = somebody(rng, (corridor.width * float(rng.uniform(0.3, 0.7)), 0.0, float(rng.uniform(2.8, 4.2))))
    others = _walks(corridor, rng, int(rng.integers(0, 2)))

    def things(t: float) -> list[Thing]:
        sway = replace(who, lean=0.2 * float(np.sin(t)), is_smoking=event.since <= t < event.until)
        return [*_here(others, t), sway]

    return Film(
        *(f"smoking {seed}", seed, seconds, corridor, lens, things, VisionRule.SMOKING, (event,)),
        params={"seconds": 1.0},
        air=lambda _t: air,
    )


def burning(seed: int, size: tuple[int, int] = (640, 360), seconds: float = 24.0) -> Film:
    """A fire breaks out."""
    corridor, lens, rng = _place(seed, size)
    air, since = _some_air(rng), 8.0
    event = Event(since, since + 12.0)
    place = (float(rng.uniform(0.5, corridor.width - 0.5)), 0.0, float(rng.uniform(4.0, 8.0)))
    walks = _walks(corridor, rng, int(rng.integers(0, 2)))

    def things(t: float) -> list[Thing]:
        passed = t - event.since
        grows = Fire(place, float(np.clip(0.3 + passed * 0.1, 0.3, 1.2)), t, float(np.clip(passed * 0.1, 0, 1)))
        return [*_here(walks, t), *([grows] if event.since <= t < event.until else [])]

    return Film(
        *(f"burning {seed}", seed, seconds, corridor, lens, things, VisionRule.FLAME, (event,)),
        params={"seconds": 1.5},
        air=lambda _t: air,
    )


def quiet(seed: int, size: tuple[int, int] = (640, 360), seconds: float = 20.0) -> Film:
    """Nothing happens."""
    corridor, lens, rng = _place(seed, size)
    air = _some_air(rng)
    return Film(f"quiet {seed}", seed, seconds, corridor, lens, lambda _t: (), None, (), air=lambda _t: air)


def busy(seed: int, size: tuple[int, int] = (640, 360), people: int = 6, seconds: float = 20.0) -> Film:
    """People all the time, and nothing wrong."""
    corridor, lens, rng = _place(seed, size)
    air, walks = _some_air(rng), _walks(corridor, rng, people)
    return Film(f"busy {seed}", seed, seconds, corridor, lens, lambda t: _here(walks, t), None, (), air=lambda _t: air)


def unfit(seed: int, reason: Fitness, size: tuple[int, int] = (640, 360), seconds: float = 60.0) -> Film:
    """A good camera goes bad in the way named."""
    corridor, lens, rng = _place(seed, size)
    air, walks = _some_air(rng), _walks(corridor, rng, int(rng.integers(0, 3)))
    event = Event(15.0, seconds)
    hand = (int(rng.integers(20, 60)), int(rng.integers(20, 50)), int(rng.integers(18, 45)))
    shift = int(size[0] * float(rng.uniform(0.12, 0.4)))

    def after(t: float, picture: Picture) -> Picture:
        if t < event.since:
            return picture
        return _spoilt(picture, reason, hand, shift, np.random.default_rng(int(t * 1000)))

    film = Film(f"{reason.value} {seed}", seed, seconds, corridor, lens, lambda t: _here(walks, t), None, (event,))
    return replace(film, fitness=reason, air=lambda _t: air, after=after)


def _spoilt(
    picture: Picture, reason: Fitness, hand: tuple[int, int, int], shift: int, rng: np.random.Generator
) -> Picture:
    height, width = picture.shape[:2]
    match reason:
        case Fitness.DARK:
            dim = picture.astype(np.float32) * 0.04 + rng.normal(0, 2, picture.shape)
            return np.clip(dim, 0, 255).astype(np.uint8)
        case Fitness.COVERED:
            cover = Image.new("RGB", (width, height), hand)
            ImageDraw.Draw(cover).ellipse((-width // 4, -height // 4, width // 3, height // 3), fill=(90, 70, 60))
            soft = np.asarray(cover.filter(ImageFilter.GaussianBlur(width / 12)), np.float32)
            return np.clip(soft + rng.normal(0, 2.5, picture.shape), 0, 255).astype(np.uint8)
        case Fitness.BLURRED:
            soft = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(width / 100)), np.float32)
            return np.clip(soft + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)
        case Fitness.SHIFTED:
            return np.roll(picture, (shift // 3, shift), (0, 1))
    return picture
