"""One decoded picture: a small grey copy at hand, the colours only for whoever asks."""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

_scalers = threading.local()
GREY_WIDTH = 320
DETECTOR_WIDTH = 640
MOST_SCALERS = 8
Grey = NDArray[np.uint8]
Colours = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A picture with the moment it arrived; `seconds` is a clock that only goes forward."""

    at: datetime
    seconds: float
    width: int
    height: int
    decoded: Any = field(repr=False)
    """The decoder's own picture (av.VideoFrame)."""
    is_key: bool = False
    camera_clock: datetime | None = None
    """What the camera says the time is, where its stream tells."""

    @classmethod
    def of(cls, colours: Colours, at: datetime, seconds: float) -> "Frame":
        """From an array (height, width, 3) of RGB."""
        made = av.VideoFrame.from_ndarray(np.ascontiguousarray(colours), format="rgb24")
        return cls(at, seconds, made.width, made.height, made)

    def grey(self) -> Grey:
        """About 320 columns wide: every nth dot of the brightness, a copy."""
        step = max(1, round(self.width / GREY_WIDTH))
        plane = self._brightness()
        return np.ascontiguousarray(plane[step // 2 :: step, step // 2 :: step])

    def colours(self, width: int | None = None, height: int | None = None) -> Colours:
        """RGB (height, width, 3), scaled where asked."""
        size = width or self.width, height or self.height
        name = self.decoded.format.name
        # First smaller, then in colours: at once it takes twice as long.
        is_whole = size == (self.width, self.height) or self.decoded.format.has_palette
        small = self.decoded if is_whole else _scaled(self.decoded, size, name)
        return np.asarray(_scaled(small, size, "rgb24").to_ndarray(), np.uint8)

    def for_detector(self, size: tuple[int, int] | None = None) -> Colours:
        """As large as fits the detector's size, or as detectors need at most; never larger than it came."""
        width, height = size or (DETECTOR_WIDTH, self.height)
        scale = min(width / self.width, height / self.height)
        return self.colours() if scale >= 1 else self.colours(round(self.width * scale), round(self.height * scale))

    def _brightness(self) -> Grey:
        kind = self.decoded.format
        is_plain = kind.name.startswith(("yuv", "gray", "nv")) and kind.components[0].bits == 8
        if not is_plain or kind.name in ("yuyv422", "uyvy422", "yvyu422"):
            return np.asarray(self.decoded.reformat(format="gray").to_ndarray(), np.uint8)
        plane = self.decoded.planes[0]
        lines = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return lines[: self.height, : self.width]


def _scaled(picture: Any, size: tuple[int, int], name: str) -> Any:
    """With one scaler a thread and shape: making one takes longer than scaling a picture with it."""
    shape = (picture.width, picture.height, picture.format.name, *size, name)
    known: dict[tuple[object, ...], VideoReformatter] = _scalers.__dict__.setdefault("known", {})
    if shape not in known:
        if len(known) >= MOST_SCALERS:
            known.clear()
        known[shape] = VideoReformatter()
    return known[shape].reformat(picture, *size, name, interpolation="BILINEAR", threads=1)
