"""Messages that could not be taken, kept whole with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from db.models import DeadLetter
from ingest.messages import Received

KEPT_BYTES = 16 * 1024
_WEIGHT = text("select bytes from dead_letter_store")


@dataclass(frozen=True, slots=True)
class DeadLetterNote:
    """A message and why it is kept aside."""

    received: Received
    reason: str


def has_room(session: Session, quota_bytes: int) -> bool:
    """False where what is kept already fills the quota; a batch may fill it a little over."""
    return int(session.scalar(_WEIGHT) or 0) < quota_bytes


def keep(session: Session, notes: Sequence[DeadLetterNote]) -> None:
    """Write them down; a payload longer than 16 KiB is kept up to there, and the reason says so."""
    if not notes:
        return
    session.execute(
        insert(DeadLetter),
        [
            {
                "received_at": note.received.received_at,
                "channel": note.received.channel,
                "peer": note.received.peer.replace("\x00", "␀")[:500],
                "reason": note.reason.replace("\x00", "␀")
                + (f" The first {KEPT_BYTES} bytes are kept." if len(note.received.payload) > KEPT_BYTES else ""),
                "payload": note.received.payload[:KEPT_BYTES],
            }
            for note in notes
        ],
    )
