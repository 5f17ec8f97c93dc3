"""MQTT messages, bytes in and values out. MESSAGES.md beside this file documents the format."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from ingest.messages import DeviceMessage, Refused

TOPIC = re.compile(r"anwang/v1/([A-Za-z0-9._-]{1,64})/([a-z_]{1,32})")
SUBSCRIPTION = "anwang/v1/+/+"
LONGEST = 16 * 1024
FIELDS = frozenset({"at", "value", "alarm", "test", "battery_pct", "rssi_dbm", "text"})
AHEAD = timedelta(minutes=5)
BEHIND = timedelta(days=365)


class _Wrong(Exception):
    """A field that cannot be used; the message is the reason."""


def decode(topic: str, payload: bytes, received_at: datetime) -> DeviceMessage | Refused:
    """The message, or why it is refused. Never raises, whatever the bytes."""
    try:
        return _decode(topic, payload, received_at)
    except _Wrong as wrong:
        return Refused(str(wrong))


def _decode(topic: str, payload: bytes, received_at: datetime) -> DeviceMessage:
    found = TOPIC.fullmatch(topic)
    if found is None:
        raise _Wrong("The topic is not anwang/v1/<device id>/<signal>.")
    code, name = found.groups()
    if name not in set(SignalKind):
        raise _Wrong(f"There is no signal {name!r}.")
    signal = SignalKind(name)
    body = _body(payload)
    return DeviceMessage(
        device_code=code,
        signal=signal,
        observed_at=_time(body.get("at"), received_at),
        value=_value(body.get("value"), signal),
        alarm=_flag(body.get("alarm"), "alarm"),
        is_test=_flag(body.get("test"), "test") or False,
        battery_pct=_whole(body.get("battery_pct"), "battery_pct", 0, 100),
        rssi_dbm=_whole(body.get("rssi_dbm"), "rssi_dbm", -200, 20),
        text=_text(body.get("text")),
    )


def _body(payload: bytes) -> dict[str, Any]:
    if len(payload) > LONGEST:
        raise _Wrong(f"The payload is longer than {LONGEST} bytes.")
    try:
        body = orjson.loads(payload or b"{}")
    except orjson.JSONDecodeError as error:
        raise _Wrong(f"The payload is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise _Wrong("The payload is not a JSON object.")
    unknown = sorted(set(body) - FIELDS)
    if unknown:
        raise _Wrong(f"There is no field {unknown[0][:40]!r}.")
    return body


def _time(given: Any, received_at: datetime) -> datetime | None:
    if given is None:
        return None
    if not isinstance(given, str):
        raise _Wrong("at is not an ISO 8601 time.")
    try:
        at = datetime.fromisoformat(given)
    except ValueError as error:
        raise _Wrong("at is not an ISO 8601 time.") from error
    if at.tzinfo is None:
        raise _Wrong("at has no offset from UTC.")
    if at > received_at + AHEAD:
        raise _Wrong("at is more than 5 minutes in the future.")
    if at < received_at - BEHIND:
        raise _Wrong("at is more than a year ago.")
    return at.astimezone(UTC)


def _value(given: Any, signal: SignalKind) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise _Wrong("value is not a number.")
    row = BY_SIGNAL[signal]
    if not row.lowest <= given <= row.highest:
        raise _Wrong(f"value {given:g} is outside {row.lowest:g} to {row.highest:g} {row.unit}".rstrip() + ".")
    return float(given)


def _flag(given: Any, name: str) -> bool | None:
    if given is not None and not isinstance(given, bool):
        raise _Wrong(f"{name} is neither true nor false.")
    return given


def _whole(given: Any, name: str, lowest: int, highest: int) -> int | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int) or not lowest <= given <= highest:
        raise _Wrong(f"{name} is not a whole number from {lowest} to {highest}.")
    return given


def _text(given: Any) -> str | None:
    if given is None:
        return None
    if not isinstance(given, str) or len(given) > 500 or "\x00" in given:
        raise _Wrong("text is not a string of at most 500 characters.")
    return given
