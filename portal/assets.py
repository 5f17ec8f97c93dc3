"""Addresses of the files that browsers may keep for ever."""

import hashlib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "assets"


@cache
def asset_url(name: str) -> str:
    """Address of an asset with its content's hash in it."""
    return f"/assets/{name}?m={hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]}"


@cache
def build() -> str:
    """Changes with any script or style: a wall that stays open for months sees that it is an older portal's."""
    digest = hashlib.sha256()
    for path in sorted((*FOLDER.glob("*.js"), *FOLDER.glob("*.css"), *FOLDER.glob("pages/*"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
