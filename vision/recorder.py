"""What was found goes on record, in a thread of its own: the database may be slow or away, the looking goes on."""

import io
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from PIL import Image
from sqlalchemy.exc import SQLAlchemyError

from db.commands import camera_verdicts, cameras
from db.commands.camera_verdicts import NewVerdict
from db.errors import NotFound
from db.evidence.sniffing import JPEG
from db.evidence.store import EvidenceStore
from db.queries.camera_frames import Box, Headless
from db.rules.access_scope import EVERYTHING
from db.session import Record
from vision.clips import clip_of, jpeg
from vision.frame_source import FrameReader, Kept
from vision.frames import Colours, Frame

log = logging.getLogger("anwang.vision.recorder")

MOST_WAITING = 500
AGAIN_SECONDS = 1.0
BEFORE_SECONDS, AFTER_SECONDS = 5.0, 3.0


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, what came before it, and the reader that will know what came after."""

    frame: Frame
    reader: FrameReader
    before: Kept | None

    @classmethod
    def of(cls, frame: Frame, reader: FrameReader) -> "Shown":
        return cls(frame, reader, reader.kept())

    def around(self) -> Kept | None:
        """The coded pictures around the moment; where the stream was opened anew since, those before it."""
        now = self.reader.kept()
        return now if now is not None and now.packets[0][0] <= self.frame.seconds - 1 else self.before or now


@dataclass(frozen=True, slots=True)
class _WantedClip:
    frame_id: int
    shown: Shown
    due: float


Act = Callable[[], None]
FindHeads = Callable[[Colours], list[Box] | None]


def nobody_looks(_picture: Colours) -> None:
    """Without a detector of heads every picture is masked as a whole."""


class Recorder:
    """Takes acts and does each until it is done, in order; clips and heads follow seconds later beside them."""

    def __init__(self, record: Record, store: EvidenceStore, model: str, heads: FindHeads = nobody_looks) -> None:
        self._record, self._store, self._model, self._heads = record, store, model, heads
        self._acts: queue.Queue[Act | None] = queue.Queue(MOST_WAITING)
        self._clips: queue.Queue[_WantedClip | None] = queue.Queue(MOST_WAITING)
        self._faces: queue.Queue[Headless | None] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._write, name="recorder", daemon=True),
            threading.Thread(target=self._cut, name="clips", daemon=True),
            threading.Thread(target=self._mask, name="heads", daemon=True),
        ]
        self.written = 0

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """What waits is written first, as far as the time allows."""
        self._put(self._acts, None)
        self._threads[0].join(seconds)
        self._stopping.set()
        self._put(self._clips, None)
        self._threads[1].join(seconds)
        self._put(self._faces, None)
        self._threads[2].join(seconds)

    def found(self, verdict: NewVerdict, shown: Shown | None) -> None:
        """A verdict that begins, with its picture."""
        self._put(self._acts, lambda: self._give(verdict, shown))

    def lasts(self, verdict: NewVerdict) -> None:
        """A verdict that still holds."""
        self._put(self._acts, lambda: self._say_again(verdict))

    def proves(self, device_id: int, at: datetime) -> None:
        self._put(self._acts, lambda: self._prove(device_id, at))

    def keeps_view(self, device_id: int, frame: Frame) -> None:
        """The view that the camera is compared with from now on."""
        self._put(self._acts, lambda: self._keep_view(device_id, frame))

    def keeps_equipment(self, rule_id: int, frame: Frame) -> None:
        """How the equipment looks that the rule watches."""
        self._put(self._acts, lambda: self._keep_equipment(rule_id, frame))

    def wanted(self, device_id: int, alarm_id: int, shown: Shown) -> None:
        """A picture for an alarm that something else has raised."""
        self._put(self._acts, lambda: self._keep(device_id, alarm_id, shown))

    def masks(self, frame: Headless) -> None:
        """Look for heads in a picture, once it is kept: an alarm does not wait for it."""
        if self._heads is not nobody_looks:
            self._put(self._faces, frame)

    def _mask(self) -> None:
        while (frame := self._faces.get()) is not None:
            try:
                self._mask_one(frame)
            except Exception:
                log.exception("heads could not be kept: the picture stays masked as a whole")

    def _mask_one(self, frame: Headless) -> None:
        try:
            content, _kind = self._store.read(frame.sha256, JPEG, "original")
        except NotFound:
            return
        heads = self._heads_of(np.array(Image.open(io.BytesIO(content)).convert("RGB")))
        if heads is not None:
            with self._record.scoped(EVERYTHING) as session:
                camera_verdicts.keep_heads(session, frame, heads)

    def _heads_of(self, picture: Colours) -> list[Box] | None:
        """None after an error too: a picture that cannot be looked at is masked as a whole."""
        try:
            return self._heads(picture)
        except Exception:
            log.exception("heads could not be looked for")
            return None

    def _put(self, waiting: queue.Queue, entry: object) -> None:  # type: ignore[type-arg]
        try:
            waiting.put_nowait(entry)
        except queue.Full:
            log.error("too much waits to be written: a finding is lost")

    def _write(self) -> None:
        while (act := self._acts.get()) is not None:
            while not self._stopping.is_set():
                try:
                    act()
                    self.written += 1
                    break
                except (SQLAlchemyError, OSError) as error:
                    log.warning("cannot write: %s", str(error).strip().splitlines()[0])
                    self._stopping.wait(AGAIN_SECONDS)
                except Exception:
                    log.exception("a finding could not be written")
                    break

    def _give(self, verdict: NewVerdict, shown: Shown | None) -> None:
        stored = self._store.keep(jpeg(shown.frame)) if shown is not None else None
        with self._record.scoped(EVERYTHING) as session:
            given = camera_verdicts.give(session, verdict, stored, datetime.now(UTC))
        if given.frame_id is not None and stored is not None:
            self.masks(Headless(given.frame_id, stored.sha256))
        if given.frame_id is not None and shown is not None:
            self._put(self._clips, _WantedClip(given.frame_id, shown, shown.frame.seconds + AFTER_SECONDS))

    def _say_again(self, verdict: NewVerdict) -> None:
        with self._record.scoped(EVERYTHING) as session:
            camera_verdicts.say_again(session, verdict, datetime.now(UTC))

    def _prove(self, device_id: int, at: datetime) -> None:
        with self._record.scoped(EVERYTHING) as session:
            camera_verdicts.prove(session, device_id, at, datetime.now(UTC))

    def _keep_view(self, device_id: int, frame: Frame) -> None:
        stored = self._store.keep(jpeg(frame))
        with self._record.scoped(EVERYTHING) as session:
            cameras.keep_view(session, device_id, stored.sha256, datetime.now(UTC))

    def _keep_equipment(self, rule_id: int, frame: Frame) -> None:
        stored = self._store.keep(jpeg(frame))
        with self._record.scoped(EVERYTHING) as session:
            cameras.keep_equipment(session, rule_id, stored.sha256)

    def _keep(self, device_id: int, alarm_id: int, shown: Shown) -> None:
        stored = self._store.keep(jpeg(shown.frame))
        with self._record.scoped(EVERYTHING) as session:
            frame_id = camera_verdicts.keep_frame(session, device_id, stored, shown.frame.at, alarm_id)
        self.masks(Headless(frame_id, stored.sha256))
        self._put(self._clips, _WantedClip(frame_id, shown, shown.frame.seconds + AFTER_SECONDS))

    def _cut(self) -> None:
        while (wanted := self._clips.get()) is not None:
            self._stopping.wait(max(0.0, wanted.due - time.monotonic()))
            try:
                self._cut_one(wanted)
            except Exception:
                log.exception("no clip could be made")

    def _cut_one(self, wanted: _WantedClip) -> None:
        """The picture stands without its clip where the stream has none to give."""
        frame = wanted.shown.frame
        kept = wanted.shown.around()
        clip = clip_of(kept, frame.seconds - BEFORE_SECONDS, frame.seconds + AFTER_SECONDS) if kept else None
        if clip is None:
            return
        digest = self._store.keep_clip(clip.content)
        since, until = (frame.at + timedelta(seconds=each - frame.seconds) for each in (clip.since, clip.until))
        with self._record.scoped(EVERYTHING) as session:
            camera_verdicts.keep_clip(session, wanted.frame_id, digest, since, until)
