"""A user transmission device as a real client over TCP: heartbeats, a watch that answers, faults on demand."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from ingest.gb26875 import units
from ingest.gb26875.dialects import STANDARD, Dialect
from ingest.gb26875.frames import Command, Frame, FrameReader, Whole, encode
from ingest.gb26875.units import Item, Unit

DUTY_CHECK, OPERATION = 91, 24
DUTY_ANSWERED = 1 << 5
SMOKE_DETECTOR, FIRE = 40, 1 << 1


@dataclass(slots=True)
class TransmissionDevice:
    """One device; `watch` is the operator number that answers duty checks, None where nobody is there."""

    host: str
    port: int
    source: int
    centre: int = 1
    dialect: Dialect = STANDARD
    watch: int | None = None
    answers_after_seconds: float = 0.0
    is_burning: bool = False
    """What it says of states is fire."""
    is_mute: bool = False
    """Hears questions and commands, and says nothing."""
    slow_by: timedelta = timedelta()
    """How far its clock is behind."""
    heard: list[Frame] = field(default_factory=list)
    """Everything that the centre said."""
    _serial: int = 0
    _awaited: dict[int, asyncio.Future[Frame]] = field(default_factory=dict)
    _writer: asyncio.StreamWriter | None = None
    _listening: asyncio.Task[None] | None = None
    _answering: asyncio.Future[None] | None = None

    async def connect(self) -> None:
        reader, self._writer = await asyncio.open_connection(self.host, self.port)
        self._listening = asyncio.create_task(self._listen(reader))

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            with suppress(ConnectionError, OSError):
                await self._writer.wait_closed()
        if self._listening is not None:
            self._listening.cancel()

    async def say(self, unit: Unit | None, seconds: float = 10, times: int = 1) -> Frame:
        """Send a unit, or a heartbeat; the centre's confirm or deny. `TimeoutError` where neither comes."""
        raw = self.next_frame(unit)
        serial, self._serial = self._serial, (self._serial + 1) % 0x10000
        awaited: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._awaited[serial] = awaited
        self.pour(raw * times)
        try:
            return await asyncio.wait_for(awaited, seconds)
        finally:
            self._awaited.pop(serial, None)

    def next_frame(self, unit: Unit | None) -> bytes:
        """What `say` would send."""
        data = b"" if unit is None else units.encode(unit, self.dialect)
        sent_at = datetime.now(UTC) - self.slow_by
        return encode(Frame(self._serial, self.source, self.centre, Command.SEND, data, sent_at), self.dialect)

    def pour(self, raw: bytes) -> None:
        """Bytes as they are."""
        assert self._writer is not None
        self._writer.write(raw)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        frames = FrameReader(self.dialect)
        with suppress(ConnectionError, OSError):
            while chunk := await reader.read(4096):
                for event in frames.feed(chunk):
                    if isinstance(event, Whole):
                        self._take(event.frame)

    def _take(self, frame: Frame) -> None:
        self.heard.append(frame)
        awaited = self._awaited.get(frame.serial)
        if frame.command in (Command.CONFIRM, Command.DENY) and awaited is not None and not awaited.done():
            awaited.set_result(frame)
        elif frame.command in (Command.CONTROL, Command.REQUEST) and not self.is_mute:
            self._reply(frame)
            if frame.data[:1] == bytes((DUTY_CHECK,)) and self.watch is not None:
                self._answering = asyncio.ensure_future(self._answer(self.watch))

    def _reply(self, asked: Frame) -> None:
        """Confirm a command; answer a question, or deny one that it does not know."""
        command, data = Command.CONFIRM, b""
        if asked.command == Command.REQUEST:
            told = answer_to(
                units.decode(asked.data, self.dialect), datetime.now(UTC) - self.slow_by, 3 if self.is_burning else 1
            )
            command = Command.DENY if told is None else Command.ANSWER
            data = b"" if told is None else units.encode(told, self.dialect)
        self.pour(encode(Frame(asked.serial, self.source, self.centre, command, data, datetime.now(UTC)), self.dialect))

    async def _answer(self, operator: int) -> None:
        await asyncio.sleep(self.answers_after_seconds)
        with suppress(TimeoutError):
            await self.say(duty_answer(operator))


def duty_answer(operator: int) -> Unit:
    """The watch has pressed the key."""
    return Unit(OPERATION, (Item(operation=DUTY_ANSWERED, operator=operator, at=datetime.now(UTC)),))


def answer_to(asked: Unit, now: datetime, state: int = 1) -> Unit | None:
    """What a panel in this state says to a question; None where it knows nothing of the kind."""
    item = asked.items[0]
    system = Item(system_type=item.system_type, system_address=item.system_address)
    component = replace(system, component_type=SMOKE_DETECTOR, component_address=item.component_address)
    told: dict[int, Item] = {
        81: Item(state=state, at=now),
        84: Item(operation=1 << 6, operator=3, at=now),
        85: Item(major=2, minor=7),
        86: Item(text="主楼消防控制室"),
        88: Item(at=now),
        61: replace(system, state=state, at=now),
        62: replace(component, state=state, text="一层走廊", at=now),
        63: replace(component, analogue_type=3, value=215, at=now),
        64: replace(system, operation=1, operator=3, at=now),
        65: replace(system, major=4, minor=1),
        66: replace(system, text="两回路"),
        67: replace(component, text="一层走廊"),
        68: replace(system, at=now),
    }
    answers = {81: 21, 84: 24, 85: 25, 86: 26, 88: 28, 61: 1, 62: 2, 63: 3, 64: 4, 65: 5, 66: 6, 67: 7, 68: 8}
    return Unit(answers[asked.flag], (told[asked.flag],)) if asked.flag in told else None


def smoke(zone: int, point: int, text: str = "", at: datetime | None = None) -> Unit:
    """A smoke detector that sees fire."""
    item = Item(1, 1, SMOKE_DETECTOR, zone | point << 16, FIRE, text=text, at=at or datetime.now(UTC))
    return Unit(2, (item,))
