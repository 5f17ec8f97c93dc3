"""Films through the whole analysis, as a worker does it, as fast as it goes; and what that is worth."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db.queries.cameras import CameraSet, RuleSet
from db.rules.camera_rules import BY_RULE, TRUSTED, Fitness, Mode, VisionRule
from vision.analyse import WHOLE, CameraAnalysis, cut, put_back
from vision.detectors.protocol import Detector
from vision.frame_source import pictures_of
from vision.frames import Frame
from vision.judge.persistence import Turn
from vision.training.films import Event, Film

BEGAN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SLACK_SECONDS = 4.0
"""A finding so long after the event's end still belongs to it."""
UNFIT_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Said:
    """A finding that begins, or a camera that becomes unfit."""

    what: VisionRule | Fitness
    seconds: float
    score: float


@dataclass(frozen=True, slots=True)
class Tally:
    """Right, wrong and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    late: tuple[float, ...] = ()
    """Seconds from the moment at which each right one could first be said."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            *(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed), self.late + other.late
        )

    @property
    def precision(self) -> float | None:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else None

    @property
    def recall(self) -> float | None:
        return self.right / (self.right + self.missed) if self.right + self.missed else None


def camera_of(film: Film, rules: Sequence[RuleSet]) -> CameraSet:
    """A camera that shows the film."""
    return CameraSet(1, film.name, 1, "file", film.name, "every", 5.0, False, None, Fitness.UNKNOWN, tuple(rules), ())


def rule_of(film: Film, rule: VisionRule, number: int = 1) -> RuleSet:
    """The rule in the film's zone, with its usual threshold."""
    row = BY_RULE[rule]
    params = {name: param.default for name, param in row.params.items()} | film.params
    return RuleSet(number, rule, Mode.RING, False, frozenset(), row.threshold, params, film.corners, None)


def play(
    film: Film, detector: Detector, rules: Iterable[RuleSet], hints: Detector | None = None, fps: float = 5.0
) -> list[Said]:
    """Coded and decoded like a camera's pictures, then judged."""
    analysis = CameraAnalysis(camera_of(film, tuple(rules)), detector.classes)
    found: list[Said] = []
    with tempfile.TemporaryDirectory(prefix="anwang-film-") as folder:
        path = Path(folder) / "film.mp4"
        film.write(path, round(fps))
        told = Fitness.UNKNOWN
        for frame in pictures_of(str(path), BEGAN, fps):
            found += step(analysis, frame, detector, hints)
            if analysis.fitness.state is not told and analysis.fitness.state not in TRUSTED:
                found.append(Said(analysis.fitness.state, frame.seconds, analysis.fitness.score))
            told = analysis.fitness.state
    return found


def step(analysis: CameraAnalysis, frame: Frame, detector: Detector, hints: Detector | None) -> list[Said]:
    ready = analysis.before(frame)
    things = detector.detect([frame.for_detector(detector.input_size)])[0] if ready.needs_detector else None
    closer = None
    if things is not None and hints is not None and (parts := analysis.closer(ready, things)):
        picture = frame.colours()
        seen = hints.detect([picture if part == WHOLE else cut(picture, part) for part in parts])
        closer = put_back(list(zip(parts, seen, strict=True)), hints.classes)
    findings = analysis.after(ready, things, closer)
    return [Said(each.rule, frame.seconds, each.score) for each in findings if each.turn is Turn.BEGINS]


def tally(film: Film, said: Sequence[Said], rule: VisionRule) -> Tally:
    """One finding within an event is right, more of them are wrong, and so is any outside."""
    events = film.events if film.rule is rule else ()
    return counted(events, [each.seconds for each in said if each.what is rule], film.params.get("seconds", 5.0))


def counted(events: Sequence[Event], moments: Sequence[float], lasting: float) -> Tally:
    right, wrong, late, met = 0, 0, [], set[int]()
    for moment in moments:
        number = next(
            (n for n, each in enumerate(events) if each.since <= moment <= each.until + SLACK_SECONDS and n not in met),
            None,
        )
        if number is None:
            wrong += 1
            continue
        met.add(number)
        right += 1
        late.append(max(0.0, moment - events[number].since - lasting))
    return Tally(right, wrong, len(events) - len(met), tuple(late))


def tally_fitness(film: Film, said: Sequence[Said]) -> Tally:
    """A camera that becomes unfit must be said to be so within its time, for any of the reasons that fit."""
    found = [each.seconds for each in said if isinstance(each.what, Fitness)]
    if film.fitness is None:
        return Tally(0, len(found), 0)
    since = film.events[0].since
    early = [each for each in found if each < since]
    right = [each for each in found if since <= each <= since + UNFIT_SECONDS]
    late = (right[0] - since,) if right else ()
    return Tally(1 if right else 0, len(early), 0 if right else 1, late)
