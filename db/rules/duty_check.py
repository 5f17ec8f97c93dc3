"""A duty check's life: asked, sent, confirmed by the device, answered by the watch; or unanswered.

GB/T 26875.3 table 28: the centre names the minutes within which the watch must press the key.
"""

from datetime import datetime, timedelta
from enum import StrEnum

GRACE = timedelta(seconds=30)
"""For the answer's own way back."""
UNREACHABLE_AFTER = timedelta(minutes=2)
"""A device that is not connected gets the question no later."""


class DutyCheckState(StrEnum):
    ASKED = "asked"
    SENT = "sent"
    CONFIRMED = "confirmed"
    ANSWERED = "answered"
    ANSWERED_LATE = "answered_late"
    UNANSWERED = "unanswered"
    UNREACHABLE = "unreachable"
    """The device could not be asked: that says nothing of the watch."""


OPEN = (DutyCheckState.ASKED, DutyCheckState.SENT, DutyCheckState.CONFIRMED)


def answered(sent_at: datetime, minutes: int, answered_at: datetime) -> DutyCheckState:
    """What an answer is worth that reached the centre then."""
    in_time = answered_at <= sent_at + timedelta(minutes=minutes) + GRACE
    return DutyCheckState.ANSWERED if in_time else DutyCheckState.ANSWERED_LATE


def expired(
    state: DutyCheckState, asked_at: datetime, sent_at: datetime | None, minutes: int, now: datetime
) -> DutyCheckState | None:
    """The state that an open check goes into by itself, or None while it waits."""
    if state is DutyCheckState.ASKED or sent_at is None:
        return DutyCheckState.UNREACHABLE if now > asked_at + UNREACHABLE_AFTER else None
    if state in OPEN and now > sent_at + timedelta(minutes=minutes) + GRACE:
        return DutyCheckState.UNANSWERED
    return None
