"""Addresses of the files that browsers may keep for ever."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "assets"


@cache
def asset_url(name: str) -> str:
    """Address of an asset with its content's hash in it."""
    return f"/assets/{name}?m={hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]}"
