"""The user under which the private services run."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from db.errors import CannotStart

SERVICE_USER = "postgres"
"""Comes with Debian's PostgreSQL, which refuses to run as root; one user for all three services is enough."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Ids of a user; None means: as oneself."""

    uid: int | None
    gid: int | None

    def give(self, path: Path, mode: int) -> None:
        """Hand a file or folder to this user, closed to others."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.give(folder, 0o700)

    def write(self, path: Path, text: str) -> None:
        """A file that only this user reads."""
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
        self.give(path, 0o600)

    def can_enter(self, folder: Path) -> bool:
        """True where the user may pass through every folder on the way, as neither owner nor member of the group."""
        if self.uid is None:
            return True
        steps = [step.stat() for step in (folder, *folder.parents)]
        return all(step.st_uid == self.uid or step.st_mode & 0o001 for step in steps)


def identity() -> Identity:
    """Oneself, or an unprivileged system user where one is root."""
    if os.geteuid() != 0:
        return Identity(None, None)
    try:
        user = pwd.getpwnam(SERVICE_USER)
    except KeyError as error:
        raise CannotStart(
            f"As root the private services need the system user {SERVICE_USER!r};"
            " ./prerequisites.sh installs PostgreSQL, which brings it."
        ) from error
    return Identity(user.pw_uid, user.pw_gid)
