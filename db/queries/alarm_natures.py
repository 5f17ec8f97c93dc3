"""What an alarm is taken for, and why."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.alarm_natures import Because, Nature

_ONE = text("select nature, because from alarms where id = :id")


@dataclass(frozen=True, slots=True)
class Judged:
    """The record's judgement of an alarm; people's own is its verdict."""

    nature: Nature
    because: tuple[Because, ...]


def judged(session: Session, alarm_id: int) -> Judged | None:
    """None outside the reader's scope."""
    row = session.execute(_ONE, {"id": alarm_id}).one_or_none()
    return Judged(Nature(row.nature), tuple(map(Because, row.because))) if row else None
