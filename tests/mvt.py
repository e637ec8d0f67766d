"""A reader of vector tiles (Mapbox Vector Tile 2.1), as little of it as our tests need."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Value = str | float | int | bool


@dataclass(slots=True)
class Feature:
    """One feature: number, properties, and the points of its geometry in units of the tile."""

    number: int | None = None
    properties: dict[str, Value] = field(default_factory=dict)
    points: list[tuple[int, int]] = field(default_factory=list)


def read_tile(content: bytes) -> dict[str, list[Feature]]:
    """Return the features of each layer."""
    layers = {}
    for number, value in _fields(content):
        if number == 3 and isinstance(value, bytes):
            name, features = _layer(value)
            layers[name] = features
    return layers


def _layer(content: bytes) -> tuple[str, list[Feature]]:
    name, raw, keys, values = "", [], [], []
    for number, value in _fields(content):
        if number == 1 and isinstance(value, bytes):
            name = value.decode()
        elif number == 2 and isinstance(value, bytes):
            raw.append(value)
        elif number == 3 and isinstance(value, bytes):
            keys.append(value.decode())
        elif number == 4 and isinstance(value, bytes):
            values.append(_value(value))
    return name, [_feature(each, keys, values) for each in raw]


def _feature(content: bytes, keys: list[str], values: list[Value]) -> Feature:
    feature = Feature()
    for number, value in _fields(content):
        if number == 1 and isinstance(value, int):
            feature.number = value
        elif number == 2 and isinstance(value, bytes):
            tags = list(_varints(value))
            pairs = zip(tags[::2], tags[1::2], strict=True)
            feature.properties = {keys[key]: values[at] for key, at in pairs}
        elif number == 4 and isinstance(value, bytes):
            feature.points = _points(list(_varints(value)))
    return feature


def _points(commands: list[int]) -> list[tuple[int, int]]:
    points, x, y, at = [], 0, 0, 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        for _ in range(count if command in (1, 2) else 0):
            x += _zigzag(commands[at])
            y += _zigzag(commands[at + 1])
            points.append((x, y))
            at += 2
    return points


def _value(content: bytes) -> Value:
    number, value = next(_fields(content))
    if isinstance(value, bytes):
        if number == 1:
            return value.decode()
        return float(struct.unpack("<f" if number == 2 else "<d", value)[0])
    if number == 7:
        return bool(value)
    return _zigzag(value) if number == 6 else value


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield field numbers with their values: whole numbers, or bytes."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(content, at)
            yield key >> 3, value
            continue
        length = {1: 8, 5: 4}.get(kind)
        if length is None:
            length, at = _varint(content, at)
        yield key >> 3, content[at : at + length]
        at += length


def _varints(content: bytes) -> Iterator[int]:
    at = 0
    while at < len(content):
        value, at = _varint(content, at)
        yield value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
