"""`python -m vision.bench`: what the cameras' side costs and how well it judges, for `anwang bench vision`."""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import av

from db.rules.camera_rules import BY_RULE, Fitness, VisionRule
from db.settings import load as load_settings
from vision.analyse import CameraAnalysis
from vision.detectors.loading import load
from vision.detectors.protocol import Detector
from vision.frames import Frame
from vision.training import films, real_film
from vision.training.films import Film
from vision.training.playing import BEGAN, Tally, camera_of, play, rule_of, tally, tally_fitness
from vision.weights.store import WeightStore

HINTS = "nanodet-g-scenes"
"""The second model that comes with the project, measured where none is set too."""
CAMERA_FPS, LOOKED_FPS, BATCH = 15, 5.0, 8
CAMERA_KILOBITS = 1_500
CAMERA_GRAIN = 2.0
"""The cost figures' camera: kilobits a second at most, as cameras of 720 lines are set, and the grain it leaves in."""
HELD_OUT = 5_000
"""Films from this seed on were never looked at while the rules were made."""
ORIGIN = "rendered corridors of unseen seeds (vision.training.films): no real footage"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of a run over so many seconds of one camera."""

    camera_seconds: float
    total: float
    forward: float
    looks: int
    forwarded: int

    @property
    def cameras_per_core(self) -> float:
        return self.camera_seconds / self.total if self.total else 0.0


def measure(seconds: float, films_a_rule: int, report: Report) -> dict[str, Any]:
    """All figures of this side; CPU time of one process on one thread, so that a busy machine changes little."""
    settings = load_settings()
    store = WeightStore.of(settings)
    detector = load(settings.vision_model, store)
    hints = load(settings.vision_hints_model or HINTS, store)
    with tempfile.TemporaryDirectory(prefix="anwang-bench-") as folder:
        report("filming a quiet and a busy corridor, 1280 × 720")
        quiet, busy = Path(folder) / "quiet.mp4", Path(folder) / "busy.mp4"
        _filmed(films.quiet(HELD_OUT, (1280, 720), seconds), quiet)
        _filmed(films.busy(HELD_OUT, (1280, 720), seconds=seconds), busy)
        detector.detect([next(_frames(busy, "every")).for_detector(detector.input_size)])
        report("a quiet camera, every frame decoded")
        still = cost(quiet, detector, "every")
        report("a quiet camera, key frames alone")
        keys = cost(quiet, detector, "key_frames")
        limits = {"still": decoded(quiet, "every"), "key_frames": decoded(quiet, "key_frames")}
        report("a busy camera")
        full = cost(busy, detector, "every")
        report("the detector at saturation")
        alone, piped = saturated(busy, detector)
    report("people in the real film, against a count by eye")
    people = judged_people(settings.var_dir / "films" / real_film.FILM, detector)
    report(f"  {people}")
    report("the rules on films that they have not seen")
    rules = [judged(rule, range(HELD_OUT, HELD_OUT + films_a_rule), detector, hints, report) for rule in VisionRule]
    rules.append(judged_fitness(range(HELD_OUT, HELD_OUT + films_a_rule), detector, report))
    return {
        "model": detector.name,
        "hints_model": hints.name,
        "cameras_per_core": {
            "still": round(still.cameras_per_core, 1),
            "busy": round(full.cameras_per_core, 2),
            "key_frames": round(keys.cameras_per_core, 1),
        },
        "decoder_alone": {name: round(each, 1) for name, each in limits.items()},
        "pipeline_overhead": round(piped / alone - 1, 3),
        "motion_gate_saving": round(still.looks / max(1, still.forwarded), 1),
        "forward_ms": round(1000 * full.forward / max(1, full.forwarded), 1),
        "people": people,
        "rules": rules,
    }


def judged_people(film: Path, detector: Detector) -> dict[str, Any]:
    """People found in the real film; its origin says why not where there is none."""
    if not film.exists():
        return {"origin": f"not measured: ./prerequisites.sh --films {film.parent} fetches the film"}
    try:
        return real_film.judged(film, detector)
    except ValueError as error:
        return {"origin": f"not measured: {error}"}


def cost(path: Path, detector: Detector, decode: str) -> Cost:
    """One camera's film through decoder, gate, detector and judges."""
    film = films.busy(HELD_OUT, (1280, 720))
    rules = [
        rule_of(film, VisionRule.CROWDING, 1),
        rule_of(film, VisionRule.ROUTE_BLOCKED, 2),
    ]
    analysis = CameraAnalysis(camera_of(film, rules), detector.classes)
    forward, looks, forwarded, due, last = 0.0, 0, 0, 0.0, 0.0
    began = time.process_time()
    for frame in _frames(path, decode):
        last = frame.seconds
        if frame.seconds < due:
            continue
        due = frame.seconds + 1 / LOOKED_FPS - 0.01
        looks += 1
        ready = analysis.before(frame)
        things = None
        if ready.needs_detector:
            before = time.process_time()
            things = detector.detect([frame.for_detector(detector.input_size)])[0]
            forward += time.process_time() - before
            forwarded += 1
        analysis.after(ready, things)
    return Cost(last + 1 / CAMERA_FPS, time.process_time() - began, forward, looks, forwarded)


def _filmed(film: Film, path: Path) -> None:
    """As a camera of a lit corridor codes it; a decoder's work grows with the grain."""
    replace(film, air=lambda t: replace(film.air(t), noise=CAMERA_GRAIN)).write(
        path, CAMERA_FPS, kilobits=CAMERA_KILOBITS
    )


def decoded(path: Path, decode: str) -> float:
    """Cameras a core that only the decoder allows: the limit of the figures beside it."""
    last, began = 0.0, time.process_time()
    for frame in _frames(path, decode):
        last = frame.seconds
    return (last + 1 / CAMERA_FPS) / (time.process_time() - began)


def saturated(path: Path, detector: Detector) -> tuple[float, float]:
    """CPU seconds for the same pictures: the detector alone, and all that a worker does for them, decoding included.

    Batch after batch, so that a machine that slows down slows both.
    """
    film = films.busy(HELD_OUT, (1280, 720))
    analysis = CameraAnalysis(camera_of(film, [rule_of(film, VisionRule.CROWDING)]), detector.classes)
    alone, piped = 0.0, 0.0
    frames = _frames(path, "every")
    while True:
        began = time.process_time()
        waiting = [analysis.before(frame) for n, frame in enumerate(islice(frames, 3 * BATCH)) if n % 3 == 0]
        pictures = [ready.frame.for_detector(detector.input_size) for ready in waiting]
        for ready, things in zip(waiting, detector.detect(pictures), strict=True):
            analysis.after(ready, things)
        piped += time.process_time() - began
        if not waiting:
            return alone, piped
        began = time.process_time()
        detector.detect(pictures)
        alone += time.process_time() - began


def _frames(path: Path, decode: str) -> Iterator[Frame]:
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.thread_type = "NONE"
        if decode == "key_frames":
            video.codec_context.skip_frame = "NONKEY"
        for packet in container.demux(video):
            if decode == "key_frames" and packet.size and not packet.is_keyframe:
                continue
            for picture in packet.decode():
                yield Frame(BEGAN, float(picture.time or 0), picture.width, picture.height, picture)


def judged(
    rule: VisionRule, seeds: Sequence[int], detector: Detector, hints: Detector, report: Report
) -> dict[str, Any]:
    """Event precision and recall of one rule: on films of its own, and on films in which it should say nothing."""
    total, seconds = Tally(), 0.0
    for seed in seeds:
        for film in (_film_of(rule, seed), films.busy(seed + 10_000, people=2)):
            total += tally(film, play(film, detector, [_watching(film, rule)], hints), rule)
            seconds += film.seconds
    report(f"  {rule.value}: {total.right} right, {total.wrong} wrong, {total.missed} missed")
    return _row(rule.value, total, 2 * len(seeds), seconds, ORIGIN)


def _watching(film: Film, rule: VisionRule) -> Any:
    """The rule on the film; in one of another kind, with usual numbers in the middle of the picture."""
    if film.rule is rule:
        return rule_of(film, rule)
    params = {"people": 4.0, "seconds": 4.0, "share": 0.02}
    wanted = {name: value for name, value in params.items() if name in BY_RULE[rule].params}
    corners = ((0.35, 0.4), (0.65, 0.4), (0.65, 0.9), (0.35, 0.9))
    if rule is VisionRule.DESK_UNATTENDED:
        wanted["seconds"] = 60.0
    if rule is VisionRule.EQUIPMENT_MISSING:
        corners = ((0.05, 0.1), (0.12, 0.1), (0.12, 0.3), (0.05, 0.3))
    return rule_of(replace(film, params=wanted, corners=corners), rule)


def _film_of(rule: VisionRule, seed: int) -> Film:
    make: dict[VisionRule, Callable[[int], Film]] = {
        VisionRule.CROWDING: films.crowd,
        VisionRule.ROUTE_BLOCKED: films.blocked,
        VisionRule.EQUIPMENT_MISSING: films.equipment,
        VisionRule.DESK_UNATTENDED: films.desk,
        VisionRule.SMOKING: films.smoking,
        VisionRule.FLAME: films.burning,
    }
    return make[rule](seed)


def judged_fitness(seeds: Sequence[int], detector: Detector, report: Report) -> dict[str, Any]:
    """Cameras that go bad in five ways, and good ones that do not."""
    total, n, seconds = Tally(), 0, 0.0
    for seed in seeds:
        ways = (Fitness.COVERED, Fitness.BLURRED, Fitness.SHIFTED, Fitness.DARK, Fitness.FROZEN)
        for film in (*(films.unfit(seed, way, seconds=45.0) for way in ways), films.busy(seed + 20_000, people=3)):
            total += tally_fitness(film, play(film, detector, []))
            n, seconds = n + 1, seconds + film.seconds
    report(f"  camera_unfit: {total.right} right, {total.wrong} wrong, {total.missed} missed")
    return _row("camera_unfit", total, n, seconds, ORIGIN)


def _row(name: str, total: Tally, films_played: int, seconds: float, origin: str) -> dict[str, Any]:
    late = sorted(total.late)
    return {
        "name": name,
        "precision": None if total.precision is None else round(total.precision, 3),
        "recall": None if total.recall is None else round(total.recall, 3),
        "events": total.right + total.missed,
        "films": films_played,
        "hours": round(seconds / 3600, 3),
        "late_seconds_p95": round(late[int(0.95 * (len(late) - 1))], 2) if late else None,
        "origin": origin,
    }


def main(seconds: float, films_a_rule: int) -> None:
    figures = measure(seconds, films_a_rule, lambda said: print(f"· {said}", file=sys.stderr, flush=True))
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
