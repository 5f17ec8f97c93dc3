"""One transmission device's conversation with the centre, whatever carries it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.gb26875 import decoding, meaning, units
from ingest.gb26875.addresses import Addressed, Addresses, OnBench
from ingest.gb26875.dialects import STANDARD, Dialect
from ingest.gb26875.errors import FrameError
from ingest.gb26875.frames import Broken, Command, Event, Frame, FrameReader, encode
from ingest.gb26875.meaning import DOOR
from ingest.gb26875.recorder import Job, Recorder
from ingest.gb26875.units import Unit
from ingest.messages import Received, Refused

log = logging.getLogger("anwang.gb26875")

TRIES = 3
"""GB/T 26875.3 section 6.5: no answer within 10 s at most, three times."""
MOST_BROKEN = 200
"""Of a peer that says nothing readable between: then it is let go."""


@dataclass(slots=True)
class Peer:
    """Bytes in, events to the recorder, answers out."""

    name: str
    """Address and port, for the dead letters."""
    centre: int
    addresses: Addresses
    recorder: Recorder
    send: Callable[[bytes], None]
    met: Callable[[int, "Peer"], None] = lambda _source, _peer: None
    """Told which device speaks here."""
    dialect: Dialect = STANDARD
    source: int | None = None
    answer_seconds: float = 10.0
    broken_in_a_row: int = 0
    on_bench: str = ""
    """Key of the trial that this peer is part of."""
    _reader: FrameReader = field(init=False)
    _serial: int = 0
    _awaited: dict[int, asyncio.Future[Frame]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = FrameReader(self.dialect)

    @property
    def is_hopeless(self) -> bool:
        return self.broken_in_a_row > MOST_BROKEN

    def hear(self, chunk: bytes) -> None:
        """Take bytes as they come."""
        for event in self._reader.feed(chunk):
            self._take(event)

    def end(self) -> None:
        """Nothing more comes of what has begun: after a pause, or at the end of a datagram."""
        for event in self._reader.end():
            self._take(event)

    def _take(self, event: Event) -> None:
        received = Received(DOOR, self.name, event.raw, datetime.now(UTC))
        frame = event.frame
        trial = self._trial_of(event)
        if trial is not None:
            self._try(event, trial, received)
            return
        if frame is not None:
            event = self._in_its_dialect(event, frame)
            frame = event.frame
        if isinstance(event, Broken):
            self.broken_in_a_row += 1
            if frame is not None:
                self._answer(frame, Command.DENY)
            self._refuse(received, event.reason)
            return
        assert frame is not None
        self.broken_in_a_row = 0
        self._listen(frame, received)

    def _trial_of(self, event: Event) -> OnBench | None:
        """The live trial that these bytes belong to, also where they make no frame."""
        if event.frame is not None:
            return self.addresses.on_bench(event.frame.source)
        found = self.addresses.seems_on_bench(event.raw)
        return found if found is not None or self.source is None else self.addresses.on_bench(self.source)

    def _try(self, event: Event, trial: OnBench, received: Received) -> None:
        """On the bench a device is answered as ever; what it says goes to its trial, and nowhere else."""
        self.on_bench = trial.key
        if event.frame is not None and self.dialect != trial.dialect:
            self.dialect = self._reader.dialect = trial.dialect
            (event,) = FrameReader(self.dialect).feed(event.raw)
        frame = event.frame
        self.broken_in_a_row = self.broken_in_a_row + 1 if isinstance(event, Broken) else 0
        if frame is None:
            self.recorder.put(Job(received, (), bench=trial.key))
            return
        if self.source != frame.source:
            self.source = frame.source
            self.met(frame.source, self)
        self._hear_answer(frame)
        is_good = not isinstance(event, Broken) and self._can_be_read(frame)
        answer = self._later(frame, Command.CONFIRM if is_good else Command.DENY)
        self.recorder.put(Job(received, (), done=answer, bench=trial.key))

    def _can_be_read(self, frame: Frame) -> bool:
        """What would be confirmed of a device on the books."""
        if frame.command != Command.SEND:
            return False
        try:
            return not frame.data or units.decode(frame.data, self.dialect).flag in meaning.LISTENED
        except FrameError:
            return False

    def _hear_answer(self, frame: Frame) -> None:
        if frame.command not in (Command.CONFIRM, Command.DENY, Command.ANSWER):
            return
        awaited = self._awaited.pop(frame.serial, None)
        if awaited is not None and not awaited.done():
            awaited.set_result(frame)

    def _in_its_dialect(self, event: Event, frame: Frame) -> Event:
        """Read again where the device's model is known to read the standard otherwise."""
        known = self.addresses.find(str(frame.source))
        if known is None or known.dialect == self.dialect:
            return event
        self.dialect = self._reader.dialect = known.dialect
        (again,) = FrameReader(self.dialect).feed(event.raw)
        return again

    def _listen(self, frame: Frame, received: Received) -> None:
        if self.source != frame.source:
            self.source = frame.source
            self.met(frame.source, self)
        if frame.command in (Command.CONFIRM, Command.DENY, Command.ANSWER):
            self._hear_answer(frame)
            if frame.command != Command.ANSWER or not frame.data:
                return
        elif frame.command != Command.SEND:
            self._answer(frame, Command.DENY)
            self._refuse(received, f"A device does not send command {frame.command}.")
            return
        known = self.addresses.find(str(frame.source))
        if known is None:
            self._answer(frame, Command.DENY)
            self._refuse(received, decoding.UNKNOWN.format(source=frame.source))
            return
        self._record(frame, received, known)

    def _record(self, frame: Frame, received: Received, known: Addressed) -> None:
        confirm = (lambda: None) if frame.command == Command.ANSWER else self._later(frame, Command.CONFIRM)
        try:
            said, is_fire = decoding.said(frame, known, self.addresses, received.received_at)
        except FrameError as error:
            self._answer(frame, Command.DENY)
            self._refuse(received, str(error))
            return
        self.recorder.put(Job(received, said.messages, is_fire, known.device_id, said.duty_answers, done=confirm))

    def _later(self, frame: Frame, command: Command) -> Callable[[], None]:
        """Answers from the recorder's thread, once the frame is on record."""
        loop = asyncio.get_running_loop()

        def confirm() -> None:
            loop.call_soon_threadsafe(self._answer, frame, command)

        return confirm

    def _refuse(self, received: Received, reason: str) -> None:
        self.recorder.put(Job(received, (Refused(reason),)))

    def _answer(self, frame: Frame, command: Command) -> None:
        """Confirm or deny, with the device's own serial number."""
        if frame.command in (Command.CONFIRM, Command.DENY, Command.ANSWER):
            return
        self._write(Frame(frame.serial, self.centre, frame.source, command, sent_at=datetime.now(UTC)))

    def _write(self, frame: Frame) -> None:
        said = encode(frame, self.dialect)
        self.send(said)
        if self.on_bench and self.addresses.on_bench(frame.destination) is not None:
            received = Received(DOOR, self.name, said, datetime.now(UTC))
            self.recorder.put(Job(received, (), bench=self.on_bench, is_ours=True))

    async def ask(self, command: Command, unit: Unit) -> Frame | None:
        """Send a command until the device confirms, denies or answers; None where it does neither, three times."""
        if self.source is None:
            return None
        serial = self._serial
        self._serial = (self._serial + 1) % 0x10000
        data = units.encode(unit, self.dialect)
        for _try in range(TRIES):
            awaited: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
            self._awaited[serial] = awaited
            self._write(Frame(serial, self.centre, self.source, command, data, datetime.now(UTC)))
            try:
                return await asyncio.wait_for(awaited, self.answer_seconds)
            except TimeoutError:
                continue
            finally:
                self._awaited.pop(serial, None)
        return None
