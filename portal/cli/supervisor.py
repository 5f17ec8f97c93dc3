"""Keeping children running: one that dies is started again, later each time it dies young."""

import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from db.errors import CannotStart
from db.services.process import end_session, last_words

DELAYS_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
SETTLED_SECONDS = 60.0
TEND_SECONDS = 10.0
LOOK_SECONDS = 0.2


class Ward(Protocol):
    """A service or program that can be kept running."""

    name: str
    log: Path
    child: subprocess.Popen[bytes] | None

    def start(self) -> None: ...
    def stop(self) -> None: ...


@dataclass
class Care:
    """How a ward has fared."""

    ward: Ward
    started_at: datetime
    started: float
    deaths: int = 0
    """In a row, each before it had settled."""
    restarts: int = 0
    told: str | None = None
    again: float | None = None
    """When to start it next, on the monotonic clock; None while it runs."""


class Supervisor:
    """Starts wards in order, watches them, stops them in the opposite order."""

    def __init__(self, say: Callable[[str], None], changed: Callable[[list[Care]], None]) -> None:
        self.say, self.changed = say, changed
        self.cares: list[Care] = []

    def start(self, ward: Ward) -> None:
        """Start a ward for the first time; what it cannot do now is raised."""
        self.cares.append(Care(ward, datetime.now(UTC), time.monotonic()))
        ward.start()
        self.changed(self.cares)

    def look(self) -> None:
        """Notice who has died, and start again whose time has come."""
        now = time.monotonic()
        for care in self.cares:
            if care.again is not None:
                if now >= care.again:
                    self._start_again(care)
            elif care.ward.child is not None and care.ward.child.poll() is not None:
                self._died(care, now)

    def _died(self, care: Care, now: float) -> None:
        child = care.ward.child
        assert child is not None
        end_session(child.pid)
        if child.returncode < 0:
            why = f"was ended by {signal.Signals(-child.returncode).name}"
        else:
            why = f"stopped with {child.returncode}: {last_words(care.ward.log)[:300]}"
        self._try_later(care, now, why)

    def _try_later(self, care: Care, now: float, why: str) -> None:
        care.deaths = 0 if now - care.started > SETTLED_SECONDS else care.deaths
        delay = DELAYS_SECONDS[min(care.deaths, len(DELAYS_SECONDS) - 1)]
        care.deaths += 1
        care.again = now + delay
        self.say(f"{care.ward.name} {why}; starting it again in {delay:.0f} s")
        self.changed(self.cares)

    def _start_again(self, care: Care) -> None:
        care.again, care.started, care.started_at = None, time.monotonic(), datetime.now(UTC)
        care.restarts += 1
        try:
            care.ward.start()
        except CannotStart as refusal:
            self._try_later(care, time.monotonic(), f"did not start: {refusal}")
        self.changed(self.cares)

    def deaths(self, name: str) -> int:
        """How often the ward of this name has died in a row."""
        return sum(care.deaths for care in self.cares if care.ward.name == name)

    def watch(self, is_enough: Callable[[], bool]) -> None:
        """Until `is_enough()`."""
        tended = time.monotonic()
        while not is_enough():
            self.look()
            if time.monotonic() - tended > TEND_SECONDS:
                tended = time.monotonic()
                self.tend()
            time.sleep(LOOK_SECONDS)

    def tend(self) -> None:
        """Let wards that want it look after themselves; each thing that they say is said once."""
        for care in self.cares:
            tend: Callable[[], str | None] | None = getattr(care.ward, "tend", None)
            told = tend() if tend is not None and care.again is None else None
            if told is not None and told != care.told:
                self.say(f"{care.ward.name}: {told}")
            care.told = told

    def stop(self) -> None:
        """All of them; programs, which can be asked without waiting, end side by side."""
        for care in reversed(self.cares):
            ask = getattr(care.ward, "ask_to_stop", None)
            if ask is not None:
                ask()
        for care in reversed(self.cares):
            care.ward.stop()
        self.cares.clear()
