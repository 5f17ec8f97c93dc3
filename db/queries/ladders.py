"""What happens next if nobody moves: an alarm's ladder from here on, foreseen by the rules that climb it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db.queries import due_ladders, ladder_templates, responsible_people
from db.queries.due_ladders import DueAlarm
from db.queries.responsible_people import Responsible
from db.rules.ladders import Clock, Party, Reached, Rung, ascend, chain, remaining

HERE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class NextStep:
    """Who is told when, if nobody moves until then. Without names it is a hole, and the next step comes at once."""

    at: datetime
    rung: int
    since: Clock
    who: Party
    place: str
    names: tuple[str, ...]
    asks: bool
    hastened: bool
    has_letter: bool

    @property
    def is_hole(self) -> bool:
        return not self.names


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A rung with its time, and the people who stand on it."""

    reached: Reached
    people: tuple[Responsible, ...]


def next_steps(session: Session, alarm_id: int, now: datetime) -> list[NextStep]:
    """The rest of an alarm's ladder, soonest first; empty where it has ended or the alarm is outside the scope."""
    day = now.astimezone(HERE).date()
    alarm = due_ladders.standing(session, alarm_id, day)
    if alarm is None:
        return []
    rungs = ladder_templates.one(session, alarm.template_id).rungs
    people = responsible_people.of_venues(session, [alarm.venue_id], now)
    first_at = max(alarm.next_due_at, now)
    return [_step(alarm, one, first_at) for one in foreseen(alarm, rungs, people)]


def foreseen(alarm: DueAlarm, rungs: Sequence[Rung], people: Sequence[Responsible]) -> list[Foreseen]:
    """Every rung that is left, as climbing would reach it."""
    line = remaining(chain(rungs, alarm.clock, in_window=alarm.in_window), alarm.next_rung)
    standing = {rung.number: responsible_people.on_rung(people, rung, alarm.owner) for rung in line}
    holes = [number for number, found in standing.items() if not found]
    return [Foreseen(reached, standing[reached.rung.number]) for reached in ascend(line, alarm.base_at, holes)]


def _step(alarm: DueAlarm, one: Foreseen, not_before: datetime) -> NextStep:
    rung = one.reached.rung
    return NextStep(
        max(one.reached.at, not_before),
        rung.number,
        rung.since,
        rung.who,
        alarm.place(rung.who),
        tuple(person.name or "–" for person in one.people),
        rung.asks,
        one.reached.hastened,
        rung.letter_within is not None,
    )
