"""One ffmpeg for each picture that is watched: started again when it dies or stalls, ended when nobody looks."""

import logging
import os
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from db.queries import camera_views
from db.relay_folder import Condition, RelayFolder, State, Trouble, Wanted
from db.rules.access_scope import EVERYTHING
from db.session import Record
from vision.relay import ffmpeg
from vision.relay.ffmpeg import Source
from vision.relay.making import Making, begin
from vision.relay.masker import Looks
from vision.relay.sources import CameraAddress, CannotPlay, PlaySource

log = logging.getLogger("anwang.relay")

TICK_SECONDS = 0.2
PROBE_SECONDS = 8.0
STALLED_SECONDS = 10.0
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 30.0


@dataclass(slots=True)
class Channel:
    """One picture in the making."""

    wanted: Wanted
    camera: CameraAddress | None = None
    making: Making | None = None
    began_at: float = 0.0
    again_at: float = 0.0
    wait: float = FIRST_WAIT_SECONDS
    told: Condition | None = None
    opening: threading.Thread | None = None
    opened: Source | CannotPlay | None = None
    folder: Path = field(default_factory=Path)


class Relay:
    """All pictures that somebody watches; `most` at once, the rest are told that the relay is full."""

    def __init__(
        self,
        record: Record,
        folder: RelayFolder,
        sources: dict[str, PlaySource],
        most: int,
        looks: Looks | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._record, self._folder, self._sources, self._most, self._clock = record, folder, sources, most, clock
        self._looks = looks
        self._channels: dict[Wanted, Channel] = {}
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        """Until told to stop; nothing that one camera does keeps another from being shown."""
        try:
            while not self._stopping.is_set():
                self.turn()
                self._stopping.wait(TICK_SECONDS)
        finally:
            for channel in list(self._channels.values()):
                self._end(channel)

    def turn(self) -> None:
        """One look at what is watched and how each picture does."""
        watched = set(self._folder.watched())
        for wanted in self._channels.keys() - watched:
            self._end(self._channels.pop(wanted))
            self._folder.clear(wanted)
        for wanted in watched - self._channels.keys():
            if len(self._channels) >= self._most:
                self._folder.tell(wanted, Condition(State.FAILED, self._clock(), Trouble.FULL))
                continue
            self._channels[wanted] = Channel(wanted)
        for channel in self._channels.values():
            self._see_to(channel)

    def _see_to(self, channel: Channel) -> None:
        now = self._clock()
        if channel.making is not None:
            self._look_after(channel, channel.making, now)
        elif channel.opening is not None:
            if not channel.opening.is_alive():
                self._begin(channel, now)
        elif now >= channel.again_at:
            self._say(channel, State.STARTING)
            channel.folder, channel.opened = self._folder.place(channel.wanted), None
            channel.opening = threading.Thread(target=self._open, args=(channel,), daemon=True)
            channel.opening.start()

    def _open(self, channel: Channel) -> None:
        """Find out where the pictures are and how they are coded: a dead camera takes seconds to say so."""
        try:
            with self._record.scoped(EVERYTHING) as session:
                row = camera_views.stream(session, channel.wanted.camera_id)
            if row is None:
                raise CannotPlay(Trouble.NO_SOURCE, "the camera has no source of pictures on record")
            camera = CameraAddress(row.kind, row.address)
            source = self._sources[row.kind].open(camera)
            channel.camera = camera
            channel.opened = _looked_at(source)
        except CannotPlay as refusal:
            channel.opened = refusal
        except (SQLAlchemyError, OSError) as error:
            channel.opened = CannotPlay(Trouble.NO_ANSWER, str(error).strip().splitlines()[0][:200])

    def _begin(self, channel: Channel, now: float) -> None:
        channel.opening = None
        if not isinstance(channel.opened, Source):
            refusal = channel.opened or CannotPlay(Trouble.CANNOT_OPEN, "the camera's source could not be opened")
            self._again(channel, now, refusal.trouble, str(refusal))
            return
        channel.making = begin(channel.opened, channel.wanted, self._looks, channel.folder, _environment())
        channel.began_at = now

    def _look_after(self, channel: Channel, making: Making, now: float) -> None:
        age = self._folder.age(channel.wanted)
        if making.poll() is not None:
            self._again(channel, now, Trouble.ENDED, self._last_words(channel))
        elif age is None:
            if now - channel.began_at > PROBE_SECONDS + STALLED_SECONDS:
                self._again(channel, now, Trouble.NO_ANSWER)
        elif age > STALLED_SECONDS:
            self._again(channel, now, Trouble.STALLED)
        else:
            channel.wait = FIRST_WAIT_SECONDS
            self._say(channel, State.PLAYING)

    def _again(self, channel: Channel, now: float, trouble: Trouble, words: str = "") -> None:
        """Give up for a while that grows."""
        self._end(channel)
        channel.again_at, channel.wait = now + channel.wait, min(channel.wait * 2, LONGEST_WAIT_SECONDS)
        log.warning("camera %s: %s %s", channel.wanted.camera_id, trouble, words)
        self._say(channel, State.STALLED if trouble is Trouble.STALLED else State.FAILED, trouble)

    def _end(self, channel: Channel) -> None:
        if channel.making is not None:
            channel.making.end()
            channel.making = None
        if channel.camera is not None:
            self._sources[channel.camera.kind].close(channel.camera)
            channel.camera = None

    def _say(self, channel: Channel, state: State, trouble: Trouble = Trouble.NONE) -> None:
        if channel.told is None or channel.told.state is not state or channel.told.trouble != trouble:
            channel.told = Condition(state, self._clock(), trouble)
            self._folder.tell(channel.wanted, channel.told)

    def _last_words(self, channel: Channel) -> str:
        try:
            words = (channel.folder / "log").read_text(errors="replace").strip().splitlines()[-1]
        except (OSError, IndexError):
            return ""
        address = channel.opened.address if isinstance(channel.opened, Source) else ""
        return ffmpeg.without_password(words, address)[:200]


def _looked_at(source: Source) -> Source:
    """The source with its codec and size; as it was where they could not be found out."""
    try:
        told = subprocess.run(  # noqa: S603 - our own program
            ffmpeg.probe(source), capture_output=True, timeout=PROBE_SECONDS, check=False, env=_environment(), text=True
        )
    except subprocess.TimeoutExpired as error:
        raise CannotPlay(Trouble.NO_ANSWER, "the camera does not answer") from error
    except FileNotFoundError as error:
        raise CannotPlay(Trouble.NO_FFMPEG, "ffmpeg is missing; ./prerequisites.sh installs it") from error
    if told.returncode != 0:
        words = (told.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise CannotPlay(Trouble.CANNOT_OPEN, ffmpeg.without_password(words, source.address)[:200])
    codec, *size = told.stdout.strip().splitlines()[0].strip(",").split(",") if told.stdout.strip() else [""]
    width, height = map(int, size) if len(size) == 2 and all(each.isdigit() for each in size) else (0, 0)
    return replace(source, codec=codec, width=width, height=height)


def _environment() -> dict[str, str]:
    """None of our secrets: ffmpeg reads what strangers send."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "HOME", "TMPDIR")}
