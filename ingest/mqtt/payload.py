"""MQTT messages, bytes in and values out. MESSAGES.md beside this file documents the format."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from json import JSONDecodeError, JSONDecoder
from typing import Any

import orjson

from db.rules.signal_kinds import BY_SIGNAL, SignalKind, rings
from ingest.gbt28181 import notices
from ingest.messages import DeviceMessage, Refused

TOPIC = re.compile(r"anwang/v1/([A-Za-z0-9._-]{1,64})/([a-z_]{1,32})")
VIDEO_ALARMS = "anwang/v1/gbt28181/alarm"
"""Where a video platform publishes the alarm notices of its cameras (GB/T 28181)."""
LONGEST = 16 * 1024
LONGEST_TEXT = 500
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=365)

_BY_NAME = {kind.value: kind for kind in SignalKind}
_Check = Callable[[Any, SignalKind, datetime], Any]


class _Wrong(Exception):
    """Something that cannot be used; the message is the reason."""


def decode(topic: str, payload: bytes, received_at: datetime) -> DeviceMessage | Refused:
    """The message, or why it is refused. Never raises, whatever the bytes."""
    if topic == VIDEO_ALARMS:
        several = notices.decode(payload, received_at).said
        return several[0] if len(several) == 1 else Refused("A message of a video platform holds one notice.")
    try:
        return _decode(topic, payload, received_at)
    except _Wrong as wrong:
        return Refused(str(wrong))


def faults(topic: str, payload: bytes, received_at: datetime) -> tuple[str, ...]:
    """Everything that is wrong with a message, also where its alarm outranks it: for whoever makes the device."""
    try:
        _code, signal = _addressed(topic)
        return tuple(_fields(payload, signal, received_at)[1])
    except _Wrong as wrong:
        return (str(wrong),)


def _decode(topic: str, payload: bytes, received_at: datetime) -> DeviceMessage:
    code, signal = _addressed(topic)
    given, faults = _fields(payload, signal, received_at)
    message = DeviceMessage(code, signal, given.pop("observed_at", None), **given)
    return _despite(faults, message) if faults else message


def _addressed(topic: str) -> tuple[str, SignalKind]:
    found = TOPIC.fullmatch(topic)
    if found is None:
        raise _Wrong("The topic is not anwang/v1/<device id>/<signal>.")
    code, name = found.groups()
    signal = _BY_NAME.get(name)
    if signal is None:
        raise _Wrong(f"There is no signal {name!r}.")
    return code, signal


def _fields(payload: bytes, signal: SignalKind, received_at: datetime) -> tuple[dict[str, Any], list[str]]:
    """The fields that can be used, and what is wrong with the others."""
    given: dict[str, Any] = {}
    faults: list[str] = []
    for field, value in _body(payload).items():
        read = _READ.get(field)
        if value is None and read is not None:
            continue
        try:
            if read is None:
                raise _Wrong(f"There is no field {field[:40]!r}.")
            given[read.name] = read.check(value, signal, received_at)
        except _Wrong as wrong:
            faults.append(str(wrong))
    return given, faults


def _despite(faults: list[str], message: DeviceMessage) -> DeviceMessage:
    """The alarm outranks its form: no fire is missed for a wrong clock. What cannot be used is named in its text."""
    if message.is_test or rings(message.signal, message.value, message.alarm) is None:
        raise _Wrong(faults[0])
    words = "; ".join([*filter(None, [message.text]), *faults])
    return replace(message, text=words[:LONGEST_TEXT])


def _body(payload: bytes) -> dict[str, Any]:
    if len(payload) > LONGEST:
        raise _Wrong(f"The payload is longer than {LONGEST} bytes.")
    return _plain(payload) or _whatever(payload)


def _plain(payload: bytes) -> dict[str, Any] | None:
    """The fields of a flat object, read fast; None for whatever has to be looked at twice.

    A field given twice would leave quotes that no field and no text accounts for.
    """
    if b"\\" in payload:
        return None
    try:
        body = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict):
        return None
    texts = 0
    for value in body.values():
        if isinstance(value, str):
            texts += 1
        elif isinstance(value, list | dict):
            return None
    return body if payload.count(b'"') == 2 * (len(body) + texts) else None


def _whatever(payload: bytes) -> dict[str, Any]:
    try:
        body = _JSON.decode(payload.decode() or "{}")
    except UnicodeDecodeError as error:
        raise _Wrong("The payload is not JSON: it is not UTF-8.") from error
    except JSONDecodeError as error:
        raise _Wrong(f"The payload is not JSON: {error}.") from error
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        raise _Wrong("The payload is not JSON that anybody needs.") from error
    if not isinstance(body, dict):
        raise _Wrong("The payload is not a JSON object.")
    return body


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are given once: of two values for `alarm` nobody knows which is meant."""
    body = dict(pairs)
    if len(body) < len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Wrong(f"The field {twice[:40]!r} is given twice.")
    return body


def _not_json(constant: str) -> float:
    raise _Wrong(f"The payload is not JSON: it says {constant}.")


_JSON = JSONDecoder(object_pairs_hook=_once, parse_constant=_not_json)


def _time(given: Any, _signal: SignalKind, received_at: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise _Wrong("at is not an ISO 8601 time.") from error
    if at.tzinfo is None:
        raise _Wrong("at has no offset from UTC.")
    if at > received_at + AHEAD:
        raise _Wrong(f"at {given[:40]} is more than 5 minutes in the future.")
    if at < received_at - BEHIND:
        raise _Wrong(f"at {given[:40]} is more than a year ago.")
    return at.astimezone(UTC)


def _value(given: Any, signal: SignalKind, _received_at: datetime) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _Wrong("value is not a number.")
    row = BY_SIGNAL[signal]
    if not row.lowest <= given <= row.highest:
        said = f"{given:g}" if isinstance(given, float) or abs(given) < 1e15 else "given"
        raise _Wrong(f"value {said} is outside {row.lowest:g} to {row.highest:g} {row.unit}".rstrip() + ".")
    return float(given)


def _flag(name: str) -> _Check:
    def check(given: Any, _signal: SignalKind, _received_at: datetime) -> bool:
        if not isinstance(given, bool):
            raise _Wrong(f"{name} is neither true nor false.")
        return given

    return check


def _whole(name: str, lowest: int, highest: int) -> _Check:
    def check(given: Any, _signal: SignalKind, _received_at: datetime) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or not lowest <= given <= highest:
            raise _Wrong(f"{name} is not a whole number from {lowest} to {highest}.")
        return given

    return check


def _text(given: Any, _signal: SignalKind, _received_at: datetime) -> str:
    """One line of text that can be printed; the record takes no surrogates and no NUL, a log no line breaks."""
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        raise _Wrong(f"text is not a string of at most {LONGEST_TEXT} characters.")
    return " ".join("".join(each if each.isprintable() else " " for each in given).split())


@dataclass(frozen=True, slots=True)
class _Field:
    """What a field of the payload is called in a `DeviceMessage`, and how it is read."""

    name: str
    check: _Check


_READ = {
    "at": _Field("observed_at", _time),
    "value": _Field("value", _value),
    "alarm": _Field("alarm", _flag("alarm")),
    "test": _Field("is_test", _flag("test")),
    "battery_pct": _Field("battery_pct", _whole("battery_pct", 0, 100)),
    "rssi_dbm": _Field("rssi_dbm", _whole("rssi_dbm", -200, 20)),
    "text": _Field("text", _text),
}
FIELDS = frozenset(_READ)
