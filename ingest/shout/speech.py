"""Words become speech, and voices become what every column plays: WAV, 16 bits, 16 kHz, one channel."""

import io
import shlex
import shutil
import subprocess
import wave
from dataclasses import dataclass

from db.rules.shouting import Unsaid

SPEAK_SECONDS = 20
RATE = 16_000
ESPEAK = ("espeak-ng", "-v", "cmn", "-s", "150", "-a", "180", "--stdout", "--stdin")
PLAIN = ("-vn", "-ac", "1", "-ar", str(RATE), "-c:a", "pcm_s16le", "-fflags", "+bitexact", "-f", "wav")


class Unspoken(Exception):
    """There is no speech; the message is an `Unsaid` with words."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A WAV and how long it lasts."""

    wav: bytes
    seconds: float


def spoken(words: str, command: str, longest_seconds: float) -> Speech:
    """The words in Mandarin, twice, as calls are; `command` reads them and writes WAV, espeak-ng where it is empty."""
    program = shlex.split(command) if command else list(ESPEAK)
    if shutil.which(program[0]) is None:
        raise Unspoken(Unsaid.NO_ENGINE.with_words(program[0]))
    said = _run(program, f"{words}\n{words}\n".encode())
    return plain(said, longest_seconds)


def plain(sound: bytes, longest_seconds: float) -> Speech:
    """Any recording as the one form that columns take, cut where it grows too long."""
    if shutil.which("ffmpeg") is None:
        raise Unspoken(Unsaid.NO_ENGINE.with_words("ffmpeg"))
    opening = (
        "ffmpeg",
        "-hide_banner",
        "-nostdin",
        "-loglevel",
        "error",
        "-protocol_whitelist",
        "pipe",
        "-i",
        "pipe:0",
    )
    made = _run([*opening, "-t", f"{longest_seconds:g}", *PLAIN, "pipe:1"], sound)
    samples = _samples(made)
    if not samples:
        raise Unspoken(Unsaid.NO_SOUND.value)
    return Speech(_wav(samples), len(samples) / 2 / RATE)


def _run(command: list[str], given: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=SPEAK_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unspoken(Unsaid.NO_ENGINE.with_words(f"{command[0]}: {type(error).__name__}")) from error
    if done.returncode or not done.stdout:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())[:200]
        raise Unspoken(Unsaid.NO_SOUND.with_words(f"{command[0]}: {said}"))
    return done.stdout


def _samples(streamed: bytes) -> bytes:
    """A WAV that was written into a pipe does not know its own length."""
    at = streamed.find(b"data")
    return streamed[at + 8 :] if at >= 0 else b""


def _wav(samples: bytes) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples[: len(samples) // 2 * 2])
    return made.getvalue()
