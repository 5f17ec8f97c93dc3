"""What the centre may ask of a user transmission device and its panel, or tell it (GB/T 26875.3-2011 table 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

UNREACHABLE_AFTER = timedelta(seconds=30)
"""A device that is not connected gets the question no later."""
LOST_AFTER = timedelta(minutes=2)
"""One whose server ended while it waited for the answer."""
MOST_OPERATIONS = 102


class PanelAct(StrEnum):
    """A question that is answered with data, or a command that is confirmed."""

    STATE = "state"
    OPERATIONS = "operations"
    VERSION = "version"
    CONFIGURATION = "configuration"
    CLOCK = "clock"
    SYSTEM_STATE = "system-state"
    SYSTEM_OPERATIONS = "system-operations"
    SYSTEM_VERSION = "system-version"
    SYSTEM_CONFIGURATION = "system-configuration"
    SYSTEM_CLOCK = "system-clock"
    COMPONENT_STATE = "component-state"
    COMPONENT_READING = "component-reading"
    COMPONENT_CONFIGURATION = "component-configuration"
    SET_CLOCK = "set-clock"
    INITIALISE = "initialise"


@dataclass(frozen=True, slots=True)
class ActRow:
    """How an act is said, and what it must name."""

    act: PanelAct
    flag: int
    """The type flag of the unit that says it."""
    of_system: bool = False
    of_component: bool = False
    of_past: bool = False
    """It names a moment, and how many records from there on."""
    is_command: bool = False


ACTS = (
    ActRow(PanelAct.STATE, 81),
    ActRow(PanelAct.OPERATIONS, 84, of_past=True),
    ActRow(PanelAct.VERSION, 85),
    ActRow(PanelAct.CONFIGURATION, 86),
    ActRow(PanelAct.CLOCK, 88),
    ActRow(PanelAct.SYSTEM_STATE, 61, of_system=True),
    ActRow(PanelAct.SYSTEM_OPERATIONS, 64, of_system=True, of_past=True),
    ActRow(PanelAct.SYSTEM_VERSION, 65, of_system=True),
    ActRow(PanelAct.SYSTEM_CONFIGURATION, 66, of_system=True),
    ActRow(PanelAct.SYSTEM_CLOCK, 68, of_system=True),
    ActRow(PanelAct.COMPONENT_STATE, 62, of_system=True, of_component=True),
    ActRow(PanelAct.COMPONENT_READING, 63, of_system=True, of_component=True),
    ActRow(PanelAct.COMPONENT_CONFIGURATION, 67, of_system=True, of_component=True),
    ActRow(PanelAct.SET_CLOCK, 90, is_command=True),
    ActRow(PanelAct.INITIALISE, 89, is_command=True),
)
BY_ACT = {row.act: row for row in ACTS}


class QuestionState(StrEnum):
    """How far a question has come; the last five are its ends."""

    ASKED = "asked"
    SENT = "sent"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    DENIED = "denied"
    UNANSWERED = "unanswered"
    """The device has it, or should have it, and says nothing: three times."""
    UNREACHABLE = "unreachable"
    """It was not connected."""


OPEN = (QuestionState.ASKED, QuestionState.SENT)


def expired(state: QuestionState, asked_at: datetime, sent_at: datetime | None, now: datetime) -> QuestionState | None:
    """The end that an open question comes to by itself, or None while it waits."""
    if state is QuestionState.ASKED and now > asked_at + UNREACHABLE_AFTER:
        return QuestionState.UNREACHABLE
    if state is QuestionState.SENT and sent_at is not None and now > sent_at + LOST_AFTER:
        return QuestionState.UNANSWERED
    return None
