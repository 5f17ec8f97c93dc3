"""What every way to a platform has in common: a message goes out, an outcome comes back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from db.commands.outbox import Message


class Fate(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    FAILED = "failed"
    """No answer, or none that says anything of this message: it is sent again."""
    REFUSED = "refused"
    """The platform does not take this message as it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one try; `words` is the receipt, or why not."""

    fate: Fate
    words: str


class Adapter(Protocol):
    """One platform's way in. Never raises for what the far end does."""

    def send(self, message: Message) -> Outcome: ...

    def close(self) -> None: ...
