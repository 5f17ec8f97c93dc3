"""Frames out of a stream of bytes and back: no sockets, no clock, bounded memory (GB/T 26875.3 section 6).

A stream that breaks is taken up again at the next two bytes 40 40 with a plausible length and 23 23 at its end.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import reduce
from operator import xor

from ingest.gb26875 import times
from ingest.gb26875.dialects import STANDARD, Checksum, Dialect
from ingest.gb26875.errors import FrameError

START, END = b"@@", b"##"
HEAD = 27
"""Bytes up to and including the command."""
LARGEST_DATA = 1024
OVERHEAD = HEAD + 3
LARGEST = OVERHEAD + LARGEST_DATA
MAJOR = 1
MOST_KEPT = 4096
"""Of bytes that were passed over, so many are shown."""


class Command(IntEnum):
    """Section 6.3; 7 to 127 are reserved, 128 to 255 the vendor's."""

    RESERVED = 0
    CONTROL = 1
    SEND = 2
    CONFIRM = 3
    REQUEST = 4
    ANSWER = 5
    DENY = 6


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. Addresses are numbers of six bytes; `sent_at` is None where the clock is wrong."""

    serial: int
    source: int
    destination: int
    command: int
    data: bytes = b""
    sent_at: datetime | None = None
    minor: int = 1
    major: int = MAJOR


_PLAUSIBLE_HEAD = re.compile(
    re.escape(START) + rb".{%d}[\x00-%b].{%d}" % (HEAD - 4, re.escape(bytes((LARGEST_DATA >> 8,))), 1), re.DOTALL
)
"""A head whose length's high byte is not too large: what cannot be a frame is passed over in one go."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Bytes that were passed over. `frame` is what they seem to be where only the checksum is wrong."""

    offset: int
    """Of the first of them in the stream."""
    raw: bytes
    reason: str
    frame: Frame | None = None


@dataclass(frozen=True, slots=True)
class Whole:
    """A frame with where it stood in the stream and its bytes."""

    offset: int
    raw: bytes
    frame: Frame


Event = Whole | Broken


def encode(frame: Frame, dialect: Dialect = STANDARD) -> bytes:
    """The frame's bytes; `FrameError` where a number does not fit."""
    if len(frame.data) > LARGEST_DATA:
        raise FrameError(f"The data is {len(frame.data)} bytes, more than {LARGEST_DATA}.")
    try:
        head = (
            frame.serial.to_bytes(2, "little")
            + bytes((frame.major, frame.minor))
            + times.write(frame.sent_at, dialect.clock)
            + frame.source.to_bytes(6, "little")
            + frame.destination.to_bytes(6, "little")
            + len(frame.data).to_bytes(2, "little")
            + bytes((frame.command,))
        )
    except (OverflowError, ValueError) as error:
        raise FrameError(f"A number does not fit its bytes: {error}.") from error
    content = START + head + frame.data
    return content + bytes((checksum(content, dialect.checksum),)) + END


def checksum(content: bytes, kind: Checksum) -> int:
    """Of a frame from its start to the end of its data."""
    if kind is Checksum.FROM_COMMAND:
        return sum(content[HEAD - 1 :]) & 0xFF
    if kind is Checksum.XOR:
        return reduce(xor, content[2:], 0)
    return sum(content[2:]) & 0xFF


class FrameReader:
    """Takes bytes as they come, gives frames and what stood between them."""

    def __init__(self, dialect: Dialect = STANDARD) -> None:
        self.dialect = dialect
        self._buffer = bytearray()
        self._offset = 0
        self._passed = bytearray()
        self._passed_bytes = 0
        self._reason = ""

    @property
    def waiting(self) -> int:
        """Bytes of a frame that has not ended yet."""
        return len(self._buffer)

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """What these bytes complete."""
        self._buffer += chunk
        yield from self._read(is_over=False)

    def end(self) -> Iterator[Event]:
        """What is left when nothing more comes: of a frame that never ended, whole frames may stand within."""
        yield from self._read(is_over=True)
        yield from self._report()

    def _read(self, is_over: bool) -> Iterator[Event]:
        while self._buffer:
            found = self._next(is_over)
            if found is None:
                return
            if isinstance(found, str):
                self._pass_over(found)
                continue
            yield from self._report()
            raw = bytes(self._buffer[: _size(self._buffer)])
            offset = self._offset
            self._drop(len(raw))
            if self._sums(raw):
                yield Whole(offset, raw, found)
            else:
                yield Broken(offset, raw, _wrong_sum(raw, self.dialect), found)
        if is_over or self._passed_bytes >= MOST_KEPT:
            yield from self._report()

    def _next(self, is_over: bool) -> Frame | str | None:
        """The frame at the buffer's start, why there is none, or None where more bytes must come."""
        buffer = self._buffer
        if not buffer.startswith(START[: min(2, len(buffer))]):
            return "No frame begins with 40 40 here."
        if len(buffer) < HEAD:
            return "The frame is cut off." if is_over else None
        length = int.from_bytes(buffer[24:26], "little")
        if length > LARGEST_DATA:
            return f"The length {length} is more than {LARGEST_DATA}."
        size = OVERHEAD + length
        if len(buffer) < size:
            return "The frame is cut off." if is_over else None
        if buffer[size - 2 : size] != END:
            return f"The frame does not end with 23 23 after {length} bytes of data."
        return _frame(bytes(buffer[:size]), self.dialect)

    def _sums(self, raw: bytes) -> bool:
        return raw[-3] == checksum(raw[:-3], self.dialect.checksum)

    def _pass_over(self, reason: str) -> None:
        """Go on at the next byte that may begin a frame."""
        self._reason = self._reason or reason
        skipped = _next_start(self._buffer)
        room = MOST_KEPT - len(self._passed)
        self._passed += self._buffer[: min(skipped, room)]
        self._passed_bytes += skipped
        self._drop(skipped)

    def _drop(self, n: int) -> None:
        del self._buffer[:n]
        self._offset += n

    def _report(self) -> Iterator[Broken]:
        if not self._passed_bytes:
            return
        raw, passed, reason = bytes(self._passed), self._passed_bytes, self._reason
        self._passed.clear()
        self._passed_bytes, self._reason = 0, ""
        yield Broken(self._offset - passed, raw, f"{reason} {passed} bytes were passed over.")


def _next_start(buffer: bytearray) -> int:
    """Where after the first byte a frame may begin; the buffer's length where it cannot."""
    found = _PLAUSIBLE_HEAD.search(buffer, 1)
    if found is not None:
        return found.start()
    for at in range(max(1, len(buffer) - HEAD + 1), len(buffer)):
        if buffer[at : at + 2] == START[: min(2, len(buffer) - at)]:
            return at  # too little of it to tell
    return len(buffer)


def _size(buffer: bytearray) -> int:
    return OVERHEAD + int.from_bytes(buffer[24:26], "little")


def _frame(raw: bytes, dialect: Dialect) -> Frame:
    return Frame(
        serial=int.from_bytes(raw[2:4], "little"),
        major=raw[4],
        minor=raw[5],
        sent_at=times.read(raw[6:12], dialect.clock),
        source=int.from_bytes(raw[12:18], "little"),
        destination=int.from_bytes(raw[18:24], "little"),
        command=raw[26],
        data=raw[27:-3],
    )


def _wrong_sum(raw: bytes, dialect: Dialect) -> str:
    """Says which reading of the standard would make it right, where one does."""
    content, said = raw[:-3], raw[-3]
    wanted = checksum(content, dialect.checksum)
    others = [kind for kind in Checksum if kind is not dialect.checksum and checksum(content, kind) == said]
    hint = f" It would be right as {others[0]}." if others else ""
    return f"The checksum is {said:02X}, not {wanted:02X}.{hint}"
