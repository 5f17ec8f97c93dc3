"""Questions that wait to be carried to their devices, as units of the standard; and what an answer means."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.panel_questions import BY_ACT, PanelAct, QuestionState
from ingest.gb26875.frames import Command, Frame
from ingest.gb26875.meaning import DOOR
from ingest.gb26875.units import Item, Unit

_WAITING = text(
    """
    select q.id, q.act, q.system_type, q.system_address, q.component_address, q.since, q.records, a.address
    from panel_questions q join device_addresses a on a.device_id = q.device_id and a.door = :door and a.address !~ '/'
    where q.state = 'asked' order by q.asked_at
    """
)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question for the device at this address."""

    question_id: int
    source: int
    act: PanelAct
    item: Item

    @property
    def command(self) -> Command:
        return Command.CONTROL if BY_ACT[self.act].is_command else Command.REQUEST

    def unit(self, now: datetime) -> Unit:
        """The clock is set to the moment at which it is said."""
        flag = BY_ACT[self.act].flag
        return Unit(flag, (Item(at=now) if self.act is PanelAct.SET_CLOCK else self.item,))


def waiting(session: Session) -> list[Inquiry]:
    """Those that nobody has carried yet, oldest first."""
    return [
        Inquiry(
            row.id,
            int(row.address),
            PanelAct(row.act),
            Item(
                system_type=row.system_type,
                system_address=row.system_address,
                component_address=row.component_address,
                count=row.records,
                at=row.since,
            ),
        )
        for row in session.execute(_WAITING, {"door": DOOR})
    ]


def outcome(answer: Frame | None) -> QuestionState:
    """What a device's frame, or its silence, is to a question."""
    if answer is None:
        return QuestionState.UNANSWERED
    ends = {Command.DENY: QuestionState.DENIED, Command.CONFIRM: QuestionState.CONFIRMED}
    return ends.get(Command(answer.command), QuestionState.ANSWERED)
