"""Where the relay lays pictures down and the portal takes them up: a folder a camera, form and purpose.

The portal says that somebody is watching by touching `wanted`; the relay writes `index.m3u8` with its segments, or
`still.jpg`, and `state.json`. Nothing else passes between them, so that either may die and come back.
"""

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from db.rules.play_address import Form, Purpose

NAME = re.compile(r"(\d{1,10})-(live|still)-(plain|masked|whole)")
PIECE = re.compile(r"index\.m3u8|still\.jpg|p\d{1,12}\.ts")
WATCHED_SECONDS = 20.0
"""A picture nobody asked for within this long is not made any more."""


class State(StrEnum):
    """How a camera's relay does."""

    STARTING = "starting"
    PLAYING = "playing"
    STALLED = "stalled"
    """Pictures came, and come no more."""
    FAILED = "failed"


class Trouble(StrEnum):
    """Why there is no picture; what the camera or its platform said stands in the relay's log."""

    NONE = ""
    NO_SOURCE = "no_source"
    CANNOT_OPEN = "cannot_open"
    NO_ANSWER = "no_answer"
    ENDED = "ended"
    STALLED = "stalled"
    FULL = "full"
    PLATFORM = "platform"
    NO_FFMPEG = "no_ffmpeg"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see."""

    camera_id: int
    purpose: Purpose
    form: Form

    @property
    def name(self) -> str:
        return f"{self.camera_id}-{self.purpose}-{self.form}"

    @property
    def product(self) -> str:
        return "index.m3u8" if self.purpose is Purpose.LIVE else "still.jpg"


@dataclass(frozen=True, slots=True)
class Condition:
    """The relay's last word on one picture; `at` in seconds since 1970."""

    state: State
    at: float
    trouble: Trouble = Trouble.NONE


class RelayFolder:
    """The folder's two sides."""

    def __init__(self, path: Path) -> None:
        self.path = path

    # ── the portal's side ──

    def want(self, wanted: Wanted) -> None:
        """Somebody is watching now."""
        folder = self.path / wanted.name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        touched = folder / "wanted"
        touched.touch(mode=0o600)
        os.utime(touched)

    def piece(self, wanted: Wanted, name: str) -> bytes | None:
        """A playlist, segment or picture as it is now; None where it is not (or no more) there."""
        if not PIECE.fullmatch(name):
            return None
        with suppress(OSError):
            return (self.path / wanted.name / name).read_bytes()
        return None

    def age(self, wanted: Wanted) -> float | None:
        """Seconds since a picture last came; None before the first."""
        with suppress(OSError):
            return max(0.0, time.time() - (self.path / wanted.name / wanted.product).stat().st_mtime)
        return None

    def condition(self, wanted: Wanted) -> Condition | None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads((self.path / wanted.name / "state.json").read_text())
            return Condition(State(told["state"]), float(told["at"]), Trouble(told["trouble"]))
        return None

    # ── the relay's side ──

    def watched(self) -> Iterator[Wanted]:
        """What somebody asked for within the last seconds."""
        if not self.path.is_dir():
            return
        for folder in self.path.iterdir():
            found = NAME.fullmatch(folder.name)
            if found is None:
                continue
            with suppress(OSError):
                if time.time() - (folder / "wanted").stat().st_mtime < WATCHED_SECONDS:
                    yield Wanted(int(found[1]), Purpose(found[2]), Form(found[3]))

    def place(self, wanted: Wanted) -> Path:
        """The picture's own folder, without what an earlier relay left in it."""
        folder = self.path / wanted.name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.name != "wanted":
                old.unlink(missing_ok=True)
        return folder

    def tell(self, wanted: Wanted, condition: Condition) -> None:
        """Replace the last word in one step."""
        folder = self.path / wanted.name
        with suppress(FileNotFoundError):
            half = folder / "state.json.half"
            half.write_text(json.dumps(asdict(condition)))
            half.replace(folder / "state.json")

    def clear(self, wanted: Wanted) -> None:
        """Pictures that nobody watches are not kept."""
        shutil.rmtree(self.path / wanted.name, ignore_errors=True)
