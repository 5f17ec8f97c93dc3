"""A child process: found, started, waited for, stopped in order."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from db.errors import CannotStart
from db.services.identity import Identity

LOG_BYTES = 20 * 1024 * 1024
ONESELF = Identity(None, None)
TELLING = ("FATAL", "PANIC", "Error", "error:", "Fatal")


def binary(name: str, package: str, folders: Sequence[str] = ()) -> str:
    """Path of a program; `CannotStart` names the package that brings it."""
    places = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        raise CannotStart(f"The program {name} is missing; ./prerequisites.sh installs it (package {package}).")
    return found


@cache
def _setpriv() -> str | None:
    return shutil.which("setpriv")


def spawn(
    command: Sequence[str],
    log: Path,
    *,
    who: Identity = ONESELF,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
    on_orphaned: signal.Signals = signal.SIGTERM,
    stdin: int = subprocess.DEVNULL,
    stdout: int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, its words in `log`; with `stdout`, what it complains of alone.

    The kernel sends it `on_orphaned` when this thread dies, so that a killed parent leaves nothing behind.
    """
    keep_short(log)
    tether = _setpriv()
    tethered = [tether, "--pdeathsig", on_orphaned.name.removeprefix("SIG"), "--"] if tether else []
    with log.open("ab") as words:
        return subprocess.Popen(  # noqa: S603 - our own programs
            [*tethered, *command],
            stdout=words if stdout is None else stdout,
            stderr=words,
            stdin=stdin,
            start_new_session=True,
            user=who.uid,
            group=who.gid,
            extra_groups=[] if who.uid is not None else None,
            env=env,
            cwd=cwd,
        )


def keep_short(log: Path) -> None:
    """Put a log aside that has grown long; one earlier part is kept."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def wait_until(
    is_ready: Callable[[], bool], child: subprocess.Popen[bytes], name: str, log: Path, seconds: float = 30
) -> None:
    """Return once the child is ready; `CannotStart` with its last words where it dies or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_ready():
            return
        if child.poll() is not None:
            raise CannotStart(f"{name} stopped at once: {last_words(log)}")
        time.sleep(0.05)
    raise CannotStart(f"{name} did not answer within {seconds:.0f} s; see {log}.")


def last_words(log: Path) -> str:
    """The last line that tells why, else the last line."""
    lines = log.read_text(errors="replace").strip().splitlines()[-30:] if log.exists() else []
    telling = [line for line in lines if any(word in line for word in TELLING)]
    return (telling or lines or ["it said nothing"])[-1].strip()


def stop(child: subprocess.Popen[bytes], gently: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask the child to stop; end it, and what it started, where it does not."""
    if child.poll() is None:
        child.send_signal(gently)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)
    end_session(child.pid)


def end_session(leader: int) -> None:
    """Kill what is left of a session that `spawn` began: workers that outlived their parent."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
