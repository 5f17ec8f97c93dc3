"""One camera's step: gate, tracker, judges; pictures in, findings out. It asks for the detector, never calls it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from db.queries.cameras import CameraSet
from db.rules.camera_rules import TRUSTED, Fitness
from db.rules.timetables import Period, periods_at
from vision.detections import Detections
from vision.frames import Colours, Frame, Grey
from vision.judge.equipment import Equipment
from vision.judge.fitness import FitnessJudge, View
from vision.judge.looks import Look
from vision.judge.rules import HINTED, Finding, WatchedRule
from vision.motion import Motion, MotionGate
from vision.tracking import Tracker

HINT_SECONDS = 0.5
HOURS_SECONDS = 10.0
LEAST_PERSON = 0.12
"""Height of a person, as a share of the picture, from which a closer look is worth it."""
CLOSER = 3
"""At most so many people are looked at more closely at once."""
Box = tuple[float, float, float, float]
WHOLE: Box = (0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A picture that has passed the gate's door, open or shut."""

    frame: Frame
    grey: Grey
    motion: Motion
    fitness: Fitness

    @property
    def needs_detector(self) -> bool:
        return self.motion.is_due and self.fitness in TRUSTED


@dataclass(frozen=True, slots=True)
class Registered:
    """Pictures that a camera's judges compare with."""

    view: View | None = None
    equipment: Mapping[int, Colours] | None = None
    """By rule."""


class CameraAnalysis:
    """Everything that is remembered of one camera from picture to picture."""

    def __init__(self, camera: CameraSet, classes: tuple[str, ...], registered: Registered | None = None) -> None:
        self.camera = camera
        known = registered or Registered()
        self.fitness = FitnessJudge(known.view, is_repeating=camera.is_repeating)
        self._gate, self._tracker = MotionGate(), Tracker()
        self._rules = [WatchedRule.of(rule, (known.equipment or {}).get(rule.id)) for rule in camera.rules]
        self._things = Detections.none(classes)
        self._size: tuple[int, int] | None = None
        self._hours: tuple[float, frozenset[Period]] | None = None
        self._hinted = -np.inf

    @property
    def wants_hints(self) -> bool:
        return any(rule.rules.rule in HINTED for rule in self._rules)

    def before(self, frame: Frame) -> Ready:
        """Fitness and gate. After a change of resolution everything remembered begins anew."""
        if self._size not in (None, (frame.width, frame.height)):
            self._begin_anew()
        self._size = (frame.width, frame.height)
        grey = frame.grey()
        fitness = self.fitness.feed(grey, frame.seconds, frame.at, frame.camera_clock)
        return Ready(frame, grey, self._gate.feed(grey, frame.seconds), fitness)

    def closer(self, ready: Ready, things: Detections) -> list[Box]:
        """Parts of the picture that the second model should see: all of it, and the upper bodies of some people."""
        if not self.wants_hints or ready.frame.seconds - self._hinted < HINT_SECONDS:
            return []
        self._hinted = ready.frame.seconds
        people = things.named("person")
        tall = people.only(people.boxes[:, 3] - people.boxes[:, 1] >= LEAST_PERSON)
        return [WHOLE, *(_upper_body(box) for box in tall.boxes[np.argsort(-tall.areas)][:CLOSER])]

    def after(self, ready: Ready, things: Detections | None, hints: Detections | None = None) -> list[Finding]:
        """What the rules make of it; `things` None: the gate was shut, what was seen before still stands."""
        if ready.fitness not in TRUSTED:
            return []
        if things is not None:
            self._things = self._tracker.follow(things, ready.frame.seconds)
        look = Look(
            *(ready.frame.at, ready.frame.seconds, ready.grey, self._things, things is not None),
            ready.frame.colours,
            hints,
        )
        periods = self._periods(ready.frame)
        return [finding for rule in self._rules if (finding := rule.look(look, periods)) is not None]

    def learnt(self) -> list[int | None]:
        """Rules that have just taken a picture as how it should be, None for the view itself; once each."""
        found: list[int | None] = [None] if self.fitness.learnt is not None else []
        self.fitness.learnt = None
        for rule in self._rules:
            if isinstance(rule.judge, Equipment) and rule.judge.has_learnt:
                rule.judge.has_learnt = False
                found.append(rule.rules.id)
        return found

    def _periods(self, frame: Frame) -> frozenset[Period]:
        if self._hours is None or frame.seconds - self._hours[0] > HOURS_SECONDS:
            self._hours = (frame.seconds, periods_at(self.camera.timetable, frame.at))
        return self._hours[1]

    def _begin_anew(self) -> None:
        self._gate, self._tracker = MotionGate(), Tracker()
        self._things = Detections.none(self._things.classes)
        self._rules = [WatchedRule.of(rule.rules) for rule in self._rules]


def _upper_body(box: np.ndarray) -> Box:
    """Head and shoulders, with some room around them."""
    left, top, right, bottom = (float(each) for each in box)
    height = bottom - top
    middle, half = (left + right) / 2, max((right - left) * 0.9, height * 0.18)
    return max(0.0, middle - half), max(0.0, top - 0.08 * height), min(1.0, middle + half), top + 0.45 * height


def cut(picture: Colours, box: Box) -> Colours:
    """A part of a picture."""
    height, width = picture.shape[:2]
    rows = slice(int(box[1] * height), max(int(box[1] * height) + 2, int(np.ceil(box[3] * height))))
    columns = slice(int(box[0] * width), max(int(box[0] * width) + 2, int(np.ceil(box[2] * width))))
    return picture[rows, columns]


def put_back(parts: list[tuple[Box, Detections]], classes: tuple[str, ...]) -> Detections:
    """What was seen in parts of a picture, as boxes of the whole."""
    boxes, scores, labels = [np.zeros((0, 4), np.float32)], [np.zeros(0, np.float32)], [np.zeros(0, np.int64)]
    for (left, top, right, bottom), seen in parts:
        size = np.array([right - left, bottom - top] * 2, np.float32)
        boxes.append((seen.boxes * size + np.array([left, top] * 2, np.float32)).astype(np.float32))
        scores.append(seen.scores)
        labels.append(seen.labels)
    return Detections(np.concatenate(boxes), np.concatenate(scores), np.concatenate(labels), classes)
