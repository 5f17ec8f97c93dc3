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
    """An address that ffmpeg opens, and the codec that was found there (empty: not known)."""

    kind: Kind
    address: str
    codec: str = ""

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
    """Asks for the codec's name alone."""
    return [
        *("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name", "-of", "csv=p=0"),
        *_opening(source),
        source.address,
    ]


def play(source: Source, wanted: Wanted) -> list[str]:
    """The pictures of a source as a playlist of short segments, or as one still that is replaced; without sound."""
    pictures = _live(source, wanted.form) if wanted.purpose is Purpose.LIVE else _still(wanted.form)
    return [
        *("ffmpeg", "-hide_banner", "-nostdin", "-loglevel", "error", "-fflags", "+genpts+discardcorrupt"),
        *(("-re", "-stream_loop", "-1") if source.kind is Kind.FILE else ()),
        *_opening(source),
        *("-i", source.address, "-map", "0:v:0", "-an", "-sn", "-dn"),
        *pictures,
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
    encoded = [
        *("-vf", ",".join([*_masked(form), f"scale='trunc(min({MOST_WIDTH},iw)/2)*2':-2:flags=bilinear"])),
        *("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-pix_fmt", "yuv420p"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT_SECONDS})", "-maxrate", "1500k", "-bufsize", "3000k"),
    ]
    return [
        *(["-c:v", "copy"] if is_as_it_comes else encoded),
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
        *("-vf", ",".join([every, *_masked(form), shown]), "-q:v", "6"),
        *("-f", "image2", "-update", "1", "-atomic_writing", "1", "still.jpg"),
    ]


def _masked(form: Form) -> Sequence[str]:
    """Down to a few points and up again; the width is given back by what follows."""
    return (
        (f"scale={MASK_POINTS}:-2:flags=area", f"scale={STILL_WIDTH}:-2:flags=bilinear") if form is Form.MASKED else ()
    )
