"""What the three private services have in common."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from db.services.data_folder import services_folder
from db.services.identity import Identity, identity
from db.services.ports import check_port_free
from db.services.process import spawn, stop, wait_until
from db.settings import Settings


@dataclass(frozen=True, slots=True)
class Port:
    """Where a service listens, and the setting that moves it."""

    host: str
    number: int
    setting: str


class PrivateService(ABC):
    """A service of this installation's own: its data under `var/services`, on a port of its own."""

    name: str
    program: str
    """Name of its process."""
    setting: str
    """The setting that moves it to another port."""
    gently = signal.SIGTERM
    patience_seconds = 30.0

    def __init__(self, settings: Settings, port: int) -> None:
        self.settings = settings
        self.port = port
        self.log = settings.var_dir / "logs" / f"{self.name.lower()}.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def folder(self) -> Path:
        return services_folder(self.settings) / self.name.lower()

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses that it listens on."""
        return ("127.0.0.1",)

    @property
    def ports(self) -> tuple[Port, ...]:
        return tuple(Port(host, self.port, self.setting) for host in self.hosts)

    @abstractmethod
    def find_programs(self) -> None:
        """`CannotStart` where a program is missing."""

    @abstractmethod
    def is_running(self) -> bool:
        """True where it answers, and lets this installation's secrets in."""

    @abstractmethod
    def prepare(self, who: Identity) -> list[str]:
        """Write what the service reads; answers the command that runs it."""

    def check(self) -> None:
        """`CannotStart` for a missing program or a taken port."""
        self.find_programs()
        if not self.processes():
            for port in self.ports:
                check_port_free(port.host, port.number, port.setting)

    def start(self) -> None:
        """Start it, in the place of one that an earlier run left behind."""
        self.end_leftovers()
        who = identity()
        who.make_folder(self.folder)
        self.child = spawn(
            self.prepare(who),
            self.log,
            who=who,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
            cwd=self.folder,
            on_orphaned=self.gently,
        )
        try:
            wait_until(self.is_running, self.child, self.name, self.log, self.patience_seconds)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop it in order, if this process started it."""
        if self.child is not None:
            stop(self.child, self.gently, self.patience_seconds)
            self.child = None

    def processes(self) -> list[psutil.Process]:
        """Its processes, whoever started them: they work in its folder."""
        if not self.folder.exists():
            return []
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.name() == self.program and Path(process.cwd()).is_relative_to(self.folder)
        except (psutil.Error, OSError):
            return False

    def send(self, which: signal.Signals) -> None:
        """A signal to each of its processes that is still there."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(which)

    def end_leftovers(self) -> None:
        """Stop what a killed run has left, so that neither it nor its pid file is in the way."""
        left = self.processes()
        pids = {process.pid for process in left}
        for process in left:
            with suppress(psutil.NoSuchProcess):  # a worker of its own that has just ended
                if process.ppid() not in pids:
                    process.send_signal(self.gently)
        _, stubborn = psutil.wait_procs(left, self.patience_seconds)
        for process in stubborn:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(stubborn, 5)
