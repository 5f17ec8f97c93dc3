"""Pictures out of a stream: file, RTSP or HLS, every frame, at a low rate or key frames alone; it never hangs."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import av
from av.error import FFmpegError

from vision.frames import Frame

log = logging.getLogger("anwang.vision.frames")

OPEN_SECONDS, READ_SECONDS = 8.0, 6.0
AGAIN_SECONDS, LONGEST_AGAIN_SECONDS = 1.0, 15.0
CLIP_SECONDS = 12.0
MOST_KEPT_BYTES = 24 * 1024 * 1024
RATE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Where a stream lies and how it is decoded; `rate` pictures a second are handed on at most."""

    kind: str
    address: str
    decode: str = "low_fps"
    rate: float = 5.0
    is_repeating: bool = False

    def options(self) -> dict[str, str]:
        if self.kind == "file":
            return {"fflags": "discardcorrupt"}
        quick = {"fflags": "discardcorrupt", "analyzeduration": "1000000", "fpsprobesize": "0"}
        return quick | ({"rtsp_transport": "tcp"} if self.kind == "rtsp" else {})


@dataclass(frozen=True, slots=True)
class Kept:
    """Coded pictures of the last seconds, from a key frame on, with the decoder's settings."""

    codec: str
    extradata: bytes | None
    packets: tuple[tuple[float, Any], ...]
    """Arrival seconds, packet."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How a stream does at this moment."""

    seen_seconds: float | None
    """When the last picture was decoded."""
    decoded_fps: float
    corrupt_rate: float
    """Share of coded pictures of the last seconds that could not be decoded."""
    trouble: str | None


class FrameReader:
    """A thread that reads one stream for as long as it is wanted, and keeps the newest picture at hand.

    Whoever is slow misses pictures, never the reader. A stream that ends, breaks or falls silent is opened anew.
    """

    def __init__(self, stream: Stream, clock: Callable[[], float] = time.monotonic) -> None:
        self.stream = stream
        self._clock = clock
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._newest: Frame | None = None
        self._kept: deque[tuple[float, Any, bool]] = deque()
        self._kept_bytes = 0
        self._codec: tuple[str, bytes | None] | None = None
        self._decoded: deque[float] = deque(maxlen=4096)
        self._corrupt: deque[float] = deque(maxlen=4096)
        self._seen: float | None = None
        self._trouble: str | None = None
        self._container: Any = None
        self._thread = threading.Thread(target=self._run, name=f"frames {stream.address[-24:]}", daemon=True)

    def start(self) -> "FrameReader":
        self._thread.start()
        return self

    def stop(self) -> None:
        """At the next packet, or when the read's time is up; nobody waits for it."""
        self._stopping.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    def take(self) -> Frame | None:
        """The newest picture, once; None where none has come since."""
        with self._lock:
            frame, self._newest = self._newest, None
        return frame

    @property
    def has_one(self) -> bool:
        return self._newest is not None

    def pulse(self) -> Pulse:
        since = self._clock() - RATE_SECONDS
        with self._lock:
            decoded = sum(1 for each in self._decoded if each >= since)
            corrupt = sum(1 for each in self._corrupt if each >= since)
        total = decoded + corrupt
        return Pulse(self._seen, decoded / RATE_SECONDS, corrupt / total if total else 0.0, self._trouble)

    def kept(self) -> Kept | None:
        """The coded pictures at hand, for a clip; None before the first key frame."""
        with self._lock:
            if self._codec is None or not self._kept:
                return None
            return Kept(*self._codec, tuple((at, packet) for at, packet, _key in self._kept))

    def _run(self) -> None:
        wait = AGAIN_SECONDS
        while not self._stopping.is_set():
            began = self._clock()
            try:
                self._read()
                self._trouble = None if self.stream.is_repeating else "the stream ended"
            except (FFmpegError, OSError, ValueError) as error:
                self._trouble = _sentence(error)
            except Exception:
                log.exception("reading %s stumbled", self.stream.kind)
                self._trouble = "the reader stumbled"
            is_repeating = self.stream.is_repeating and self._trouble is None
            wait = AGAIN_SECONDS if self._clock() - began > 30 else min(wait * 1.6, LONGEST_AGAIN_SECONDS)
            if not is_repeating:
                self._stopping.wait(wait)

    def _read(self) -> None:
        timeout = (OPEN_SECONDS, READ_SECONDS)
        with av.open(self.stream.address, options=self.stream.options(), timeout=timeout) as container:
            if not container.streams.video:
                raise ValueError("no video in the stream")
            video = container.streams.video[0]
            video.thread_type = "NONE"
            if self.stream.decode == "key_frames":
                video.codec_context.skip_frame = "NONKEY"
            self._forget(video)
            pace = Pace(self._clock, is_file=self.stream.kind == "file")
            self._container = container
            for packet in container.demux(video):
                if self._stopping.is_set():
                    return
                if packet.dts is None and packet.size == 0:
                    self._decode(packet, pace)
                    continue
                if self.stream.decode != "key_frames" or packet.is_keyframe:
                    self._keep(packet)
                if self.stream.decode == "key_frames" and not packet.is_keyframe:
                    if pace.is_file and packet.pts is not None:
                        pace.wait(float(packet.pts * packet.time_base), self._stopping)
                    continue
                self._decode(packet, pace)

    def _decode(self, packet: Any, pace: "Pace") -> None:
        """A packet that cannot be decoded is counted and passed by."""
        try:
            pictures = packet.decode()
        except (av.error.InvalidDataError, av.error.PatchWelcomeError):
            with self._lock:
                self._corrupt.append(self._clock())
            return
        for picture in pictures:
            if pace.is_file and picture.time is not None:
                pace.wait(picture.time, self._stopping)
            self._hand_on(picture, pace)

    def _hand_on(self, picture: Any, pace: "Pace") -> None:
        now = self._clock()
        with self._lock:
            (self._corrupt if picture.is_corrupt else self._decoded).append(now)
        if picture.is_corrupt:
            return
        self._seen, self._trouble = now, None
        if not pace.is_due(now, self.stream.rate):
            return
        size = (picture.width, picture.height)
        frame = Frame(datetime.now(UTC), now, *size, picture, bool(picture.key_frame), self._camera_clock(picture))
        with self._lock:
            self._newest = frame

    def _camera_clock(self, picture: Any) -> datetime | None:
        """What the camera's own clock said at this picture, as RTSP cameras report it now and then (RTCP)."""
        began = self._container.start_time_realtime if self.stream.kind == "rtsp" else None
        if not began or picture.time is None:
            return None
        try:
            return datetime.fromtimestamp(began / 1_000_000 + picture.time, UTC)
        except (OverflowError, ValueError, OSError):
            return datetime.fromtimestamp(0, UTC)

    def _forget(self, video: Any) -> None:
        context = video.codec_context
        with self._lock:
            self._kept.clear()
            self._kept_bytes = 0
            self._codec = (context.name, bytes(context.extradata) if context.extradata else None)

    def _keep(self, packet: Any) -> None:
        """Of the last seconds, whole groups of pictures: a clip must begin with a key frame."""
        now = self._clock()
        with self._lock:
            self._kept.append((now, packet, packet.is_keyframe))
            self._kept_bytes += packet.size
            while self._may_drop_a_group(now):
                _at, dropped, _key = self._kept.popleft()
                self._kept_bytes -= dropped.size
                while self._kept and not self._kept[0][2]:
                    self._kept_bytes -= self._kept.popleft()[1].size

    def _may_drop_a_group(self, now: float) -> bool:
        if not self._kept[0][2] or self._kept_bytes > MOST_KEPT_BYTES:
            return len(self._kept) > 1
        second = next((at for at, _packet, is_key in list(self._kept)[1:] if is_key), None)
        return second is not None and second < now - CLIP_SECONDS


class Pace:
    """A file plays as fast as a camera would; whatever comes faster than asked for is left out."""

    def __init__(self, clock: Callable[[], float], *, is_file: bool) -> None:
        self._clock = clock
        self.is_file = is_file
        self._began: float | None = None
        self._due = 0.0

    def wait(self, media_seconds: float, stopping: threading.Event) -> None:
        now = self._clock()
        if self._began is None or media_seconds < now - self._began - 5 or media_seconds > now - self._began + 5:
            self._began = now - media_seconds
        ahead = media_seconds - (now - self._began)
        if ahead > 0.002:
            stopping.wait(ahead)

    def is_due(self, now: float, rate: float) -> bool:
        if now < self._due - 0.2 / rate:
            return False
        self._due = max(self._due + 1 / rate, now)
        return True


def pictures_of(address: str, began: datetime, rate: float | None = None) -> Iterator[Frame]:
    """Every picture of a file at once, each at the moment that its own clock says; for benches and tests."""
    with av.open(address) as container:
        video = container.streams.video[0]
        due = 0.0
        for picture in container.decode(video):
            seconds = float(picture.time or 0.0)
            if rate is not None and seconds < due - 1e-6:
                continue
            due = seconds + 1 / rate if rate is not None else 0.0
            at = datetime.fromtimestamp(began.timestamp() + seconds, UTC)
            yield Frame(at, seconds, picture.width, picture.height, picture, bool(picture.key_frame))


def _sentence(error: Exception) -> str:
    """Without the address, which may hold a password."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(said).splitlines()[0][:160]
