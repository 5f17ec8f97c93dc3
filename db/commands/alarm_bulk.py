"""One act upon many alarms: each for itself, or all or none; either way every alarm has its own report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.commands import alarms
from db.commands.actor import Actor
from db.commands.alarm_acting import Entry, lock, write
from db.errors import AnwangError, InvalidInput, NotFound
from db.rules.alarm_kinds import Verdict
from db.rules.alarm_lifecycle import Act, Asked

MOST = 500
IN_BULK = (Act.ACKNOWLEDGE, Act.VERIFY, Act.HAND_OVER, Act.CLOSE)
BULK_VERDICTS = (Verdict.FALSE, Verdict.TEST_OR_DRILL)
"""A fire or a hazard is looked at one by one."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one alarm; `refusal` None: done."""

    alarm_id: int
    refusal: AnwangError | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Every alarm's outcome in the order given; `is_done` false: all or none was asked for, and nothing happened."""

    outcomes: tuple[Outcome, ...]
    is_done: bool

    @property
    def done(self) -> int:
        return sum(1 for each in self.outcomes if each.refusal is None) if self.is_done else 0


def act_on_many(
    session: Session,
    alarm_ids: Sequence[int],
    asked: Sequence[Asked],
    actor: Actor,
    now: datetime,
    *,
    person_id: int | None = None,
    all_or_none: bool = False,
) -> Report:
    """Take these steps, one after the other, upon each of the alarms."""
    _check(alarm_ids, asked)
    # Every row is held before the first entry of the audit log, whose lock nobody may wait with.
    held = lock(session, alarm_ids)
    outcomes, entries = [], list[Entry]()
    whole = session.begin_nested()
    for alarm_id in dict.fromkeys(alarm_ids):
        try:
            if alarm_id not in held:
                raise NotFound("There is no such alarm within your scope.")
            with session.begin_nested():
                taken = _take(session, alarm_id, asked, actor, now, person_id)
            entries += taken
            outcomes.append(Outcome(alarm_id))
        except AnwangError as refusal:
            outcomes.append(Outcome(alarm_id, refusal))
    if all_or_none and any(each.refusal for each in outcomes):
        whole.rollback()
        return Report(tuple(outcomes), is_done=False)
    whole.commit()
    write(session, entries, actor)
    return Report(tuple(outcomes), is_done=True)


def _take(
    session: Session, alarm_id: int, asked: Sequence[Asked], actor: Actor, now: datetime, person_id: int | None
) -> list[Entry]:
    entries = list[Entry]()
    for one in asked:
        alarm = lock(session, [alarm_id])[alarm_id]
        if one.act is Act.HAND_OVER:
            entries += alarms.hand(session, alarm, one, person_id or 0, actor, now)
        else:
            entries += alarms.act(session, alarm, one, actor, now)
    return entries


def _check(alarm_ids: Sequence[int], asked: Sequence[Asked]) -> None:
    if len(set(alarm_ids)) > MOST:
        raise InvalidInput("At most 500 alarms at once.")
    for one in asked:
        if one.act not in IN_BULK or (one.act is Act.VERIFY and one.verdict not in BULK_VERDICTS):
            raise InvalidInput("This act is taken alarm by alarm.")
