"""`anwang` as its users run it: a process of its own on an installation of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.settings import Settings

ANWANG = (sys.executable, "-m", "portal.cli")
READY = "Ctrl-C stops everything."


def environment(settings: Settings) -> dict[str, str]:
    """The environment of an installation, and of nothing else of this machine's."""
    own = {
        "ANWANG_VAR_DIR": str(settings.var_dir),
        "ANWANG_PORTAL_PORT": str(settings.portal_port),
        "ANWANG_POSTGRES_PORT": str(settings.postgres_port),
        "ANWANG_REDIS_PORT": str(settings.redis_port),
        "ANWANG_MQTT_PORT": str(settings.mqtt_port),
        "ANWANG_PORTAL_WORKERS": "1",
        "ANWANG_VISION_PROCESSES": "0",
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("ANWANG_")} | own


def anwang(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself."""
    return subprocess.run([*ANWANG, *arguments], env=env, capture_output=True, text=True, timeout=120, check=False)


def status(env: dict[str, str]) -> dict[str, Any]:
    """What `anwang status` tells, with its exit code as `code`, and its parts by name as `parts`."""
    said = anwang(env, "status", "--format", "json")
    told: dict[str, Any] = json.loads(said.stdout)
    parts = {part["name"]: part for part in [*told["services"], *told["programs"]]}
    return told | {"code": said.returncode, "parts": parts}


@dataclass
class Up:
    """One `anwang up`."""

    process: subprocess.Popen[bytes]
    env: dict[str, str]
    words: Path

    def said(self) -> str:
        return self.words.read_text()

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


def start(settings: Settings, *options: str) -> Up:
    """Start everything; returns when it says that it runs."""
    env = environment(settings)
    words = settings.var_dir / "up.txt"
    with words.open("wb") as file:
        process = subprocess.Popen([*ANWANG, "up", *options], env=env, stdout=file, stderr=subprocess.STDOUT)
    up = Up(process, env, words)
    wait_for(lambda: READY in up.said() or process.poll() is not None, 120)
    assert READY in up.said(), up.said()
    return up


def wait_for(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
