"""Progress on the way up: one line a step, with what it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.text import Text

Report = Callable[[str], None]


class Steps:
    """Prints each step when it is done; on a terminal also what is going on within it."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[Report]:
        began = time.monotonic()
        with self.console.status(Text(f"{name} …")) as status:
            yield lambda part: status.update(Text(f"{name}: {part} … ({time.monotonic() - began:.0f} s so far)"))
        self.console.print(Text.assemble(("  ✓ ", "green"), name, (f"  {time.monotonic() - began:.1f} s", "dim")))

    def say(self, sentence: str) -> None:
        """A line about something that happened by itself."""
        self.console.print(Text.assemble((time.strftime("%H:%M:%S "), "dim"), (sentence, "yellow")))
