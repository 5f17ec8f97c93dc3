"""Where the private services keep their data."""

import hashlib
from pathlib import Path

from db.services.identity import identity
from db.settings import Settings

FALLBACK = Path("/var/lib/anwang")


def services_folder(settings: Settings) -> Path:
    """`var/services`, or a folder of its own where the services' user could not enter the project's.

    A project cloned under /root (mode 700) is the usual case; `var/services` is then a link.
    """
    folder = settings.var_dir / "services"
    if not folder.is_symlink() and not folder.exists():
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        if identity().can_enter(settings.var_dir):
            folder.mkdir()
        else:
            folder.symlink_to(elsewhere(settings.var_dir))
    folder.resolve().mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def elsewhere(var_dir: Path) -> Path:
    """The folder that stands in for `var_dir/services`; another for each installation."""
    digest = hashlib.sha256(str(var_dir).encode()).hexdigest()[:10]
    return FALLBACK / f"{var_dir.parent.name}-{digest}"
