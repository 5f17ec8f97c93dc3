"""One frame out of what the relay has laid down: the one that somebody saw at a moment, with the camera's time."""

import io
import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from PIL import ExifTags, Image

from db.errors import InvalidInput, WrongState
from db.relay_folder import RelayFolder, Wanted
from db.rules.play_address import Purpose

DECODE_SECONDS = 15
STALE_SECONDS = 8.0
"""An older picture is not what the camera sees now."""
QUALITY = 92
SHANGHAI = timezone(timedelta(hours=8))
_AT = re.compile(r"#EXT-X-PROGRAM-DATE-TIME:(\S+)")


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame as JPEG, and when the camera gave it."""

    jpeg: bytes
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a playlist."""

    name: str
    since: datetime
    seconds: float


def take(folder: RelayFolder, wanted: Wanted, seen_at: datetime | None) -> Taken:
    """The frame shown at `seen_at`, the newest where that is left out; `WrongState` where pictures have stopped."""
    age = folder.age(wanted)
    if age is None or age > STALE_SECONDS:
        raise WrongState("The picture is not live: there is nothing to capture.")
    if wanted.purpose is Purpose.STILL:
        return _still(folder, wanted, age)
    segments = read_playlist(folder.piece(wanted, wanted.product) or b"")
    for segment in reversed(segments):
        begins_before = seen_at is None or segment.since <= seen_at
        content = folder.piece(wanted, segment.name) if begins_before else None
        if content is None:
            continue
        offset = 0.0 if seen_at is None else (seen_at - segment.since).total_seconds()
        offset = min(max(offset, 0.0), max(segment.seconds - 0.05, 0.0))
        return Taken(_decoded(content, offset), segment.since + timedelta(seconds=offset))
    raise WrongState("The picture that you saw is no longer there; capture once more.")


def read_playlist(playlist: bytes) -> list[Segment]:
    """Its pieces with their times, oldest first; one without a time follows the one before."""
    found: list[Segment] = []
    at: datetime | None = None
    seconds = 0.0
    for line in playlist.decode("ascii", "replace").splitlines():
        if told := _AT.match(line):
            at = _time(told[1])
        elif line.startswith("#EXTINF:"):
            seconds = float(line[8:].split(",")[0])
        elif line.endswith(".ts") and at is not None:
            found.append(Segment(line, at, seconds))
            at += timedelta(seconds=seconds)
    return found


def _time(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _still(folder: RelayFolder, wanted: Wanted, age: float) -> Taken:
    content = folder.piece(wanted, wanted.product)
    if content is None:
        raise WrongState("The picture is not live: there is nothing to capture.")
    return Taken(content, datetime.now(UTC) - timedelta(seconds=age))


def _decoded(segment: bytes, offset: float) -> bytes:
    """The picture that is shown at `offset` seconds of the piece."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise WrongState("ffmpeg is missing on this machine: pictures cannot be captured.")
    # The last picture at or before the moment; the first one where the piece begins later.
    shown = f"select='eq(n,0)+between(t,{max(offset - 0.5, 0.0):.3f},{offset:.3f})',reverse"
    try:
        done = _run(program, shown, segment)
    except subprocess.TimeoutExpired as error:
        raise InvalidInput("This piece of the picture is damaged; capture once more.") from error
    if done.stdout.startswith(b"\xff\xd8"):
        return done.stdout
    raise InvalidInput("This piece of the picture is damaged; capture once more.")


def _run(program: str, shown: str, segment: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - the system's own program; the piece goes in over a pipe
        [
            *(program, "-hide_banner", "-nostdin", "-loglevel", "error", "-protocol_whitelist", "pipe"),
            *("-f", "mpegts", "-i", "pipe:0", "-vf", shown, "-frames:v", "1"),
            *("-q:v", "2", "-f", "image2pipe", "-c:v", "mjpeg", "pipe:1"),
        ],
        input=segment,
        capture_output=True,
        timeout=DECODE_SECONDS,
        check=False,
    )


def signed_picture(taken: Taken, camera: str, official: str) -> bytes:
    """The frame with its own words within it: when, by which camera, kept by whom (EXIF)."""
    here = taken.taken_at.astimezone(SHANGHAI)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Anwang"
    exif[ExifTags.Base.Model] = camera
    exif[ExifTags.Base.Artist] = official.encode()
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = f"{here:%Y:%m:%d %H:%M:%S}"
    details[ExifTags.Base.OffsetTimeOriginal] = "+08:00"
    made = io.BytesIO()
    with Image.open(io.BytesIO(taken.jpeg)) as picture:
        picture.convert("RGB").save(made, "JPEG", quality=QUALITY, exif=exif)
    return made.getvalue()
