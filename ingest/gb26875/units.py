"""The application data unit: a type flag, a count, and so many objects (GB/T 26875.3 section 8, tables 3 to 29)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ingest.gb26875 import times
from ingest.gb26875.dialects import STANDARD, Clock, Dialect
from ingest.gb26875.errors import FrameError

ENCODING = "gb18030"


class Way(StrEnum):
    UP = "up"
    """From the device to the centre."""
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Item:
    """One information object; what its type flag does not carry is None."""

    system_type: int | None = None
    system_address: int | None = None
    component_type: int | None = None
    component_address: int | None = None
    state: int | None = None
    analogue_type: int | None = None
    value: int | None = None
    operation: int | None = None
    operator: int | None = None
    major: int | None = None
    minor: int | None = None
    text: str | None = None
    count: int | None = None
    minutes: int | None = None
    at: datetime | None = None
    """None too where the device's clock is wrong."""

    @property
    def zone(self) -> int | None:
        """The lower word of the component's address (sample of appendix A: zone 10, no. 2 is 0A 00 02 00)."""
        return None if self.component_address is None else self.component_address & 0xFFFF

    @property
    def point(self) -> int | None:
        return None if self.component_address is None else self.component_address >> 16


@dataclass(frozen=True, slots=True)
class Unit:
    """A type flag with its objects."""

    flag: int
    items: tuple[Item, ...]


Read = Callable[[bytes, int, Clock], tuple[Any, int]]
Write = Callable[[Any, Clock], bytes]


@dataclass(frozen=True, slots=True)
class _Field:
    """One field of an object: its name in `Item` ("" for a filler), and how it is read and written."""

    name: str
    read: Read
    write: Write


@dataclass(frozen=True, slots=True)
class Layout:
    """A type flag: which way it goes, its fields, and how many objects a unit may hold."""

    flag: int
    way: Way
    fields: tuple[_Field, ...]
    most: int


def _need(raw: bytes, at: int, size: int) -> bytes:
    part = raw[at : at + size]
    if len(part) < size:
        raise FrameError(f"The data ends in the middle of an object: {size - len(part)} bytes are missing.")
    return part


def _number(name: str, size: int, *, signed: bool = False) -> _Field:
    def read(raw: bytes, at: int, _clock: Clock) -> tuple[int, int]:
        return int.from_bytes(_need(raw, at, size), "little", signed=signed), at + size

    def write(value: Any, _clock: Clock) -> bytes:
        return int(value).to_bytes(size, "little", signed=signed)

    return _Field(name, read, write)


def _text31() -> _Field:
    size = 31

    def read(raw: bytes, at: int, _clock: Clock) -> tuple[str, int]:
        return _decoded(_need(raw, at, size)), at + size

    def write(value: Any, _clock: Clock) -> bytes:
        encoded = str(value).encode(ENCODING)
        if len(encoded) > size:
            raise FrameError(f"The text is {len(encoded)} bytes, more than {size}.")
        return encoded.ljust(size, b"\x00")

    return _Field("text", read, write)


def _text_with_length() -> _Field:
    def read(raw: bytes, at: int, _clock: Clock) -> tuple[str, int]:
        size = _need(raw, at, 1)[0]
        return _decoded(_need(raw, at + 1, size)), at + 1 + size

    def write(value: Any, _clock: Clock) -> bytes:
        encoded = str(value).encode(ENCODING)
        if len(encoded) > 255:
            raise FrameError(f"The text is {len(encoded)} bytes, more than 255.")
        return bytes((len(encoded),)) + encoded

    return _Field("text", read, write)


def _decoded(raw: bytes) -> str:
    """Text without its padding of spaces and zeros; what is no GB18030 shows as �."""
    return raw.decode(ENCODING, errors="replace").strip("\x00 ")


def _time() -> _Field:
    def read(raw: bytes, at: int, clock: Clock) -> tuple[datetime | None, int]:
        return times.read(_need(raw, at, times.SIZE), clock), at + times.SIZE

    return _Field("at", read, lambda value, clock: times.write(value, clock))


def _filler() -> _Field:
    def read(raw: bytes, at: int, _clock: Clock) -> tuple[None, int]:
        _need(raw, at, 1)
        return None, at + 1

    return _Field("", read, lambda _value, _clock: b"\x00")


_SYSTEM = (_number("system_type", 1), _number("system_address", 1))
_COMPONENT = (*_SYSTEM, _number("component_type", 1), _number("component_address", 4))
_STATE, _TIME = _number("state", 2), _time()
_OPERATION = (_number("operation", 1), _number("operator", 1), _TIME)
_VERSION = (_number("major", 1), _number("minor", 1))
_COMPONENT_READ = (*_SYSTEM, _number("component_address", 4))

LAYOUTS = {
    layout.flag: layout
    for layout in (
        Layout(1, Way.UP, (*_SYSTEM, _STATE, _TIME), 102),
        Layout(2, Way.UP, (*_COMPONENT, _STATE, _text31(), _TIME), 22),
        Layout(3, Way.UP, (*_COMPONENT, _number("analogue_type", 1), _number("value", 2, signed=True), _TIME), 63),
        Layout(4, Way.UP, (*_SYSTEM, *_OPERATION), 102),
        Layout(5, Way.UP, (*_SYSTEM, *_VERSION), 1),
        Layout(6, Way.UP, (*_SYSTEM, _text_with_length()), 3),
        Layout(7, Way.UP, (*_COMPONENT, _text31()), 26),
        Layout(8, Way.UP, (*_SYSTEM, _TIME), 1),
        Layout(21, Way.UP, (_number("state", 1), _TIME), 1),
        Layout(24, Way.UP, _OPERATION, 127),
        Layout(25, Way.UP, _VERSION, 1),
        Layout(26, Way.UP, (_text_with_length(),), 1),
        Layout(28, Way.UP, (_TIME,), 1),
        Layout(61, Way.DOWN, _SYSTEM, 102),
        Layout(62, Way.DOWN, _COMPONENT_READ, 22),
        Layout(63, Way.DOWN, _COMPONENT_READ, 63),
        Layout(64, Way.DOWN, (*_SYSTEM, _number("count", 1), _TIME), 1),
        Layout(65, Way.DOWN, _SYSTEM, 1),
        Layout(66, Way.DOWN, _SYSTEM, 3),
        Layout(67, Way.DOWN, _COMPONENT_READ, 26),
        Layout(68, Way.DOWN, _SYSTEM, 1),
        Layout(81, Way.DOWN, (_filler(),), 1),
        Layout(84, Way.DOWN, (_number("count", 1), _TIME), 1),
        Layout(85, Way.DOWN, (_filler(),), 1),
        Layout(86, Way.DOWN, (_filler(),), 1),
        Layout(88, Way.DOWN, (_filler(),), 1),
        Layout(89, Way.DOWN, (_filler(),), 1),
        Layout(90, Way.DOWN, (_TIME,), 1),
        Layout(91, Way.DOWN, (_number("minutes", 1),), 1),
    )
}
VENDORS = range(128, 255)


def decode(data: bytes, dialect: Dialect = STANDARD) -> Unit:
    """The unit; `FrameError` in one sentence where it is none."""
    if len(data) < 2:
        raise FrameError(f"The data is {len(data)} bytes: a type flag and a count are missing.")
    flag, count = data[0], data[1]
    layout = LAYOUTS.get(flag)
    if layout is None:
        kind = "a vendor's own" if flag in VENDORS else "reserved"
        raise FrameError(f"The type flag {flag} is {kind}.")
    if not 1 <= count <= layout.most:
        raise FrameError(f"The type flag {flag} has {count} objects; 1 to {layout.most} are allowed.")
    at, items = 2, []
    for _object in range(count):
        values: dict[str, Any] = {}
        for field in layout.fields:
            value, at = field.read(data, at, dialect.clock)
            if field.name:
                values[field.name] = value
        items.append(Item(**values))
    if at != len(data):
        raise FrameError(f"{len(data) - at} bytes are left over behind {count} objects of type flag {flag}.")
    return Unit(flag, tuple(items))


def encode(unit: Unit, dialect: Dialect = STANDARD) -> bytes:
    """The unit's bytes; `FrameError` where the flag is unknown, a field is missing or does not fit."""
    layout = LAYOUTS.get(unit.flag)
    if layout is None:
        raise FrameError(f"The type flag {unit.flag} is not in the standard.")
    if not 1 <= len(unit.items) <= layout.most:
        raise FrameError(f"The type flag {unit.flag} has {len(unit.items)} objects; 1 to {layout.most} are allowed.")
    parts = [bytes((unit.flag, len(unit.items)))]
    for item in unit.items:
        for field in layout.fields:
            value = getattr(item, field.name) if field.name else None
            if value is None and field.name not in ("", "at"):
                raise FrameError(f"The type flag {unit.flag} needs {field.name}.")
            try:
                parts.append(field.write(value, dialect.clock))
            except (OverflowError, ValueError) as error:
                raise FrameError(f"{field.name} does not fit its bytes: {error}.") from error
    return b"".join(parts)
