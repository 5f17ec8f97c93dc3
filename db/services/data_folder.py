"""Where the private services keep their data."""

import hashlib
import os
from pathlib import Path

from db.services.process import identity
from db.settings import Settings

FALLBACK = Path("/var/lib/anwang")


def services_folder(settings: Settings) -> Path:
    """`var/services`, or a folder of its own where the services' user could not enter the project's.

    A project cloned under /root (mode 700) is the usual case; `var/services` is then a link.
    """
    folder = settings.var_dir / "services"
    if folder.is_symlink() or folder.exists():
        return folder.resolve()
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    who = identity()
    if who.uid is None or _can_enter(settings.var_dir, who.uid):
        folder.mkdir()
        return folder
    digest = hashlib.sha256(str(settings.var_dir).encode()).hexdigest()[:10]
    elsewhere = FALLBACK / f"{settings.var_dir.parent.name}-{digest}"
    elsewhere.mkdir(parents=True, exist_ok=True)
    folder.symlink_to(elsewhere)
    return elsewhere


def _can_enter(folder: Path, uid: int) -> bool:
    """True where `uid`, neither owner nor in the group, may pass through every folder on the way."""
    for step in (folder, *folder.parents):
        status = os.stat(step)
        if status.st_uid != uid and not status.st_mode & 0o001:
            return False
    return True
