"""Keys of loudspeaker columns, one a column: in a file that only the installation's owner reads."""

import json
import os
import secrets
from pathlib import Path

FILE = "loudspeaker_keys.json"


def key_of(var_dir: Path, loudspeaker_id: int) -> str | None:
    """None where this machine has none for the column."""
    return _all(var_dir).get(str(loudspeaker_id))


def keep(var_dir: Path, loudspeaker_id: int, key: str | None = None) -> str:
    """Keep the key that the column has, or make one to be entered there."""
    known = _all(var_dir) | {str(loudspeaker_id): key or secrets.token_urlsafe(32)}
    path = var_dir / FILE
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=2)
    fresh.replace(path)
    return known[str(loudspeaker_id)]


def _all(var_dir: Path) -> dict[str, str]:
    path = var_dir / FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}
