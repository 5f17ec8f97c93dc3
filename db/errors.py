"""Refusals, each one clear sentence. The portal and the command line turn them into words in one place."""

from typing import Any


class AnwangError(Exception):
    """Something was refused; the message is written for the person who asked.

    Names and times that it tells stand in `facts`, so that the sentence itself can be translated.
    """

    def __init__(self, message: str = "", **facts: Any) -> None:
        super().__init__(message)
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return self.message.format(**self.facts) if self.facts else self.message


class NotFound(AnwangError):
    """No such row within the reader's scope."""


class NotAllowed(AnwangError):
    """The person's role does not include this act."""


class WrongState(AnwangError):
    """The act does not fit what has happened meanwhile."""


class InvalidInput(AnwangError):
    """A value cannot be used as given."""


class CannotStart(AnwangError):
    """A program or service cannot start; the message says what to do."""


class DatabaseTooNew(CannotStart):
    """The database was made by a newer version of Anwang."""
