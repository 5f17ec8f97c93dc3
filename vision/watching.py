"""One camera in a worker's hands: its reader, its analysis, its turns."""

import io
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from PIL import Image

from db.commands.camera_leases import CameraNews
from db.commands.camera_verdicts import NewVerdict
from db.errors import NotFound
from db.evidence.sniffing import JPEG
from db.evidence.store import EvidenceStore
from db.queries.cameras import CameraSet
from db.rules.camera_rules import TRUSTED, Fitness, Mode
from vision.analyse import CameraAnalysis, Ready, Registered
from vision.frame_source import FrameReader, Stream
from vision.frames import Colours, Frame
from vision.judge.fitness import view_of
from vision.judge.persistence import Turn
from vision.judge.rules import Finding
from vision.recorder import Recorder, Shown
from vision.schedule import Turns

PROVE_SECONDS = 600.0
UNFIT_AGAIN_SECONDS = 600.0
UNFIT_THRESHOLD = 0.5


@dataclass(slots=True)
class WatchedCamera:
    """From the lease to the verdict; the worker's loop calls it, nobody else."""

    camera: CameraSet
    reader: FrameReader
    analysis: CameraAnalysis
    turns: Turns
    recorder: Recorder
    model: str
    began: float
    newest: Frame | None = None
    told: Fitness = Fitness.UNKNOWN
    told_at: float = 0.0
    proved_at: float = field(default=-1e9)
    looked: int = 0
    gated: int = 0

    @classmethod
    def open(
        cls, camera: CameraSet, classes: tuple[str, ...], model: str, recorder: Recorder, store: EvidenceStore
    ) -> "WatchedCamera":
        """Begin to read and to watch."""
        now = time.monotonic()
        rate = camera.target_fps * 1.5
        stream = Stream(camera.kind, camera.address, camera.decode, rate, camera.is_repeating)
        analysis = CameraAnalysis(camera, classes, registered(camera, store))
        turns = Turns(camera.target_fps, now)
        return cls(camera, FrameReader(stream).start(), analysis, turns, recorder, model, now, told=camera.fitness)

    def change(self, camera: CameraSet, classes: tuple[str, ...], store: EvidenceStore) -> None:
        """Other rules for the same stream: what is read goes on, what was judged begins anew."""
        self.camera = camera
        self.analysis = CameraAnalysis(camera, classes, registered(camera, store))
        self.turns.target_fps = camera.target_fps

    def before(self, now: float) -> Ready | None:
        """Take the newest picture, if there is one."""
        frame = self.reader.take()
        if frame is None:
            return None
        self.newest = frame
        self.turns.note(now)
        ready = self.analysis.before(frame)
        self.looked += 1
        self.gated += not ready.needs_detector
        if ready.fitness is Fitness.FIT and now - self.proved_at > PROVE_SECONDS:
            self.proved_at = now
            self.recorder.proves(self.camera.device_id, frame.at)
        return ready

    def keep_what_was_learnt(self) -> None:
        for rule_id in self.analysis.learnt():
            if self.newest is None:
                continue
            if rule_id is None:
                self.recorder.keeps_view(self.camera.device_id, self.newest)
            else:
                self.recorder.keeps_equipment(rule_id, self.newest)

    def conclude(self, findings: list[Finding], ready: Ready) -> None:
        """Findings become verdicts; what ends needs no word, people close alarms."""
        for finding in findings:
            verdict = self._verdict(finding)
            if finding.turn is Turn.BEGINS:
                self.recorder.found(verdict, Shown.of(ready.frame, self.reader))
            elif finding.turn is Turn.LASTS:
                self.recorder.lasts(verdict)

    def check_fitness(self, now: float) -> Fitness:
        """Once a second, pictures or none: says once that the camera is unfit, and again while it lasts."""
        pulse = self.reader.pulse()
        fitness = self.analysis.fitness.tick(now, pulse.seen_seconds, self.began, pulse.corrupt_rate)
        if fitness in TRUSTED:
            self.told = fitness if fitness is Fitness.FIT else self.told
            return fitness
        is_new = fitness is not self.told and (self.told in TRUSTED or fitness is not Fitness.LOST)
        if is_new or now - self.told_at >= UNFIT_AGAIN_SECONDS:
            verdict = self._unfit(fitness)
            shown = Shown.of(self.newest, self.reader) if self.newest is not None else None
            if is_new:
                self.recorder.found(verdict, shown)
            else:
                self.recorder.lasts(verdict)
            self.told_at = now
        self.told = fitness
        return fitness

    def news(self, now: float) -> CameraNews:
        pulse, newest = self.reader.pulse(), self.newest
        return CameraNews(
            self.camera.device_id,
            round(pulse.decoded_fps, 2),
            round(self.turns.fps(now), 2),
            self.turns.is_degraded(now, pulse.decoded_fps),
            self.analysis.fitness.state,
            newest.at if newest is not None else None,
            newest.width if newest is not None else None,
            newest.height if newest is not None else None,
            pulse.trouble,
        )

    def close(self) -> None:
        self.reader.stop()

    def _verdict(self, finding: Finding) -> NewVerdict:
        return NewVerdict(
            self.camera.device_id,
            *(finding.rule, finding.rule_id, finding.mode, finding.at, round(finding.score, 4), finding.threshold),
            value=None if finding.value is None else round(finding.value, 3),
            model=self.model,
            boxes=finding.boxes,
        )

    def _unfit(self, fitness: Fitness) -> NewVerdict:
        score = round(self.analysis.fitness.score, 3)
        about = (self.camera.device_id, None, None, Mode.RING, datetime.now(UTC), score, UNFIT_THRESHOLD)
        return NewVerdict(*about, value=0.0, fitness=fitness)


def registered(camera: CameraSet, store: EvidenceStore) -> Registered:
    """The pictures that the camera's judges compare with; one that is lost is learnt anew."""
    view = _picture(camera.reference, store)
    equipment = {rule.id: _picture(rule.reference, store) for rule in camera.rules if rule.reference is not None}
    moment = datetime.now(UTC)
    return Registered(
        view_of(Frame.of(view, moment, 0.0).grey()) if view is not None else None,
        {rule_id: picture for rule_id, picture in equipment.items() if picture is not None},
    )


def _picture(digest: bytes | None, store: EvidenceStore) -> Colours | None:
    if digest is None:
        return None
    try:
        content, _kind = store.read(digest, JPEG, "original")
    except NotFound:
        return None
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), np.uint8)
