"""Bytes of evidence on disk, by their hash, outside everything that the portal serves as files."""

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from db.errors import NotFound
from db.evidence.pictures import PictureRead, read_picture
from db.evidence.sniffing import JPEG, MP4, PDF, SUFFIXES, media_type

FORMS = ("original", "shown", "thumbnail")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the folder now; `picture` is None for a document."""

    sha256: bytes
    media_type: str
    size_bytes: int
    picture: PictureRead | None


class EvidenceStore:
    """The folder of an installation's evidence: `ab/abcd….jpg` as it came, `….shown.jpg` and `….thumbnail.jpg`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, content: bytes) -> Stored:
        """Look at the bytes, then write them down; `InvalidInput` where they are not taken.

        Before the row that names them: a file without a row is only room, a row without a file is lost evidence.
        """
        kind = media_type(content)
        picture = None if kind == PDF else read_picture(content)
        digest = sha256(content).digest()
        self._write(self.path(digest, kind, "original"), content)
        if picture is not None:
            self._write(self.path(digest, kind, "shown"), picture.shown)
            self._write(self.path(digest, kind, "thumbnail"), picture.thumbnail)
        return Stored(digest, kind, len(content), picture)

    def keep_clip(self, content: bytes) -> bytes:
        """A clip that a camera worker has made; answers its hash."""
        digest = sha256(content).digest()
        self._write(self.path(digest, MP4, "original"), content)
        return digest

    def clip(self, digest: bytes) -> Path:
        """Where a clip lies, to be sent by its parts."""
        place = self.path(digest, MP4, "original")
        if not place.exists():
            raise NotFound("The file is not in this installation's evidence folder.")
        return place

    def read(self, digest: bytes, kind: str, form: str) -> tuple[bytes, str]:
        """The bytes in one of `FORMS`, and what they are; a document has its original alone."""
        if kind == PDF:
            form = "original"
        try:
            content = self.path(digest, kind, form).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("The file is not in this installation's evidence folder.") from error
        return content, kind if form == "original" else JPEG

    def path(self, digest: bytes, kind: str, form: str) -> Path:
        name = digest.hex()
        return self.folder / name[:2] / (f"{name}{SUFFIXES[kind]}" if form == "original" else f"{name}.{form}.jpg")

    def _write(self, place: Path, content: bytes) -> None:
        """Whole or not at all, for its owner's eyes; the same bytes need no second file."""
        if place.exists():
            return
        place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=place.parent, prefix=".", delete=False) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(place)
