"""Progress on the way up: one line a step, with what it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

Report = Callable[[str], None]


class Steps:
    """Prints each step when it is done; on a terminal also what is going on within it."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, name: str) -> Iterator[Report]:
        began = time.monotonic()
        columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as progress:
            task = progress.add_task(name)
            yield lambda part: progress.update(task, description=f"{name}: {part}")
        self.console.print(Text.assemble(("  ✓ ", "green"), name, (f"  {time.monotonic() - began:.1f} s", "dim")))

    def say(self, sentence: str) -> None:
        """A line about something that happened by itself."""
        self.console.print(Text.assemble((time.strftime("%H:%M:%S "), "dim"), (sentence, "yellow")))
