"""The programs that `anwang up` keeps running beside the services."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from db.addresses import Addresses
from db.services.process import spawn, stop
from db.settings import FILES, Settings

SIMULATED = ("--devices", "2000", "--rate", "5")


@dataclass(frozen=True, slots=True)
class Command:
    """What runs under a name."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()


def commands(
    simulate: bool, gateways: int = 1, *, has_panels: bool = False, phones_port: int = 0, cameras: int = 0
) -> list[Command]:
    """In the order in which they start."""
    celery = ("-A", "ingest.worker")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    wanted = [
        Command("portal", "portal"),
        *(Command(f"gateway {n}" if n > 1 else "gateway", "ingest.mqtt", (str(n),)) for n in range(1, gateways + 1)),
        *([Command("gb26875", "ingest.gb26875")] if has_panels else []),
        Command("outbox", "ingest.outbox"),
        Command("escalation", "ingest.escalation"),
        Command("worker", "celery", (*celery, "worker", "--loglevel", "INFO", *quiet)),
        Command("beat", "celery", (*celery, "beat", "--loglevel", "INFO")),
        *([Command("phones", "ingest.simulate.phones", (str(phones_port),))] if phones_port else []),
        Command("notify", "ingest.notify"),
        Command("relay", "vision.relay"),
        *(Command(f"vision {n}" if n > 1 else "vision", "vision.worker", (str(n),)) for n in range(1, cameras + 1)),
    ]
    if simulate:
        wanted.append(Command("simulator", "portal.cli", ("simulate", *SIMULATED)))
        wanted.append(Command("fire service", "portal.cli", ("fire-service", "play")))
        if cameras:
            wanted.append(Command("cameras", "portal.cli", ("vision", "play")))
    return wanted


def camera_workers(settings: Settings) -> int:
    """How many to run: none where the libraries of the vision extra are not installed."""
    return settings.vision_processes if all(find_spec(name) for name in ("av", "torch", "torchvision")) else 0


def environment(settings: Settings, found: Addresses) -> dict[str, str]:
    """The environment of a program: the application's way into the database, never the owner's."""
    inherited = {name: value for name, value in os.environ.items() if name != "ANWANG_DATABASE_URL"}
    return inherited | {
        "ANWANG_DATABASE_APP_URL": found.database_app.render_as_string(hide_password=False),
        "ANWANG_VAR_DIR": str(settings.var_dir),
        **_paths(settings),
        "ANWANG_GB26875_PORT": str(settings.gb26875_port),
        "ANWANG_NOTIFY_FILE": settings.notify_file,
        "PYTHONUNBUFFERED": "1",
    }


def _paths(settings: Settings) -> dict[str, str]:
    """Written out: the programs work in another folder than the one in which they were named."""
    return {f"ANWANG_{name.upper()}": getattr(settings, name) for name in ("archive_dir", "relay_dir", *FILES)}


class Program:
    """One of them as a child process."""

    def __init__(self, command: Command, var_dir: Path, env: Mapping[str, str]) -> None:
        self.name = command.name
        self.command = [sys.executable, "-m", command.module, *command.arguments]
        self.log = var_dir / "logs" / f"{command.name}.log"
        self.cwd = var_dir
        self.env = env
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.child = spawn(self.command, self.log, env=self.env, cwd=self.cwd)

    def ask_to_stop(self) -> None:
        """Without waiting, so that all of them end at the same time."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def stop(self) -> None:
        if self.child is not None:
            stop(self.child, seconds=10)
            self.child = None
