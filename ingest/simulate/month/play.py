"""Playing a month through the gate on a virtual clock: decode, accept, raise, commit; and the people at their desks."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.access_scope import EVERYTHING
from db.rules.alarm_kinds import Level
from db.session import Record
from ingest.accept import Accepted, Arrival, accept
from ingest.known_devices import KnownDevices
from ingest.messages import Received
from ingest.mqtt import payload
from ingest.simulate.month.plan import Line, Month
from ingest.simulate.troubles import Cause

WINDOW = timedelta(minutes=5)
MOST_LINES = 500
"""A batch is as long as this, or as many. What a batch decides is what its messages decide one by one."""
BURNS_FOR = timedelta(hours=1)
_LOOK = text(
    """
    select min(level) from alarms
    where venue_id = :venue and kind = 'fire' and closed_at is null and last_signal_at >= :since
    """
)
_UNSEEN = text("select id, level, recorded_at from alarms where id > :after order by id")
_RISEN = text("select id, alarm_id, at from alarm_steps where id > :after and step = 'level_raised' order by id")
# What people write down, straight: the desk's own acts are measured elsewhere.
_CLOSE = text(
    """
    update alarms a set state = 'closed', acknowledged_at = n.at, verified_at = n.at, closed_at = n.at,
        verdict = n.verdict
    from unnest(cast(:ids as bigint[]), cast(:moments as timestamptz[]), cast(:verdicts as text[])) n (id, at, verdict)
    where a.id = n.id
    """
)


@dataclass(slots=True)
class Sighting:
    """What a person at the desk saw of a fire, second by second. None: never."""

    first_alarm_at: datetime | None = None
    """When its first alarm-bearing message was taken in: a portal that shows each of them is critical now."""
    shown_at: datetime | None = None
    """When an alarm for it that must be opened was on the desk."""
    critical_at: datetime | None = None


@dataclass(slots=True)
class Played:
    """How the month went through."""

    accepted: Accepted = field(default_factory=Accepted)
    sightings: dict[int, Sighting] = field(default_factory=dict)
    batches: int = 0
    seconds: float = 0.0


class People:
    """They open what must be opened within minutes, find out what it was, and close it; notices take them days."""

    def __init__(self, rng: random.Random, truth: Callable[[Session, Sequence[int]], dict[int, bool]]) -> None:
        """`truth` answers of each alarm whether it was a fire: what people find when they get there."""
        self._rng, self._truth = rng, truth
        self._seen_alarm = self._seen_step = 0
        self._due: dict[int, datetime] = {}

    def work(self, session: Session, now: datetime) -> None:
        """See what is new or worse, and close what is due."""
        for row in session.execute(_UNSEEN, {"after": self._seen_alarm}):
            self._seen_alarm = row.id
            self._due[row.id] = row.recorded_at + self._takes(Level(row.level))
        for row in session.execute(_RISEN, {"after": self._seen_step}):
            self._seen_step = row.id
            if row.alarm_id in self._due:
                self._due[row.alarm_id] = min(self._due[row.alarm_id], row.at + self._takes(Level.CRITICAL))
        due = [alarm for alarm, at in self._due.items() if at <= now]
        if not due:
            return
        was_fire = self._truth(session, due)
        facts = {
            "ids": due,
            "moments": [self._due.pop(alarm) for alarm in due],
            "verdicts": ["real_fire" if was_fire.get(alarm) else "false" for alarm in due],
        }
        session.execute(_CLOSE, facts)

    def _takes(self, level: Level) -> timedelta:
        if level is Level.NOTICE:
            return timedelta(days=self._rng.lognormvariate(0.7, 0.6))
        return timedelta(seconds=self._rng.lognormvariate(5, 0.8) + self._rng.lognormvariate(7.3, 0.9))


class Play:
    """One month through one gate."""

    def __init__(self, record: Record, month: Month, people: People) -> None:
        self._record, self._month, self._people = record, month, people
        self._devices = KnownDevices()
        self._fires = {e.number: e for e in month.episodes if e.cause is Cause.FIRE}
        self._burning = {fire.venue_id for fire in self._fires.values()}
        self._venues = {e.number: e.venue_id for e in month.episodes}
        self.played = Played(sightings={number: Sighting() for number in self._fires})

    def run(self, report: Callable[[datetime], None] = lambda _day: None) -> Played:
        began, day = time.monotonic(), self._month.began
        with self._record.scoped(EVERYTHING) as session:
            self._devices.prepare(session)
        batch: list[Line] = []
        for line in self._month.lines:
            is_watched = self._is_watched(line)
            if batch and (is_watched or len(batch) >= MOST_LINES or line.received_at - batch[0].received_at > WINDOW):
                self._take(batch)
                batch = []
            batch.append(line)
            if is_watched:
                self._take(batch)
                batch = []
            if line.received_at - day > timedelta(days=1):
                day += timedelta(days=1)
                report(day)
        self._take(batch)
        self.played.seconds = time.monotonic() - began
        return self.played

    def _is_watched(self, line: Line) -> bool:
        """A fire's messages are taken one by one, and the desk is looked at after each."""
        return line.episode in self._fires

    def _take(self, batch: Sequence[Line]) -> None:
        if not batch:
            return
        now = batch[-1].received_at
        arrivals = [_arrival(line) for line in batch]
        with self._record.scoped(EVERYTHING) as session:
            self._people.work(session, now)
            done = accept(session, arrivals, self._devices, now)
        self.played.accepted = self.played.accepted.plus(done)
        self.played.batches += 1
        if batch[0].episode in self._fires:
            self._look(batch[0], done)

    def _look(self, line: Line, done: Accepted) -> None:
        """What the desk shows of the fire once the message is committed."""
        sighting, fire = self.played.sightings[line.episode], self._fires[line.episode]
        if sighting.first_alarm_at is None:
            if not done.alarm_bearing:
                return
            sighting.first_alarm_at = line.received_at
        if sighting.critical_at is not None:
            return
        with self._record.scoped(EVERYTHING) as session:
            level = session.scalar(_LOOK, {"venue": fire.venue_id, "since": fire.began})
        if level is not None and level < Level.NOTICE:
            sighting.shown_at = sighting.shown_at or line.received_at
        if level == Level.CRITICAL:
            sighting.critical_at = line.received_at


def _arrival(line: Line) -> Arrival:
    """As the gateway hands it over."""
    received = Received("mqtt", line.topic, line.payload, line.received_at)
    return Arrival(received, payload.decode(line.topic, line.payload, line.received_at))
