"""Heads blurred in moving pictures: one ffmpeg takes them apart, heads are found, another puts them together again.

Pictures wait until heads were found at both ends of their short span, and each has the blur of both: who walks stays
covered between two looks. Where heads cannot be found, or finding them falls behind, the whole picture is masked.
"""

import logging
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.evidence import masking
from db.evidence.masking import Box
from db.rules.play_address import Purpose
from db.services.process import spawn, stop
from vision.relay import ffmpeg
from vision.relay.ffmpeg import Source

log = logging.getLogger("anwang.relay")

Colours = NDArray[np.uint8]
Looks = Callable[[Colours], Sequence[Box] | None]
"""Where heads are, as shares of width and height; None where that cannot be known."""

LOOK_EVERY_SECONDS = 0.5
MOST_DEBT_SECONDS = 1.0
"""So far behind, pictures are masked as a whole until the time is made up."""


@dataclass(slots=True)
class Debt:
    """How far the looking for heads is behind the pictures."""

    seconds: float = 0.0

    @property
    def is_too_much(self) -> bool:
        return self.seconds > MOST_DEBT_SECONDS

    def spend(self, took: float, covered: float) -> None:
        self.seconds = max(0.0, self.seconds + took - covered)


class Masked:
    """Both ffmpeg of one picture and the thread between them; like one process to whoever looks after it."""

    def __init__(
        self, source: Source, purpose: Purpose, looks: Looks, folder: Path, env: Mapping[str, str] | None
    ) -> None:
        self._size, self._fps, self._looks = ffmpeg.masked_size(source), ffmpeg.masked_fps(purpose), looks
        log_file, apart, together = (
            folder / "log",
            ffmpeg.take_apart(source, purpose),
            ffmpeg.put_together(source, purpose),
        )
        self._apart = spawn(apart, log_file, env=env, cwd=folder, stdout=subprocess.PIPE)
        self._together = spawn(together, log_file, env=env, cwd=folder, stdin=subprocess.PIPE)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def poll(self) -> int | None:
        """None while pictures are made."""
        if not self._thread.is_alive():
            return 1
        ended = self._apart.poll()
        return self._together.poll() if ended is None else ended

    def end(self) -> None:
        for process in (self._apart, self._together):
            stop(process, seconds=1)  # the thread finds its pipes closed: a look that lasts holds up no other camera

    def _run(self) -> None:
        taken, given = self._apart.stdout, self._together.stdin
        if taken is None or given is None:
            return
        try:
            with taken, given:
                mask(taken, given, self._size, self._fps, self._looks)
        except OSError:
            return  # either ffmpeg ended: whoever looks after this begins anew
        except Exception:
            log.exception("pictures could not be masked")


def mask(taken: IO[bytes], given: IO[bytes], size: tuple[int, int], fps: float, looks: Looks) -> None:
    """From `taken` to `given` until its end: pictures of `size` (width, height), 24 bits a point, `fps` a second."""
    span = max(1, round(LOOK_EVERY_SECONDS * fps))
    before: Sequence[Box] | None = None
    is_first, debt, found = True, Debt(), _telling_once(looks)
    while pictures := _pictures(taken, size, 1 if is_first else span):
        began = time.monotonic()
        heads = None if debt.is_too_much else found(pictures[-1])
        known = None if heads is None or (before is None and not is_first) else [*(before or ()), *heads]
        for picture in pictures:
            given.write(masking.drawn(Image.fromarray(picture), known).tobytes())
        given.flush()
        debt.spend(time.monotonic() - began, len(pictures) / fps)
        before, is_first = heads, False


def _telling_once(looks: Looks) -> Looks:
    """The same, with None for an error; the first error is logged, not two a second."""
    has_failed = False

    def found(picture: Colours) -> Sequence[Box] | None:
        nonlocal has_failed
        try:
            return looks(picture)
        except Exception:
            if not has_failed:
                log.exception("no heads could be looked for: pictures are masked as a whole")
            has_failed = True
            return None

    return found


def _pictures(taken: IO[bytes], size: tuple[int, int], most: int) -> list[Colours]:
    width, height = size
    found = []
    for _n in range(most):
        raw = taken.read(width * height * 3)
        if len(raw) < width * height * 3:
            break
        found.append(np.frombuffer(raw, np.uint8).reshape(height, width, 3))
    return found
