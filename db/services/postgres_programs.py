"""Which PostgreSQL to run: the newest with PostGIS, or the one that made the data."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from db.errors import CannotStart

DEBIAN = Path("/usr/lib/postgresql")
EXTENSIONS = "/usr/share/postgresql/{major}/extension"


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """One installed version."""

    major: int
    folder: Path
    extensions: Path

    @property
    def has_postgis(self) -> bool:
        return (self.extensions / "postgis.control").exists()

    def path(self, name: str) -> str:
        return str(self.folder / name)


def installed(debian: Path = DEBIAN) -> list[PostgresPrograms]:
    """Every PostgreSQL on this machine, newest first; Debian keeps them beside each other, outside PATH."""
    found = [
        PostgresPrograms(int(folder.parent.name), folder, Path(EXTENSIONS.format(major=folder.parent.name)))
        for folder in debian.glob("*/bin")
        if folder.parent.name.isdecimal() and (folder / "initdb").exists()
    ]
    on_path = shutil.which("initdb")
    if on_path is not None and Path(on_path).resolve().parent not in [one.folder for one in found]:
        found.append(_described(Path(on_path).resolve().parent))
    return sorted(found, key=lambda one: -one.major)


def _described(folder: Path) -> PostgresPrograms:
    said = subprocess.run([folder / "initdb", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    major = int(said.stdout.split()[-1].split(".")[0])
    return PostgresPrograms(major, folder, folder.parent / "share" / "postgresql" / "extension")


def choose(candidates: list[PostgresPrograms], data_version: int | None) -> PostgresPrograms:
    """The version to run; `CannotStart` where none fits."""
    fitting = [one for one in candidates if one.has_postgis and data_version in (None, one.major)]
    if fitting:
        return fitting[0]
    if data_version is not None:
        raise CannotStart(
            f"The data under var/ were made by PostgreSQL {data_version}, which is missing with its PostGIS;"
            f" apt-get install postgresql-{data_version}-postgis-3."
        )
    if candidates:
        raise CannotStart("PostGIS is missing; ./prerequisites.sh installs it.")
    raise CannotStart("PostgreSQL is missing; ./prerequisites.sh installs it, with PostGIS.")
