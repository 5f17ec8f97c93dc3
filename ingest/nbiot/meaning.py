"""What the fields of an NB-IoT device's report say: signals, battery, radio. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from ingest import pushed
from ingest.messages import DeviceMessage
from ingest.nbiot.profiles import Code, Profile, Sense, Status

_BATTERY = ("batterylevel", "batteryvalue", "battery", "batterypercentage", "batterypct")
_RSRP, _CSQ = ("rsrp",), ("csq", "signal", "signalstrength")
_TENTHS = ("signalpower",)
"""NB modules report the power of the reference signal in tenths of dBm (3GPP TS 27.007 leaves the unit to them)."""
_BESIDE = ("snr", "sinr", "cellid", "ecl", "pci", "alarmlevel", "batteryvoltage")
"""Told in words beside the signals."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who spoke and when, before what was said is known."""

    device: str
    at: datetime | None
    words: str = ""


def plain(name: str) -> str:
    """A field's name as profiles hold it."""
    return name.replace("_", "").replace("-", "").lower()


def flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """All single values by plain name; of objects inside (`serviceData`, `MeterData` …) what they hold."""
    found: dict[str, Any] = {}
    level: list[Mapping[str, Any]] = [fields]
    while level:
        inner: list[Mapping[str, Any]] = []
        for each in level:
            for name, value in each.items():
                if isinstance(value, dict):
                    inner.append(value)
                elif not isinstance(value, list):
                    found.setdefault(plain(name), value)
        level = inner
    return found


def messages(fields: Mapping[str, Any], spoken: Spoken, profile: Profile) -> tuple[DeviceMessage, ...]:
    """The signals of a report, alarms first; a report that says nothing we know is a sign of life."""
    values = flat(fields)
    battery, radio = _battery(values), _radio(values)
    beside = "；".join(filter(None, [spoken.words, *_beside(values)]))
    said = list(_statuses(values, spoken, profile)) + list(_readings(values, spoken, profile))
    if not said:
        said = [DeviceMessage(spoken.device, SignalKind.HEARTBEAT, spoken.at)]
    said.sort(key=lambda message: not message.alarm)
    return tuple(
        replace(
            message,
            battery_pct=battery,
            rssi_dbm=radio,
            text="；".join(filter(None, [message.text, beside]))[: pushed.LONGEST_TEXT] or None,
        )
        for message in said
    )


def _statuses(values: Mapping[str, Any], spoken: Spoken, profile: Profile) -> Iterator[DeviceMessage]:
    for name, status in profile.statuses.items():
        if name not in values or values[name] is None:
            continue
        number = pushed.whole(values[name])
        given = str(number) if number is not None else pushed.text(values[name])
        yield _status(status, status.codes.get(given), given, spoken)


def _status(status: Status, code: Code | None, given: str, spoken: Spoken) -> DeviceMessage:
    """A code in our words. One that the profile does not know is kept as it was given, and rings nothing."""
    if code is None:
        return DeviceMessage(spoken.device, SignalKind.HEARTBEAT, spoken.at, text=f"未知状态码 {given[:40]}")
    if code.sense is Sense.FAULT:
        return DeviceMessage(spoken.device, SignalKind.FAULT, spoken.at, 1.0, alarm=True, text=code.zh)
    if code.sense is Sense.WORDS:
        return DeviceMessage(spoken.device, SignalKind.HEARTBEAT, spoken.at, text=code.zh)
    is_test = code.sense is Sense.TEST
    rings = code.sense in (Sense.ALARM, Sense.TEST)
    return DeviceMessage(spoken.device, status.signal, spoken.at, alarm=rings, is_test=is_test, text=code.zh)


def _readings(values: Mapping[str, Any], spoken: Spoken, profile: Profile) -> Iterator[DeviceMessage]:
    for name, reading in profile.readings.items():
        if name not in values or values[name] is None:
            continue
        found = pushed.number(values[name])
        row = BY_SIGNAL[reading.signal]
        value = None if found is None else round(found * reading.factor, 6)
        if value is None or not row.lowest <= value <= row.highest:
            words = f"读数 {name} 为 {pushed.text(values[name])[:40]}，不可用"
            yield DeviceMessage(spoken.device, SignalKind.HEARTBEAT, spoken.at, text=words)
        else:
            yield DeviceMessage(spoken.device, reading.signal, spoken.at, value=value)


def _first(values: Mapping[str, Any], names: tuple[str, ...]) -> float | None:
    return next((found for name in names if (found := pushed.number(values.get(name))) is not None), None)


def _battery(values: Mapping[str, Any]) -> int | None:
    """In per cent; nothing where it is no percentage."""
    found = _first(values, _BATTERY)
    return round(found) if found is not None and 0 <= found <= 100 else None


def _radio(values: Mapping[str, Any]) -> int | None:
    """The strength in dBm: RSRP, where many leave the sign out; or CSQ (3GPP TS 27.007, 8.5: -113 dBm and 2 a step)."""
    if (tenths := _first(values, _TENTHS)) is not None:
        return _dbm(tenths / 10)
    if (rsrp := _first(values, _RSRP)) is not None:
        return _dbm(-rsrp if 0 < rsrp <= 200 else rsrp if rsrp >= -200 else rsrp / 10)
    csq = _first(values, _CSQ)
    return _dbm(-113 + 2 * csq) if csq is not None and 0 <= csq <= 31 else None


def _dbm(value: float) -> int | None:
    return round(value) if -200 <= value <= 20 else None


def _beside(values: Mapping[str, Any]) -> list[str]:
    told = ((name, pushed.text(values.get(name))) for name in _BESIDE)
    return [f"{name} {words[:40]}" for name, words in told if words]
