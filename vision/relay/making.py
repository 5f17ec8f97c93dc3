"""One picture in the making: an ffmpeg, or two with the looking for heads between them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from db.relay_folder import Wanted
from db.rules.play_address import Form
from db.services.process import spawn, stop
from vision.relay import ffmpeg
from vision.relay.ffmpeg import Source
from vision.relay.masker import Looks, Masked


class Making(Protocol):
    """What the relay looks after."""

    def poll(self) -> int | None:
        """None while pictures are made."""

    def end(self) -> None: ...


class One:
    """One ffmpeg from the source to what browsers play."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def poll(self) -> int | None:
        return self._process.poll()

    def end(self) -> None:
        stop(self._process, seconds=1)


def begin(source: Source, wanted: Wanted, looks: Looks | None, folder: Path, env: Mapping[str, str]) -> Making:
    """Start it; without anybody who looks for heads a masked picture is masked as a whole."""
    if wanted.form is Form.MASKED and looks is not None:
        return Masked(source, wanted.purpose, looks, folder, env)
    return One(spawn(ffmpeg.play(source, wanted), folder / "log", cwd=folder, env=env))
