"""What ffmpeg is told for each picture; nothing here starts it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from db.relay_folder import Wanted
from db.rules.play_address import MASK_POINTS, Form, Purpose

SEGMENT_SECONDS = 1
SEGMENTS = 8
STILL_EVERY_SECONDS = 2
MOST_WIDTH = 1280
STILL_WIDTH = 640
MASKED_FPS = 8
"""Of live pictures with heads blurred: each is looked at by models."""
ENCODED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
    *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-maxrate", "1500k", "-bufsize", "3000k"),
)
STILL = ("-q:v", "6", "-f", "image2", "-update", "1", "-atomic_writing", "1", "still.jpg")
NETWORK_PROTOCOLS = {
    "rtsp": "rtp,rtcp,udp,tcp,rtsp,tls,srtp,http",
    "rtsps": "rtp,rtcp,udp,tcp,rtsp,tls,srtp,crypto",
    "http": "http,tcp,crypto",
    "https": "https,http,tls,tcp,crypto",
}
"""What ffmpeg may open on behalf of an address: a hostile playlist must not read files."""


class Kind(StrEnum):
    """Where pictures come from."""

    FILE = "file"
    RTSP = "rtsp"
    HLS = "hls"


@dataclass(frozen=True, slots=True)
class Source:
    """An address that ffmpeg opens, and the codec and size that were found there (empty and 0: not known)."""

    kind: Kind
    address: str
    codec: str = ""
    width: int = 0
    height: int = 0

    @property
    def is_usable(self) -> bool:
        """A file's path, or an address of a protocol that its kind may have."""
        if self.kind is Kind.FILE:
            return self.address.startswith("/")
        allowed = ("rtsp", "rtsps") if self.kind is Kind.RTSP else ("http", "https")
        return urlsplit(self.address).scheme in allowed


def without_password(words: str, address: str) -> str:
    """ffmpeg repeats addresses with their passwords: not for logs and pages."""
    where = urlsplit(address)
    if where.username is None and where.password is None:
        return words
    login, _, _place = where.netloc.rpartition("@")
    return words.replace(f"{login}@", "")


def probe(source: Source) -> list[str]:
    """Asks for the codec's name, the width and the height."""
    asked = "stream=codec_name,width,height"
    return [
        *("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", asked, "-of", "csv=p=0"),
        *_opening(source),
        source.address,
    ]


def play(source: Source, wanted: Wanted) -> list[str]:
    """The pictures of a source as a playlist of short segments, or as one still that is replaced; without sound."""
    pictures = _live(source, wanted.form) if wanted.purpose is Purpose.LIVE else _still(wanted.form)
    return [*_read(source), *pictures]


def take_apart(source: Source, purpose: Purpose) -> list[str]:
    """The pictures of a source as points, 24 bits each, of `masked_size` and `masked_fps`, on standard output."""
    width, height = masked_size(source)
    every = f"fps={MASKED_FPS}" if purpose is Purpose.LIVE else f"fps=1/{STILL_EVERY_SECONDS}:round=up"
    shown = f"{every},scale={width}:{height}:flags=bilinear"
    return [*_read(source), *("-vf", shown, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1")]


def put_together(source: Source, purpose: Purpose) -> list[str]:
    """What `take_apart` gave, from standard input, as a playlist of short segments or one still that is replaced."""
    width, height = masked_size(source)
    rate = str(MASKED_FPS) if purpose is Purpose.LIVE else f"1/{STILL_EVERY_SECONDS}"
    return [
        *("ffmpeg", "-hide_banner", "-loglevel", "error", "-probesize", "32", "-analyzeduration", "0"),
        *("-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", f"{width}x{height}", "-framerate", rate),
        *("-i", "pipe:0"),
        *([*ENCODED, *_segments()] if purpose is Purpose.LIVE else STILL),
    ]


def masked_size(source: Source) -> tuple[int, int]:
    """Width and height in points of a picture with heads blurred: small, as evidence is; both even."""
    width, height = (source.width, source.height) if source.width and source.height else (16, 9)
    shown = min(STILL_WIDTH, width) if source.width else STILL_WIDTH
    return shown // 2 * 2, max(2, round(shown * height / width / 2) * 2)


def masked_fps(purpose: Purpose) -> float:
    """Pictures a second with heads blurred."""
    return MASKED_FPS if purpose is Purpose.LIVE else 1 / STILL_EVERY_SECONDS


def _read(source: Source) -> list[str]:
    return [
        *("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "+genpts+discardcorrupt"),
        *(("-re", "-stream_loop", "-1") if source.kind is Kind.FILE else ()),
        *_opening(source),
        *("-i", source.address, "-map", "0:v:0", "-an", "-sn", "-dn"),
    ]


def _opening(source: Source) -> Sequence[str]:
    if source.kind is Kind.FILE:
        return ("-protocol_whitelist", "file")
    allowed = ("-protocol_whitelist", NETWORK_PROTOCOLS[urlsplit(source.address).scheme])
    if source.kind is Kind.RTSP:
        return (*allowed, "-rtsp_transport", "tcp", "-timeout", "5000000")
    return (*allowed, "-rw_timeout", "5000000")


def _live(source: Source, form: Form) -> list[str]:
    is_as_it_comes = form is Form.PLAIN and source.codec == "h264"
    shown = ("-vf", ",".join([*_masked(form), f"scale='trunc(min({MOST_WIDTH},iw)/2)*2':-2:flags=bilinear"]))
    return [*(("-c:v", "copy") if is_as_it_comes else (*shown, *ENCODED)), *_segments()]


def _segments() -> list[str]:
    return [
        *(
            "-f",
            "hls",
            "-hls_time",
            str(SEGMENT_SECONDS),
            "-hls_list_size",
            str(SEGMENTS),
            "-hls_delete_threshold",
            "4",
        ),
        *("-hls_flags", "delete_segments+independent_segments+program_date_time+omit_endlist+temp_file"),
        # Segments of one relay are never taken for those of the next.
        *("-start_number", str(int(time.time() * 10)), "-hls_segment_filename", "p%d.ts", "index.m3u8"),
    ]


def _still(form: Form) -> list[str]:
    shown = f"scale='trunc(min({STILL_WIDTH},iw)/2)*2':-2:flags=bilinear"
    every = f"fps=1/{STILL_EVERY_SECONDS}:round=up"
    return [
        *("-vf", ",".join([every, *_masked(form), shown])),
        *STILL,
    ]


def _masked(form: Form) -> Sequence[str]:
    """Down to a few points and up again; the width is given back by what follows."""
    return (
        (f"scale={MASK_POINTS}:-2:flags=area", f"scale={STILL_WIDTH}:-2:flags=bilinear")
        if form is not Form.PLAIN
        else ()
    )
