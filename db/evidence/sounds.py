"""Recorded voices: what they are by their first bytes, and where they lie by hash."""

import os
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from db.errors import InvalidInput, NotFound
from db.rules.shouting import RECORDING_BYTES

WAV, OGG, WEBM, MP4 = "audio/wav", "audio/ogg", "audio/webm", "audio/mp4"
SUFFIXES = {WAV: ".wav", OGG: ".ogg", WEBM: ".webm", MP4: ".m4a"}


def sound_type(content: bytes) -> str:
    """One of the four that browsers record; `InvalidInput` for anything else."""
    if not content:
        raise InvalidInput("The recording is empty.")
    if len(content) > RECORDING_BYTES:
        raise InvalidInput("The recording is too long.")
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return WAV
    if content.startswith(b"OggS"):
        return OGG
    if content.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM
    if content[4:8] == b"ftyp":
        return MP4
    raise InvalidInput("Only recorded voices are taken (WAV, Ogg, WebM, MP4).")


class SoundStore:
    """Voices in the evidence folder, under `sounds/`."""

    def __init__(self, evidence_folder: Path) -> None:
        self.folder = evidence_folder / "sounds"

    def keep(self, content: bytes) -> tuple[bytes, str]:
        """Look at the bytes, then write them down; answers their hash and what they are."""
        kind = sound_type(content)
        digest = sha256(content).digest()
        place = self._place(digest, kind)
        if not place.exists():
            place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as half:
                half.write(content)
                half.flush()
                os.fsync(half.fileno())
            Path(half.name).replace(place)
        return digest, kind

    def read(self, digest: bytes, kind: str) -> bytes:
        try:
            return self._place(digest, kind).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The file is not in this installation's evidence folder.") from error

    def _place(self, digest: bytes, kind: str) -> Path:
        return self.folder / digest.hex()[:2] / f"{digest.hex()}{SUFFIXES[kind]}"
