"""Reading Mapbox vector tiles, as much of them as the tests look at (MVT 2.1 protobuf)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Layer:
    """A layer's name, and of its features the properties and the numbers (0 for one without)."""

    name: str
    features: list[dict[str, Any]]
    ids: list[int]


def layers(tile: bytes) -> list[Layer]:
    return [_layer(value) for number, value in _fields(tile) if number == 3]


def _layer(message: bytes) -> Layer:
    name, keys, values, features = "", list[str](), list[Any](), list[bytes]()
    for number, value in _fields(message):
        if number == 1:
            name = value.decode()
        elif number == 2:
            features.append(value)
        elif number == 3:
            keys.append(value.decode())
        elif number == 4:
            values.append(_value(value))
    ids = [next((value for number, value in _fields(feature) if number == 1), 0) for feature in features]
    return Layer(name, [_properties(feature, keys, values) for feature in features], ids)


def _properties(feature: bytes, keys: list[str], values: list[Any]) -> dict[str, Any]:
    tags = next((list(_varints(value)) for number, value in _fields(feature) if number == 2), [])
    return {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}


def _value(message: bytes) -> Any:
    for number, value in _fields(message):
        if number == 1:
            return value.decode()
        if number == 3:
            return struct.unpack("<d", value)[0]
        if number == 6:
            return (value >> 1) ^ -(value & 1)
        return bool(value) if number == 7 else value
    return None


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        else:
            size, at = (8, at) if kind == 1 else (4, at) if kind == 5 else _varint(message, at)
            yield tag >> 3, message[at : at + size]
            at += size


def _varints(packed: bytes) -> Iterator[int]:
    at = 0
    while at < len(packed):
        value, at = _varint(packed, at)
        yield value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
