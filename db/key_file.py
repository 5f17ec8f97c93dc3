"""Keys that this installation shares with a far end each: in files that only the installation's owner reads."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One file among the installation's data; a key by its far end's number on record."""

    name: str

    def key_of(self, var_dir: Path, number: int) -> str | None:
        """None where this machine has none."""
        return self._all(var_dir).get(str(number))

    def keep(self, var_dir: Path, number: int, key: str | None = None) -> str:
        """Keep the key that the far end has given, or make one to be given to it."""
        with self._alone(var_dir):
            known = self._all(var_dir) | {str(number): key or secrets.token_urlsafe(32)}
            fresh = (var_dir / self.name).with_suffix(".new")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                json.dump(known, file, indent=2)
            fresh.replace(var_dir / self.name)
        return known[str(number)]

    @contextmanager
    def _alone(self, var_dir: Path) -> Iterator[None]:
        """Two commands at once lose no key."""
        with os.fdopen(os.open(var_dir / f".{self.name}.lock", os.O_WRONLY | os.O_CREAT, 0o600), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _all(self, var_dir: Path) -> dict[str, str]:
        path = var_dir / self.name
        return dict(json.loads(path.read_text())) if path.exists() else {}


FIRE_PLATFORMS = KeyFile("fire_platform_keys.json")
LOUDSPEAKERS = KeyFile("loudspeaker_keys.json")
