"""`python -m vision.worker`: looks through the cameras that it has leased, with one model, for as long as it lives."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from db import addresses
from db.commands import vision_models
from db.commands.camera_leases import WorkerNews
from db.errors import AnwangError
from db.evidence.store import EvidenceStore
from db.queries.cameras import CameraSet
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from db.settings import load as load_settings
from vision.analyse import WHOLE, Box, Ready, cut, put_back
from vision.detections import Detections
from vision.detectors.protocol import Detector
from vision.heads import FACES, Heads
from vision.leases import LeaseKeeper
from vision.recorder import Recorder, Shown, nobody_looks
from vision.schedule import Budget, fairest
from vision.watching import WatchedCamera
from vision.weights.cards import card
from vision.weights.store import WeightStore

log = logging.getLogger("anwang.vision")

BATCH = 8
REST_SECONDS = 0.01
CHECK_SECONDS = 1.0
NOMINAL_FPS = 100.0
"""What a worker without a set budget counts for when cameras are shared out."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What this worker works with."""

    name: str
    device: str
    budget_fps: float
    detector: Callable[[], Detector]
    """Made when the first camera is leased: a worker without cameras costs next to nothing."""
    hints: Callable[[], Detector | None] = lambda: None
    faces: Callable[[], Detector] | None = None
    """None: no heads are looked for, and pictures are masked as a whole."""


class Worker:
    """Until `stop`; any number run beside one another, and each may die at any moment."""

    def __init__(self, record: Record, store: EvidenceStore, choice: Choice) -> None:
        self._record, self._store, self._choice = record, store, choice
        self._stopping = threading.Event()
        self._cameras: dict[int, WatchedCamera] = {}
        self._detector: Detector | None = None
        self._hints: Detector | None = None
        faces = choice.faces
        looks = Heads(lambda: self._detector, lambda: self._registered(faces())).of if faces else nobody_looks
        self._recorder = Recorder(record, store, "", looks)
        self._keeper = LeaseKeeper(record, self._news)
        self._budget = Budget(choice.budget_fps)
        self._started_at = datetime.now(UTC)
        self._forward: deque[tuple[int, float]] = deque(maxlen=50)
        self._rest: deque[tuple[int, float]] = deque(maxlen=50)
        self._checked = 0.0

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        self._recorder.start()
        self._keeper.start()
        try:
            while not self._stopping.is_set():
                try:
                    if not self.turn():
                        self._stopping.wait(REST_SECONDS)
                except AnwangError as refusal:
                    log.error("%s", refusal)
                    self._stopping.wait(30)
                except Exception:
                    log.exception("a turn failed")
                    self._stopping.wait(1)
        finally:
            for watched in self._cameras.values():
                watched.close()
            self._recorder.stop()
            self._keeper.stop()

    def turn(self) -> int:
        """One round: leases, then the cameras whose turn it is; answers how many pictures were looked at."""
        self._follow_leases()
        now = time.monotonic()
        if now - self._checked >= CHECK_SECONDS:
            self._checked = now
            for watched in self._cameras.values():
                watched.check_fitness(now)
            self._picture_alarms()
        waiting = [watched for watched in self._cameras.values() if watched.reader.has_one]
        chosen = [waiting[n] for n in fairest([each.turns for each in waiting], now, BATCH)]
        return self._look(chosen) if chosen else 0

    def _look(self, chosen: list[WatchedCamera]) -> int:
        began = time.monotonic()
        ready = [(watched, step) for watched in chosen if (step := watched.before(began)) is not None]
        room = self._budget.room(began)
        due = [(watched, step) for watched, step in ready if step.needs_detector][:room]
        self._budget.spend(len(due))
        seen, forward = self._detected([step for _watched, step in due])
        for n, (watched, step) in enumerate(due):
            self._finish(watched, step, seen[n])
        for watched, step in ready:
            if not any(step is other for _watched, other in due):
                self._finish(watched, step, None)
        if due:
            self._forward.append((len(due), forward))
            self._rest.append((len(due), time.monotonic() - began - forward))
        return len(ready)

    def _detected(self, steps: list[Ready]) -> tuple[list[Detections], float]:
        """All pictures of a round in one batch; answers the seconds of the forward pass too."""
        if not steps or self._detector is None:
            return [], 0.0
        pictures = [step.frame.for_detector(self._detector.input_size) for step in steps]
        began = time.monotonic()
        seen = self._detector.detect(pictures)
        return seen, time.monotonic() - began

    def _finish(self, watched: WatchedCamera, step: Ready, things: Detections | None) -> None:
        hints = self._hinted(watched, step, things) if things is not None else None
        watched.conclude(watched.analysis.after(step, things, hints), step)
        watched.keep_what_was_learnt()

    def _hinted(self, watched: WatchedCamera, step: Ready, things: Detections) -> Detections | None:
        """The second model's word on the parts of the picture that are worth it."""
        parts: list[Box] = watched.analysis.closer(step, things)
        if not parts:
            return None
        if self._hints is None:
            hints = self._choice.hints()
            self._hints = self._registered(hints) if hints is not None else None
        if self._hints is None:
            return None
        picture = step.frame.colours()
        seen = self._hints.detect([picture if part == WHOLE else cut(picture, part) for part in parts])
        return put_back(list(zip(parts, seen, strict=True)), self._hints.classes)

    def _follow_leases(self) -> None:
        """Open what is newly held, close what is not, take over changed settings."""
        changes = self._keeper.changes()
        if changes is None:
            return
        if changes and self._detector is None:
            self._load()
        if self._detector is None:
            return
        for device_id in self._cameras.keys() - changes.keys():
            self._cameras.pop(device_id).close()
        for device_id, camera in changes.items():
            watched = self._cameras.get(device_id)
            if watched is not None and not _is_same_stream(watched.camera, camera):
                watched.close()
                watched = None
            if watched is None:
                opened = WatchedCamera.open(
                    camera, self._detector.classes, self._detector.name, self._recorder, self._store
                )
                self._cameras[device_id] = opened
            elif watched.camera.rules != camera.rules or watched.camera.timetable != camera.timetable:
                watched.change(camera, self._detector.classes, self._store)

    def _load(self) -> None:
        self._detector = self._choice.detector()
        self._registered(self._detector)
        log.info("looking with %s on %s", self._detector.name, self._choice.device)

    def _registered(self, detector: Detector) -> Detector:
        """The same one, with its card on record."""
        its = card(detector.name)
        with self._record.scoped(EVERYTHING) as session:
            vision_models.register(session, its.name, bytes.fromhex(its.sha256), its.as_record(), datetime.now(UTC))
        return detector

    def _picture_alarms(self) -> None:
        """Alarms that others raised at these cameras' venues get a picture of the moment."""
        if self._choice.faces is not None and self._detector is not None:
            for frame in self._keeper.headless():
                self._recorder.masks(frame)
        for wanted in self._keeper.wanted():
            watched = self._cameras.get(wanted.device_id)
            if watched is not None and watched.newest is not None:
                self._recorder.wanted(wanted.device_id, wanted.alarm_id, Shown.of(watched.newest, watched.reader))

    def _news(self) -> tuple[WorkerNews, list[Any]]:
        now = time.monotonic()
        cameras = list(self._cameras.values())
        budget = self._choice.budget_fps or NOMINAL_FPS
        model = self._detector.name if self._detector else "–"
        news = WorkerNews(
            *(self._choice.name, self._choice.device, model, self._started_at, len(cameras), budget, self.metrics()),
        )
        return news, [watched.news(now) for watched in cameras]

    def metrics(self) -> Mapping[str, Any]:
        """Figures of the last rounds."""
        rounds = list(self._forward)
        pictures, forward = sum(n for n, _seconds in rounds), sum(seconds for _n, seconds in rounds)
        rest = sum(seconds for _n, seconds in list(self._rest))
        now = time.monotonic()
        cameras = list(self._cameras.values())
        looked = sum(watched.looked for watched in cameras)
        return {
            "forward_ms": round(1000 * forward / pictures, 2) if pictures else None,
            "overhead_rate": round(rest / forward, 3) if forward else None,
            "analysed_fps": round(sum(watched.turns.fps(now) for watched in cameras), 2),
            "gate_shut_rate": round(sum(watched.gated for watched in cameras) / looked, 3) if looked else None,
            "degraded": sum(watched.turns.is_degraded(now, watched.reader.pulse().decoded_fps) for watched in cameras),
            "written": self._recorder.written,
        }


def _is_same_stream(one: CameraSet, other: CameraSet) -> bool:
    facts = [(each.kind, each.address, each.decode, each.target_fps, each.is_repeating) for each in (one, other)]
    return facts[0] == facts[1]


def choice_of(settings: Settings, name: str) -> Choice:
    """What the settings ask for."""
    store = WeightStore.of(settings)

    def loaded(model: str) -> Detector:
        from vision.detectors.loading import chosen_device, load

        return load(model, store, chosen_device(settings.vision_device))

    def hints() -> Detector | None:
        return loaded(settings.vision_hints_model) if settings.vision_hints_model else None

    return Choice(
        *(name, settings.vision_device, settings.vision_budget_fps, lambda: loaded(settings.vision_model), hints),
        faces=lambda: loaded(FACES),
    )


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("libav").setLevel(logging.CRITICAL)
    try:
        settings = load_settings()
        url = addresses.find(settings).database_app
    except AnwangError as refusal:
        sys.exit(str(refusal))
    record = Record(url, pool_size=4, application_name="anwang vision")
    name = f"{socket.gethostname()}-{os.getpid()}"
    worker = Worker(record, EvidenceStore(settings.evidence_folder), choice_of(settings, name))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    try:
        worker.run()
    finally:
        record.close()


if __name__ == "__main__":
    main()
