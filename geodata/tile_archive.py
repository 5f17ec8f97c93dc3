"""Map pictures kept in one file, read tile by tile: MBTiles (SQLite) and PMTiles version 3."""

import gzip
import sqlite3
import struct
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

PICTURES = {1: "vector", 2: "image/png", 3: "image/jpeg", 4: "image/webp", 5: "image/avif"}
"""Tile types of PMTiles."""
HEADER_BYTES = 127
DEEPEST = 3
"""Directories beneath directories: the format needs two, and no file may send us round in circles."""


class WrongArchive(ValueError):
    """The file is none that can be read."""


@dataclass(frozen=True, slots=True)
class About:
    """What the file holds."""

    media_type: str
    min_zoom: int
    max_zoom: int


class TileArchive(Protocol):
    about: About

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """The picture, y counted from the north; None where the file has none."""


def open_archive(path: Path) -> TileArchive:
    """Raises `WrongArchive` with one sentence for what is no archive of pictures."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise WrongArchive(f"{path} cannot be read: {error.strerror}.") from error
    if start.startswith(b"PMTiles"):
        return PMTiles(path)
    if start.startswith(b"SQLite format 3"):
        return MBTiles(path)
    raise WrongArchive(f"{path} is neither PMTiles nor MBTiles.")


class MBTiles:
    """One connection a thread."""

    def __init__(self, path: Path) -> None:
        self._address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._own = threading.local()
        try:
            about = dict(self._connection().execute("select name, value from metadata").fetchall())
            zooms = self._connection().execute("select min(zoom_level), max(zoom_level) from tiles").fetchone()
        except sqlite3.Error as error:
            raise WrongArchive(f"{path} is no MBTiles file: {error}.") from error
        kind = str(about.get("format", "png")).lower()
        if kind in ("pbf", "mvt"):
            raise WrongArchive(f"{path} holds vector tiles; the base map is drawn from pictures (png, jpg, webp).")
        self.about = About(f"image/{'jpeg' if kind == 'jpg' else kind}", int(zooms[0] or 0), int(zooms[1] or 0))

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if found is None:
            found = self._own.connection = sqlite3.connect(self._address, uri=True)
        return found

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        row = self._connection().execute(
            "select tile_data from tiles where zoom_level = ? and tile_column = ? and tile_row = ?",
            (z, x, (1 << z) - 1 - y),
        )
        found = row.fetchone()
        return bytes(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class _Entry:
    tile_id: int
    offset: int
    length: int
    run: int
    """How many tiles in a row are this one; 0: the entry is a directory."""


class PMTiles:
    """Version 3, clustered or not, with directories plain or gzipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        header = self._read(0, HEADER_BYTES)
        if len(header) < HEADER_BYTES or header[7] != 3:
            raise WrongArchive(f"{path} is no PMTiles file of version 3.")
        numbers = struct.unpack("<11Q", header[8:96])
        self._root = (numbers[0], numbers[1])
        self._leaves, self._data = numbers[4], numbers[6]
        self._packed, tiles_packed, kind, low, high = header[97], header[98], header[99], header[100], header[101]
        if self._packed not in (1, 2) or tiles_packed not in (0, 1):
            raise WrongArchive(f"{path} is packed in a way that is not read here.")
        if PICTURES.get(kind, "vector") == "vector":
            raise WrongArchive(f"{path} holds vector tiles; the base map is drawn from pictures (png, jpg, webp).")
        self.about = About(PICTURES[kind], low, high)
        self._directory = lru_cache(64)(self._read_directory)

    def _read(self, offset: int, length: int) -> bytes:
        with self._path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def _read_directory(self, offset: int, length: int) -> tuple[_Entry, ...]:
        body = self._read(offset, length)
        return tuple(entries(gzip.decompress(body) if self._packed == 2 else body))

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        wanted = tile_id(z, x, y)
        offset, length = self._root
        for _depth in range(DEEPEST):
            found = _at_or_before(self._directory(offset, length), wanted)
            if found is None:
                return None
            if found.run == 0:
                offset, length = self._leaves + found.offset, found.length
                continue
            if wanted >= found.tile_id + found.run:
                return None
            return self._read(self._data + found.offset, found.length)
        return None


def tile_id(z: int, x: int, y: int) -> int:
    """A tile's number along the Hilbert curve, all wider zooms before it."""
    number = ((1 << (2 * z)) - 1) // 3
    side = 1 << z
    step = side >> 1
    while step:
        right, down = int(bool(x & step)), int(bool(y & step))
        number += step * step * ((3 * right) ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        step >>= 1
    return number


def entries(body: bytes) -> list[_Entry]:
    """A directory: four columns of variable-length numbers."""
    at = 0

    def number() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = body[at]
            at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    n = number()
    ids, last = [], 0
    for _i in range(n):
        last += number()
        ids.append(last)
    runs = [number() for _i in range(n)]
    lengths = [number() for _i in range(n)]
    offsets: list[int] = []
    for i in range(n):
        value = number()
        offsets.append(offsets[i - 1] + lengths[i - 1] if value == 0 and i else value - 1)
    return [_Entry(*row) for row in zip(ids, offsets, lengths, runs, strict=True)]


def _at_or_before(directory: tuple[_Entry, ...], wanted: int) -> _Entry | None:
    low, high = 0, len(directory)
    while low < high:
        middle = (low + high) // 2
        if directory[middle].tile_id <= wanted:
            low = middle + 1
        else:
            high = middle
    return directory[low - 1] if low else None
