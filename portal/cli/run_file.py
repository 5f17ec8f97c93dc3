"""`var/run.json`: what the running `anwang up` has started, for `anwang status` to read."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psutil

from db.services.process import end_session

NAME = "run.json"


@dataclass(frozen=True, slots=True)
class Started:
    """A child as it was last started."""

    name: str
    pid: int
    started_at: datetime
    restarts: int

    def is_alive(self) -> bool:
        """True where this process runs still, and its number has not gone to another one."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.started_at.timestamp()) < 120
            return is_same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def end(self) -> None:
        """Kill it, and what it started."""
        if self.is_alive():
            end_session(self.pid)


@dataclass(frozen=True, slots=True)
class Run:
    """One `anwang up`."""

    started: tuple[Started, ...]


def write(var_dir: Path, run: Run) -> None:
    fresh = var_dir / f"{NAME}.new"
    fresh.write_text(json.dumps(asdict(run), default=str, indent=2))
    fresh.replace(var_dir / NAME)


def read(var_dir: Path) -> Run | None:
    """The last run; None where there is none, or it cannot be understood."""
    try:
        kept = json.loads((var_dir / NAME).read_text())
        started = tuple(
            Started(one["name"], one["pid"], datetime.fromisoformat(one["started_at"]), one["restarts"])
            for one in kept["started"]
        )
        return Run(started)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def remove(var_dir: Path) -> None:
    (var_dir / NAME).unlink(missing_ok=True)
