"""What a benchmark ran on, and which process took how much of it."""

import os
import platform
import time
from collections import Counter
from typing import Any

import psutil

from portal.bench import NAMES


class Usage:
    """CPU time of all processes from here on, by what they are."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._before = _seconds()

    def cores(self) -> dict[str, float]:
        """Cores in use on average, largest first; what took less than a hundredth is left out."""
        took = time.monotonic() - self._began
        used = {name: (seconds - self._before[name]) / took for name, seconds in _seconds().items()}
        shown = {name: round(cores, 2) for name, cores in used.items() if cores >= 0.01}
        return dict(sorted(shown.items(), key=lambda item: -item[1])) | {"all": round(sum(used.values()), 2)}


def _seconds() -> Counter[str]:
    taken: Counter[str] = Counter()
    for process in psutil.process_iter(["name", "cmdline", "cpu_times"]):
        times = process.info["cpu_times"]
        if times is not None:
            taken[_called(process.info["name"], process.info["cmdline"] or [])] += times.user + times.system
    return taken


def _called(name: str, command: list[str]) -> str:
    line = " ".join(command)
    return next((called for part, called in NAMES.items() if part in line), name if command else "kernel")


def machine() -> dict[str, Any]:
    """Processor, cores, Python, system."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), model)
    except OSError:
        pass
    return {"cpu": model, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
