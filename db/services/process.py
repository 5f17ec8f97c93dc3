"""A private service as a child process: started, asked whether it is well, stopped in order."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.errors import CannotStart

SERVICE_USER = "postgres"
"""The system user that runs the private services where the project itself runs as root: PostgreSQL refuses root."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user under which a service runs; None ids mean: as oneself."""

    uid: int | None
    gid: int | None

    def own(self, folder: Path) -> None:
        """Make the folder, owned by the service's user and closed to others."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def identity() -> Identity:
    """Who runs the private services here."""
    if os.geteuid() != 0:
        return Identity(None, None)
    try:
        user = pwd.getpwnam(SERVICE_USER)
    except KeyError as error:
        raise CannotStart(
            f"Running as root needs the system user {SERVICE_USER!r} for the private services; install PostgreSQL first."
        ) from error
    return Identity(user.pw_uid, user.pw_gid)


def binary(name: str, package: str, folders: Sequence[str] = ()) -> str:
    """Path of a program; `CannotStart` names the package that brings it."""
    places = os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=places)
    if found is None:
        raise CannotStart(f"The program {name} is missing; apt-get install {package}.")
    return found


def check_port_free(host: str, port: int, setting: str) -> None:
    """`CannotStart` where something listens already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} is taken{holder_of(port)}; free it, or choose another with {setting}."
            ) from error


def holder_of(port: int) -> str:
    """ " by nginx (pid 17)", or nothing where it cannot be found."""
    import psutil

    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        return ""
    return ""


def spawn(
    command: Sequence[str], log: Path, who: Identity, env: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, its words in `log`; it is told to stop when this process dies."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as words:
        return subprocess.Popen(  # noqa: S603 - our own services
            list(command),
            stdout=words,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            user=who.uid,
            group=who.gid,
            extra_groups=[] if who.uid is not None else None,
            env=env,
            cwd="/",
        )


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], name: str, log: Path, seconds: float = 30
) -> None:
    """Return once `ready()`; `CannotStart` with the log's last line where the child dies or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return
        if child.poll() is not None:
            raise CannotStart(f"{name} stopped at once: {last_line(log)}")
        time.sleep(0.05)
    raise CannotStart(f"{name} did not answer within {seconds:.0f} s; see {log}.")


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "it said nothing"


def stop(child: subprocess.Popen[bytes], gently: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """Ask the child to stop; end it where it does not."""
    if child.poll() is not None:
        return
    child.send_signal(gently)
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(5)


def answers(host: str, port: int) -> bool:
    """True where something accepts connections."""
    try:
        with socket.create_connection((host, port), timeout=0.5):
            return True
    except OSError:
        return False
