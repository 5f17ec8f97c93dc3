"""Base maps in one file: MBTiles and PMTiles written as their specifications say, and read back."""

import gzip
import sqlite3
import struct
from pathlib import Path

import pytest

from geodata.tile_archive import HEADER_BYTES, WrongArchive, entries, open_archive, tile_id

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("tile", "number"),
    [
        ((0, 0, 0), 0),
        ((1, 0, 0), 1),
        ((1, 0, 1), 2),
        ((1, 1, 1), 3),
        ((1, 1, 0), 4),
        ((2, 0, 0), 5),
        ((12, 3423, 1763), 19078479),
    ],
)
def test_tiles_are_numbered_as_the_specification_does(tile: tuple[int, int, int], number: int) -> None:
    assert tile_id(*tile) == number


def test_every_tile_of_a_zoom_has_a_number_of_its_own() -> None:
    numbers = {tile_id(5, x, y) for x in range(32) for y in range(32)}
    assert numbers == set(range(341, 341 + 1024))


def varints(*numbers: int) -> bytes:
    packed = bytearray()
    for number in numbers:
        while number > 127:
            packed.append(number & 127 | 128)
            number >>= 7
        packed.append(number)
    return bytes(packed)


def directory(rows: list[tuple[int, int, int, int]]) -> bytes:
    """Rows of number, run, length, offset."""
    ids = [row[0] - (rows[i - 1][0] if i else 0) for i, row in enumerate(rows)]
    return varints(len(rows), *ids, *(r[1] for r in rows), *(r[2] for r in rows), *(r[3] + 1 for r in rows))


def pmtiles(path: Path, *, kind: int = 2, version: int = 3, packed: int = 2) -> Path:
    pictures = [PNG + b"wide", PNG + b"leaf"]
    leaf = gzip.compress(directory([(tile_id(3, 1, 1), 2, len(pictures[1]), len(pictures[0]))]))
    root = gzip.compress(directory([(0, 1, len(pictures[0]), 0), (tile_id(3, 0, 0), 0, len(leaf), 0)]))
    root_at, leaf_at = HEADER_BYTES, HEADER_BYTES + len(root)
    data_at = leaf_at + len(leaf)
    numbers = (root_at, len(root), leaf_at, 0, leaf_at, len(leaf), data_at, sum(map(len, pictures)), 3, 2, 2)
    header = b"PMTiles" + bytes([version]) + struct.pack("<11Q", *numbers) + bytes([1, packed, 1, kind, 0, 3])
    path.write_bytes(header.ljust(HEADER_BYTES, b"\0") + root + leaf + b"".join(pictures))
    return path


def test_pmtiles_are_read_through_their_directories(tmp_path: Path) -> None:
    found = open_archive(pmtiles(tmp_path / "a.pmtiles"))
    assert (found.about.media_type, found.about.min_zoom, found.about.max_zoom) == ("image/png", 0, 3)
    assert found.tile(0, 0, 0) == PNG + b"wide"
    assert found.tile(3, 1, 1) == PNG + b"leaf"
    assert found.tile(3, 7, 7) is None
    assert found.tile(1, 0, 0) is None


def test_a_run_of_one_picture_serves_all_its_tiles() -> None:
    (entry,) = entries(directory([(5, 4, 10, 0)]))
    assert (entry.tile_id, entry.run, entry.length, entry.offset) == (5, 4, 10, 0)


def mbtiles(path: Path, form: str = "png") -> Path:
    with sqlite3.connect(path) as base:
        base.execute("create table metadata (name text, value text)")
        base.execute("create table tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
        base.execute("insert into metadata values ('format', ?)", (form,))
        base.execute("insert into tiles values (3, 6, 4, ?)", (PNG + b"south up",))
    base.close()
    return path


def test_mbtiles_count_rows_from_the_south(tmp_path: Path) -> None:
    found = open_archive(mbtiles(tmp_path / "a.mbtiles"))
    assert found.tile(3, 6, 3) == PNG + b"south up"
    assert found.tile(3, 6, 4) is None
    assert (found.about.min_zoom, found.about.max_zoom) == (3, 3)


def test_what_cannot_be_drawn_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    wrong = (
        tmp_path / "none",
        tmp_path / "text",
        mbtiles(tmp_path / "vector.mbtiles", "pbf"),
        pmtiles(tmp_path / "vector.pmtiles", kind=1),
        pmtiles(tmp_path / "old.pmtiles", version=2),
        pmtiles(tmp_path / "brotli.pmtiles", packed=3),
    )
    for path in wrong:
        with pytest.raises(WrongArchive, match=r"\.$"):
            open_archive(path)
