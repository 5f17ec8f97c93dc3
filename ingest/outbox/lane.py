"""One platform's messages, one after another, on a thread of their own: a slow platform holds up no other."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from db.commands import outbox
from db.commands.outbox import Message
from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest.outbox.adapter import Adapter, Fate, Outcome

log = logging.getLogger("anwang.outbox")

LOOK_SECONDS = 1.0
"""The clock, for what was not rung for."""
RECORDED = {Fate.ACKNOWLEDGED: outbox.acknowledged, Fate.FAILED: outbox.failed, Fate.REFUSED: outbox.refused}


class Lane:
    """Sends while it may; `ring` says that something new has come."""

    def __init__(self, record: Record, platform_id: int, name: str, adapter: Callable[[], Adapter]) -> None:
        self.platform_id, self.name = platform_id, name
        self._record, self._make = record, adapter
        self._rung, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"outbox {platform_id}", daemon=True)

    def start(self) -> None:
        self._rung.set()
        self._thread.start()

    def ring(self) -> None:
        self._rung.set()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        self._rung.set()

    def join(self, seconds: float) -> None:
        self._thread.join(seconds)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            is_rung = self._rung.wait(LOOK_SECONDS)
            self._rung.clear()
            try:
                self._turn(is_rung)
            except SQLAlchemyError as error:
                log.warning("%s: the record does not answer: %s", self.name, str(error).splitlines()[0])
                self._stopping.wait(LOOK_SECONDS)

    def _turn(self, is_rung: bool) -> None:
        """Everything that is due."""
        if is_rung:
            with self._record.scoped(EVERYTHING) as session:
                outbox.hurry(session, self.platform_id, datetime.now(UTC))
        while not self._stopping.is_set():
            with self._record.scoped(EVERYTHING) as session:
                message = outbox.take_next(session, self.platform_id, datetime.now(UTC))
            if message is None:
                return
            outcome = self._send(message)
            with self._record.scoped(EVERYTHING) as session:
                RECORDED[outcome.fate](session, message, self.platform_id, outcome.words, datetime.now(UTC))
            log.info("%s: %s %s: %s", self.name, message.key, outcome.fate, outcome.words[:200])
            if outcome.fate is Fate.FAILED:
                return

    def _send(self, message: Message) -> Outcome:
        """Whatever goes wrong with one message is written beside it, and it is tried again."""
        try:
            adapter = self._make()
        except Exception as error:
            return Outcome(Fate.FAILED, f"The platform cannot be reached as it is set up: {error}")
        try:
            return adapter.send(message)
        except Exception as error:
            log.exception("%s: %s", self.name, message.key)
            return Outcome(Fate.FAILED, f"{type(error).__name__}: {error}")
        finally:
            adapter.close()
