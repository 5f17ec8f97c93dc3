"""Pictures and short clips as evidence keeps them."""

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import av
from av.error import FFmpegError
from PIL import Image

from vision.frame_source import Kept
from vision.frames import Frame

QUALITY = 88
WIDEST = 854
MILLISECONDS = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class Clip:
    """An H.264 MP4 that browsers play; its moments by the reader's clock."""

    content: bytes
    since: float
    until: float


def jpeg(frame: Frame) -> bytes:
    """The picture as it came."""
    out = io.BytesIO()
    Image.fromarray(frame.colours()).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def clip_of(kept: Kept, since: float, until: float) -> Clip | None:
    """What was seen from about `since` to `until`; None where nothing of it can be decoded."""
    pictures = _decoded(kept, since, until)
    if len(pictures) < 2:
        return None
    width = min(WIDEST, pictures[0][1].width) // 2 * 2
    height = round(pictures[0][1].height * width / pictures[0][1].width) // 2 * 2
    with NamedTemporaryFile(suffix=".mp4") as file:
        with av.open(file.name, "w", format="mp4", options={"movflags": "+faststart"}) as container:
            _code(container, pictures, width, height)
        return Clip(Path(file.name).read_bytes(), pictures[0][0], pictures[-1][0])


def _code(container: Any, pictures: list[tuple[float, Any]], width: int, height: int) -> None:
    """Each picture at the moment at which it came."""
    stream: Any = container.add_stream("libx264", rate=25)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.codec_context.time_base = MILLISECONDS
    stream.options = {"preset": "veryfast", "crf": "27"}
    last = -1
    for seconds, picture in pictures:
        at = round((seconds - pictures[0][0]) * 1000)
        if at <= last:
            continue
        scaled = picture.reformat(width, height, "yuv420p")
        scaled.pts, scaled.time_base, last = at, MILLISECONDS, at
        scaled.pict_type = 0
        container.mux(stream.encode(scaled))
    container.mux(stream.encode(None))


def _decoded(kept: Kept, since: float, until: float) -> list[tuple[float, Any]]:
    """Pictures with the moment at which each arrived; the first packets are decoded for the sake of the later ones."""
    context: Any = av.CodecContext.create(kept.codec, "r")
    if kept.extradata:
        context.extradata = kept.extradata
    arrived = {packet.pts: at for at, packet in kept.packets if packet.pts is not None}
    found: list[tuple[float, Any]] = []
    last = kept.packets[0][0]
    for packet in [*(packet for _at, packet in kept.packets), None]:
        try:
            pictures = context.decode(packet)
        except FFmpegError:
            continue
        for picture in pictures:
            last = arrived.get(picture.pts, last)
            if since <= last <= until and not picture.is_corrupt:
                found.append((last, picture))
    return sorted(found, key=lambda each: each[0])
