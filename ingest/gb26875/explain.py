"""What frames say, field by field, for whoever connects a device: the server's own decoder, shown."""

from collections.abc import Iterator
from typing import Any

from ingest.gb26875 import units, words
from ingest.gb26875.dialects import STANDARD, Dialect
from ingest.gb26875.errors import FrameError
from ingest.gb26875.frames import Broken, Command, Event, Frame, FrameReader
from ingest.gb26875.units import Item

CARRIES = (Command.CONTROL, Command.SEND, Command.REQUEST, Command.ANSWER)


def explained(stream: bytes, dialect: Dialect = STANDARD) -> Iterator[dict[str, Any]]:
    """An entry a frame, or a stretch of bytes that is none with the reason and where decoding went on."""
    reader = FrameReader(dialect)
    for event in [*reader.feed(stream), *reader.end()]:
        yield entry(event, dialect)


def entry(event: Event, dialect: Dialect) -> dict[str, Any]:
    """One frame, or bytes that are none, taken apart."""
    shown: dict[str, Any] = {"offset": event.offset, "bytes": event.raw.hex(" ").upper()}
    if isinstance(event, Broken):
        shown |= {"refused": event.reason}
        return shown | ({"seems": frame_entry(event.frame, dialect)} if event.frame is not None else {})
    return shown | frame_entry(event.frame, dialect)


def frame_entry(frame: Frame, dialect: Dialect) -> dict[str, Any]:
    """One frame, field by field."""
    shown = {
        "serial": frame.serial,
        "version": f"{frame.major}.{frame.minor}",
        "sent_at": frame.sent_at.isoformat() if frame.sent_at else None,
        "source": frame.source,
        "destination": frame.destination,
        "command": _code(frame.command, words.named(words.COMMANDS, frame.command)),
        "length": len(frame.data),
    }
    if frame.data:
        shown["data"] = _data(frame, dialect)
    elif frame.command == Command.SEND:
        shown["note"] = "heartbeat: in no type table, but usual"
    return shown


def _data(frame: Frame, dialect: Dialect) -> dict[str, Any]:
    if frame.command not in CARRIES:
        return {"refused": "A frame of this command carries no data."}
    try:
        unit = units.decode(frame.data, dialect)
    except FrameError as error:
        return {"refused": str(error)}
    return {
        "type": _code(unit.flag, words.FLAGS[unit.flag]),
        "objects": [_item(unit.flag, item) for item in unit.items],
    }


def _item(flag: int, item: Item) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if item.system_type is not None:
        shown["system"] = _code(item.system_type, words.named(words.SYSTEMS, item.system_type))
        shown["system_address"] = item.system_address
    if item.component_type is not None:
        shown["component"] = _code(item.component_type, words.named(words.COMPONENTS, item.component_type))
    if item.component_address is not None:
        shown |= {"component_address": item.component_address, "zone": item.zone, "point": item.point}
    if item.state is not None:
        shown["state"] = {"value": item.state, "words": [word.zh for word in state_words(flag, item.state)]}
    if item.analogue_type is not None and item.value is not None:
        shown["reading"] = reading(item.analogue_type, item.value)
    if item.operation is not None:
        table = words.DEVICE_OPERATION if flag == 24 else words.SYSTEM_OPERATION
        told = [word.zh for word in words.bits(table, item.operation)]
        shown |= {"operation": {"value": item.operation, "words": told}, "operator": item.operator}
    if item.major is not None:
        shown["version"] = f"{item.major}.{item.minor}"
    for name in ("text", "count", "minutes"):
        if getattr(item, name) is not None:
            shown[name] = getattr(item, name)
    if any(field.name == "at" for field in units.LAYOUTS[flag].fields):
        shown["at"] = item.at.isoformat() if item.at else "not a time"
    return shown


def state_words(flag: int, state: int) -> tuple[words.Word, ...]:
    """A state in words; which table is meant follows from the type flag."""
    tables = {21: words.DEVICE_STATE, 2: words.COMPONENT_STATE}
    return words.bits(tables.get(flag, words.SYSTEM_STATE), state, words.UNSET)


def reading(kind: int, value: int) -> dict[str, Any]:
    """An analogue value in its unit; as it came where the kind is reserved or a vendor's."""
    known = words.ANALOGUES.get(kind)
    if known is None:
        return {"type": kind, "raw": value}
    return {
        "type": kind,
        "name": known.word.zh,
        "raw": value,
        "value": round(value * known.step, 4),
        "unit": known.unit,
    }


def _code(code: int, word: words.Word) -> dict[str, Any]:
    return {"code": code, "zh": word.zh, "en": word.en}
