"""Commands to devices: silences that the record holds, published on each device's own topic."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from db.commands import silence_carrying
from db.commands.silence_carrying import ToSilence

log = logging.getLogger("anwang.gateway")

TOPIC = "anwang/down/{code}/silence"
LOOK_SECONDS = 1.0


class Sent(Protocol):
    """What the client answers to a message that it was given."""

    def is_published(self) -> bool: ...


Publish = Callable[[str, bytes], Sent]


class Downwards:
    """Looks for silences, hands each to the broker once, and marks it once the broker has it."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._on_their_way: dict[int, list[Sent]] = {}
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    def is_due(self, now: datetime) -> bool:
        return (now - self._looked_at).total_seconds() >= LOOK_SECONDS

    def turn(self, session: Session, now: datetime) -> None:
        """One look: what has arrived at the broker, what is new, and what is too late."""
        self._looked_at = now
        done = [number for number, sent in self._on_their_way.items() if all(each.is_published() for each in sent)]
        silence_carrying.carried(session, done, now)
        for silence in silence_carrying.waiting(session, now):
            if silence.id not in self._on_their_way:
                self._on_their_way[silence.id] = [self._send(silence, code) for code in silence.codes]
        late = silence_carrying.give_up(session, now)
        if late:
            log.warning("%s silences could not be sent in time", late)
        for number in done:
            del self._on_their_way[number]

    def _send(self, silence: ToSilence, code: str) -> Sent:
        said = {"silence": silence.id, "alarm": silence.alarm_id, "at": silence.at.isoformat()}
        return self._publish(TOPIC.format(code=code), json.dumps(said).encode())
