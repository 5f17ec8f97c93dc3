"""The keys with which messages are signed, one a platform: in a file that only the installation's owner reads."""

import json
import os
import secrets
from pathlib import Path

FILE = "fire_platform_keys.json"


def key_of(var_dir: Path, platform_id: int) -> str | None:
    """None where this machine has none for the platform."""
    return _all(var_dir).get(str(platform_id))


def keep(var_dir: Path, platform_id: int, key: str | None = None) -> str:
    """Keep the key that the platform has given, or make one to be given to it."""
    known = _all(var_dir) | {str(platform_id): key or secrets.token_urlsafe(32)}
    path = var_dir / FILE
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(known, file, indent=2)
    fresh.replace(path)
    return known[str(platform_id)]


def _all(var_dir: Path) -> dict[str, str]:
    path = var_dir / FILE
    return dict(json.loads(path.read_text())) if path.exists() else {}
