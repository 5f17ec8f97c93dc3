"""From the server's loop into the record: a thread that commits what all peers said in batches, fires first."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from db.commands import bench, duty_checks, panel_questions
from db.commands.bench import Caught
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import Settings
from ingest.accept import Accepted, Arrival
from ingest.batch_writer import BatchWriter, words_of
from ingest.feed import Feed
from ingest.gb26875 import duty
from ingest.gb26875.addresses import Addresses
from ingest.gb26875.duty import Question
from ingest.gb26875.inquiries import Inquiry, waiting
from ingest.messages import DeviceMessage, Received, Refused

log = logging.getLogger("anwang.gb26875")

FEED = "GB/T 26875 server"
MOST_IN_A_BATCH = 500
MOST_WAITING = 10_000
"""Jobs; beyond it peers are not read, so that memory stays bounded while the database is away."""
MOST_REFUSED_WAITING, MOST_REFUSED_IN_A_BATCH = 2000, 100
"""What is no message waits behind what is one; who pours more rubbish than this has it counted, and not kept."""
IDLE_SECONDS = 0.5
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
ERRANDS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """A frame to be recorded; `done` is called from the recorder's thread once it is."""

    received: Received
    said: tuple[DeviceMessage | Refused, ...]
    is_urgent: bool = False
    device_id: int | None = None
    duty_answers: tuple[int, ...] = ()
    note: Callable[[Session], None] | None = None
    """A small write of the server's own."""
    done: Callable[[], None] = lambda: None
    bench: str = ""
    """Key of the trial that it is for: nothing of it goes through the gate."""
    is_ours: bool = False


class Recorder:
    """Jobs in, confirmations out: nothing is confirmed to a device before its commit."""

    def __init__(self, record: Record, settings: Settings, addresses: Addresses) -> None:
        self.writer = BatchWriter(record, settings)
        self.addresses = addresses
        self.feed = Feed(FEED)
        self.ask: Callable[[Question], None] = lambda _question: None
        """Carries a duty check to its device; set by the server."""
        self.inquire: Callable[[Inquiry], None] = lambda _inquiry: None
        """The same for other questions."""
        self._urgent: deque[Job] = deque()
        self._waiting: deque[Job] = deque()
        self._refused: deque[Job] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._errands_at = 0.0
        self._thread = threading.Thread(target=self._run, name="recorder")

    def __len__(self) -> int:
        return len(self._urgent) + len(self._waiting) + len(self._refused)

    @property
    def has_room(self) -> bool:
        """False too before the addresses are known: nobody is denied for our being late."""
        return len(self) < MOST_WAITING and self.addresses.are_known

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits where the database takes it, and end."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(20)

    def put(self, job: Job) -> None:
        with self._changed:
            if job.is_urgent:
                self._urgent.append(job)
            elif any(isinstance(message, Refused) for message in job.said):
                self._refused.append(job)
                if len(self._refused) > MOST_REFUSED_WAITING:
                    self._refused.popleft()
                    self.feed.count_lost(1)
            else:
                self._waiting.append(job)
            self._changed.notify_all()

    def _run(self) -> None:
        self.writer.prepare()
        while not self._stopping.is_set() or len(self):
            self._errands()
            if not self._settle(self._take()):
                return

    def _take(self) -> list[Job]:
        with self._changed:
            self._changed.wait_for(lambda: len(self) or self._stopping.is_set(), IDLE_SECONDS)
            jobs: list[Job] = []
            for queue in (self._urgent, self._waiting):
                while queue and len(jobs) < MOST_IN_A_BATCH:
                    jobs.append(queue.popleft())
            most = min(MOST_REFUSED_IN_A_BATCH, len(self._refused))
            return jobs + [self._refused.popleft() for _letter in range(most)]

    def _settle(self, jobs: list[Job]) -> bool:
        """Record, again and again while the database is away; False where the server stops meanwhile."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                self._record(jobs)
                break
            except Exception as error:
                log.warning("not recorded yet: %s", words_of(error), exc_info=not isinstance(error, SQLAlchemyError))
            if self._stopping.wait(wait):
                return False
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        for job in jobs:
            job.done()
        return True

    def _record(self, jobs: list[Job]) -> None:
        """What is for the record first: told again, it is a repeat; what is for the bench would stand there twice."""
        self._write(jobs)
        self._put_on_bench([job for job in jobs if job.bench])

    def _write(self, jobs: list[Job]) -> None:
        arrivals = [Arrival(job.received, message) for job in jobs for message in job.said]
        is_beat = self.feed.is_due
        if arrivals or is_beat:
            done = self.writer.write(arrivals, self._beat if is_beat else None)
            if is_beat:
                self.feed.written()
            else:
                self.feed.count(done.taken, done.refused)
        self._note(jobs)

    def _note(self, jobs: list[Job]) -> None:
        """In the order in which it happened: an answer finds its question sent, be they of one batch."""
        noted = [job for job in jobs if job.note or (job.device_id and job.duty_answers)]
        if not noted:
            return
        with self.writer.record.scoped(EVERYTHING) as session:
            for job in noted:
                try:
                    with session.begin_nested():
                        _note_one(session, job)
                except (DataError, IntegrityError, ValueError) as error:
                    # What a device said and the database never takes holds up nobody else.
                    log.warning("not noted: %s", words_of(error))

    def _put_on_bench(self, jobs: list[Job]) -> None:
        caught = [
            Caught(job.bench, job.received.received_at, job.received.peer, job.received.payload, job.is_ours)
            for job in jobs
        ]
        if caught:
            with self.writer.record.scoped(EVERYTHING) as session:
                bench.keep(session, caught, datetime.now(UTC))

    def _beat(self, session: Session, done: Accepted, now: datetime) -> None:
        self.feed.write(session, now, done.taken, done.refused)

    def _errands(self) -> None:
        """Each second: addresses that changed, duty checks to carry and to end."""
        if time.monotonic() < self._errands_at:
            return
        self._errands_at = time.monotonic() + ERRANDS_SECONDS
        try:
            with self.writer.record.scoped(EVERYTHING) as session:
                if self.addresses.is_due:
                    self.addresses.refresh(session)
                self.addresses.learn_bench(session, datetime.now(UTC))
                questions = duty.waiting(session)
                duty_checks.expire(session, datetime.now(UTC))
                panel_questions.expire(session, datetime.now(UTC))
                inquiries = waiting(session)
        except SQLAlchemyError as error:
            log.warning("the record does not answer: %s", words_of(error))
            return
        for question in questions:
            self.ask(question)
        for inquiry in inquiries:
            self.inquire(inquiry)

    def note(self, act: Callable[[Session], None]) -> None:
        """A small write of the server's own, with what peers say: in order, and again while the database is away."""
        self.put(Job(_NOTHING, (), is_urgent=True, note=act))


def _note_one(session: Session, job: Job) -> None:
    if job.note:
        job.note(session)
    for number in job.duty_answers if job.device_id else ():
        duty_checks.answer(session, job.device_id or 0, number, datetime.now(UTC))


_NOTHING = Received("gb26875", "", b"", datetime(1970, 1, 1, tzinfo=UTC))
