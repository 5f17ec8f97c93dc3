"""What a data unit means for us: signals of the devices that it speaks of. Pure: whoever asks looks addresses up.

A component that is not on the books speaks through its transmission device, in words: nothing is dropped for want of
an entry. Bit 0 ("test") never turns a fire into none: a panel under test says so, and the fire is real until somebody
looked (GB/T 26875.3 table 7; the published samples of fires have the bit unset).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.rules.signal_kinds import BY_SIGNAL, SignalKind
from ingest.gb26875 import units, words
from ingest.gb26875.explain import reading, state_words
from ingest.gb26875.units import Item, Unit
from ingest.messages import DeviceMessage

DOOR = "gb26875"
AHEAD = timedelta(minutes=5)
FIRE, FAULT = 1 << 1, 1 << 2
_FAULTS = {1: FAULT | 1 << 8 | 1 << 9 | 1 << 10, 2: FAULT | 1 << 8, 21: FAULT | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6}
"""Bits that are a fault of some kind, by type flag."""
MANUAL_ALARM = 1 << 2
DUTY_ANSWERED = 1 << 5
LONGEST_TEXT = 500
_SMOKE, _HEAT = range(40, 45), range(30, 38)
_GAS, _CALL_POINTS = (*range(10, 14), 74), (23, 24)
_READINGS = {
    3: (SignalKind.TEMPERATURE, 1.0),
    4: (SignalKind.WATER_PRESSURE, 1.0),
    5: (SignalKind.WATER_PRESSURE, 0.001),
    6: (SignalKind.GAS, 1.0),
    9: (SignalKind.CURRENT, 1.0),
}
"""Analogue types that are signals of ours, and what their unit is worth in ours."""
Resolve = Callable[[str], str | None]
"""A device's code by its address at this door."""


@dataclass(frozen=True, slots=True)
class Said:
    """The signals of a unit, and the operator numbers of duty checks that were answered."""

    messages: tuple[DeviceMessage, ...]
    duty_answers: tuple[int, ...] = ()


def is_fire(unit: Unit) -> bool:
    """True where the unit speaks of a fire: such a frame pre-empts all others (GB/T 26875.1)."""
    return any(
        (unit.flag in (1, 2, 21) and (item.state or 0) & FIRE)
        or (unit.flag in (4, 24) and (item.operation or 0) & MANUAL_ALARM)
        for item in unit.items
    )


def component(source: int, item: Item) -> str:
    """A component's address: transmission device, system type and address, component type, zone and point."""
    place = f"{source}/{item.system_type}.{item.system_address}"
    return f"{place}/{item.component_type}.{item.zone}.{item.point}"


def heartbeat(device_code: str) -> DeviceMessage:
    """An empty "send data": in no type table, and usual."""
    return DeviceMessage(device_code, SignalKind.HEARTBEAT, None)


def said(unit: Unit, source: int, device_code: str, received_at: datetime, resolve: Resolve) -> Said:
    """What the unit says; `device_code` is the transmission device's."""
    messages: list[DeviceMessage] = []
    answers: list[int] = []
    for item in unit.items:
        code = resolve(component(source, item)) if item.component_type is not None else None
        messages += _messages(unit.flag, item, code or device_code, code is None, received_at)
        if unit.flag == 24 and item.operation is not None and item.operation & DUTY_ANSWERED:
            answers.append(item.operator or 0)
    return Said(tuple(messages), tuple(answers))


def _messages(flag: int, item: Item, code: str, is_fallback: bool, received_at: datetime) -> Iterator[DeviceMessage]:
    at = item.at if item.at is not None and item.at <= received_at + AHEAD else None
    text = _text(flag, item, is_fallback)
    if flag in _FAULTS and item.state is not None:
        yield from _states(flag, item, item.state, code, at, text)
    elif flag == 3:
        yield _reading(item, code, at, text)
    elif flag in (4, 24) and item.operation is not None:
        yield _operation(flag, item, item.operation, code, at, text)
    else:
        yield DeviceMessage(code, SignalKind.HEARTBEAT, at, text=text)


def _states(flag: int, item: Item, state: int, code: str, at: datetime | None, text: str) -> Iterator[DeviceMessage]:
    fire, fault = bool(state & FIRE), bool(state & _FAULTS[flag])
    if fire:
        yield DeviceMessage(code, _sense(item), at, value=None, alarm=True, text=text)
    if fault:
        yield DeviceMessage(code, SignalKind.FAULT, at, value=1.0, alarm=True, text=text)
    if not fire and not fault:
        yield DeviceMessage(code, SignalKind.PANEL, at, value=0.0, alarm=False, text=text)


def _sense(item: Item) -> SignalKind:
    """By what a component of this type senses a fire."""
    kind = item.component_type
    if kind in _SMOKE:
        return SignalKind.SMOKE
    if kind in _HEAT:
        return SignalKind.TEMPERATURE
    if kind in _GAS:
        return SignalKind.GAS
    return SignalKind.MANUAL_CALL if kind in _CALL_POINTS else SignalKind.PANEL


def _reading(item: Item, code: str, at: datetime | None, text: str) -> DeviceMessage:
    """A reading of a kind that we chart; another one, or one beyond what is possible, stands in words alone."""
    signal, factor = _READINGS.get(item.analogue_type or 0, (None, 1.0))
    if signal is None or item.value is None or item.analogue_type is None:
        return DeviceMessage(code, SignalKind.HEARTBEAT, at, text=text)
    value = round(item.value * words.ANALOGUES[item.analogue_type].step * factor, 6)
    row = BY_SIGNAL[signal]
    if not row.lowest <= value <= row.highest:
        return DeviceMessage(code, SignalKind.HEARTBEAT, at, text=text)
    return DeviceMessage(code, signal, at, value=value, text=text)


def _operation(flag: int, item: Item, operation: int, code: str, at: datetime | None, text: str) -> DeviceMessage:
    if operation & MANUAL_ALARM:
        return DeviceMessage(code, SignalKind.MANUAL_CALL, at, value=1.0, alarm=True, text=text)
    if flag == 24 and operation & DUTY_ANSWERED:
        return DeviceMessage(code, SignalKind.DUTY_CHECK, at, value=float(item.operator or 0), text=text)
    return DeviceMessage(code, SignalKind.HEARTBEAT, at, text=text)


def _text(flag: int, item: Item, names_component: bool) -> str:
    """The object in Chinese, as the watch would read it on the panel."""
    parts = []
    if item.component_type is not None and names_component:
        kind = words.named(words.COMPONENTS, item.component_type).zh
        parts.append(f"{kind} {item.zone} 区 {item.point} 号")
    elif item.system_type is not None and item.component_type is None:
        parts.append(f"{words.named(words.SYSTEMS, item.system_type).zh} {item.system_address}")
    if item.state is not None:
        parts.append("、".join(word.zh for word in state_words(flag, item.state)))
    if item.analogue_type is not None and item.value is not None:
        shown = reading(item.analogue_type, item.value)
        name = shown.get("name", f"模拟量 {item.analogue_type}")
        parts.append(f"{name} {shown.get('value', item.value):g} {shown.get('unit', '')}".strip())
    if item.operation is not None:
        table = words.DEVICE_OPERATION if flag == 24 else words.SYSTEM_OPERATION
        parts.append("、".join(word.zh for word in words.bits(table, item.operation)) + f"（操作员 {item.operator}）")
    if item.major is not None:
        parts.append(f"软件版本 {item.major}.{item.minor}")
    if item.text:
        parts.append("".join(each if each.isprintable() else " " for each in item.text))
    if not parts:
        parts.append(words.FLAGS[flag].zh)
    return "：".join(parts)[:LONGEST_TEXT]


LISTENED = frozenset(flag for flag, layout in units.LAYOUTS.items() if layout.way is units.Way.UP)
"""Type flags that a device sends; the others are the centre's to send."""
