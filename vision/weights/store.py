"""Weights on disk: those that come with the project, and a folder or an address of the installation's own."""

import hashlib
from pathlib import Path
from typing import Any, Self

import httpx
import numpy as np

from db.errors import CannotStart, NotFound
from db.settings import Settings
from vision.weights.cards import Card

BUILT_IN = Path(__file__).with_name("files")
FETCH_SECONDS = 120.0


class WeightStore:
    """Finds a card's weights, and takes none whose hash is another."""

    def __init__(self, place: str, cache: Path) -> None:
        self._place, self._cache = place, cache

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Where the settings say that weights are."""
        return cls(settings.vision_weights, settings.var_dir / "weights")

    def find(self, card: Card) -> Path:
        """Where the weights lie; fetched first where the installation names an address."""
        folders = [BUILT_IN, self._cache]
        if self._place and not self._is_address:
            folders.insert(0, Path(self._place).expanduser())
        for folder in folders:
            if (folder / card.file).is_file():
                return checked(folder / card.file, card)
        if self._is_address:
            return self.take(card, f"{self._place.rstrip('/')}/{card.file}")
        raise NotFound(
            "The weights of {name} are not here: anwang vision fetch {name} takes them from {source}, or a file.",
            name=card.name,
            source=card.source,
        )

    def take(self, card: Card, source: str) -> Path:
        """From an address or a file into the folder of weights, once its hash is right."""
        self._cache.mkdir(parents=True, exist_ok=True)
        target = self._cache / card.file
        partial = target.with_suffix(".part")
        if source.startswith(("http://", "https://")):
            _download(source, partial)
        else:
            partial.write_bytes(Path(source).expanduser().read_bytes())
        try:
            checked(partial, card)
        except CannotStart:
            partial.unlink()
            raise
        partial.replace(target)
        return target

    @property
    def _is_address(self) -> bool:
        return self._place.startswith(("http://", "https://"))


def checked(path: Path, card: Card) -> Path:
    """The path; `CannotStart` where the file is not what the card describes."""
    found = hash_of(path)
    if not found.startswith(card.sha256):
        raise CannotStart(f"{path} is not {card.name}: its hash is {found[:16]}…, the card says {card.sha256[:16]}….")
    return path


def hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def arrays(path: Path) -> dict[str, Any]:
    """Weights kept as numpy arrays; nothing in the file can run."""
    with np.load(path, allow_pickle=False) as found:
        return {name: found[name] for name in found.files}


def _download(source: str, target: Path) -> None:
    try:
        with httpx.stream("GET", source, follow_redirects=True, timeout=FETCH_SECONDS) as answer:
            answer.raise_for_status()
            with target.open("wb") as file:
                for part in answer.iter_bytes(1 << 20):
                    file.write(part)
    except httpx.HTTPError as error:
        target.unlink(missing_ok=True)
        raise CannotStart(f"{source} cannot be fetched: {error}") from error
