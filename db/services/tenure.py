"""Who may start and stop an installation's services: one process at a time; others are its guests."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from db.errors import CannotStart
from db.settings import Settings


@dataclass(frozen=True, slots=True)
class Tenant:
    """The process that runs the services, and what it was started as."""

    pid: int
    doing: str


class Occupied(CannotStart):
    """Another process runs this installation's services."""


@contextmanager
def tenure(settings: Settings, doing: str) -> Iterator[None]:
    """Be the one who runs the services; `Occupied` where somebody is. The kernel ends it with the process."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        if not _locked(file):
            tenant = _written(path)
            raise Occupied(
                f"This installation is in use by {tenant.doing} (pid {tenant.pid}); stop that first,"
                " or choose another folder with ANWANG_VAR_DIR."
            )
        file.truncate(0)
        file.write(f"{os.getpid()} {doing}")
        file.flush()
        yield
        file.truncate(0)


def _locked(file: TextIO) -> bool:
    """False where another process holds it for longer than a look at it takes."""
    for _try in range(10):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            time.sleep(0.03)
    return False


def tenant(settings: Settings) -> Tenant | None:
    """Who runs the services now; None for nobody."""
    path = _path(settings)
    if not path.exists():
        return None
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _written(path)
    return None


@contextmanager
def guest(settings: Settings) -> Iterator[None]:
    """Use services that another command runs; it waits with its end until its guests have left."""
    with _guests(settings).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def no_guests(settings: Settings) -> Iterator[None]:
    """Wait until nobody is a guest, and let nobody in."""
    with _guests(settings).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _path(settings: Settings) -> Path:
    return settings.var_dir / "tenure"


def _guests(settings: Settings) -> Path:
    return settings.var_dir / "guests"


def _written(path: Path) -> Tenant:
    """Who wrote the file last; it may be read in the moment before that."""
    pid, _, doing = path.read_text().partition(" ")
    return Tenant(int(pid) if pid.isdecimal() else 0, doing or "another command")
