"""A day of signals as a Parquet file: written beside its name, read back, and only then given it."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from db.errors import WrongState

MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("device_id", pa.int32(), nullable=False),
        pa.field("signal", pa.string(), nullable=False),
        pa.field("observed_at", MOMENT, nullable=False),
        pa.field("venue_id", pa.int32(), nullable=False),
        pa.field("county", pa.int32(), nullable=False),
        pa.field("received_at", MOMENT, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("alarm", pa.bool_()),
        pa.field("text", pa.string()),
        pa.field("battery_pct", pa.int16()),
        pa.field("rssi_dbm", pa.int16()),
        pa.field("is_late", pa.bool_(), nullable=False),
    ]
)
MICROSECONDS = ("observed_at", "received_at")
"""Told as whole microseconds since 1970 on their way from and to the database: no rounding on the way."""
HASH = "hash"
BLOCK_BYTES = 16 << 20
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


@dataclass(frozen=True, slots=True)
class Written:
    """What a file holds; `fingerprint` is the sum of its rows' hashes as the database makes them."""

    rows: int
    fingerprint: int
    bytes: int
    sha256: str


def write(source: BinaryIO, path: Path) -> Written:
    """Rows as CSV (the columns of `SCHEMA`, then the row's hash) into a file that is forced to the disk and read back.

    Raises `OSError`, or `WrongState` where it reads back otherwise than it was written.
    """
    with path.open("wb") as file:
        rows, fingerprint, said = _pour(source, file)
        file.flush()
        os.fsync(file.fileno())
    _check_back(path, rows, said)
    return Written(rows, fingerprint, path.stat().st_size, sha256_of(path))


@contextmanager
def put_in_place(target: Path) -> Iterator[Path]:
    """A name to write under; the file takes `target`'s only where the block ends well, and is gone otherwise."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    try:
        yield fresh
        fresh.replace(target)
        _sync_folder(target.parent)
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def blocks(path: Path) -> Iterator[io.StringIO]:
    """The file's rows in COPY's text format, a row group at a time, the columns in `SCHEMA`'s order."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            columns = [column.to_pylist() for column in file.read_row_group(number).columns]
            rows = zip(*columns, strict=True)
            yield io.StringIO("".join("\t".join(map(_told, row)) + "\n" for row in rows))


def rows_of(path: Path) -> int:
    with pq.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _told(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return value.isoformat() if isinstance(value, datetime) else repr(value)


def _pour(source: BinaryIO, file: BinaryIO) -> tuple[int, int, list[int]]:
    """Rows, fingerprint, and what the blocks say, a number each."""
    types = {field.name: pa.int64() if field.name in MICROSECONDS else field.type for field in SCHEMA} | {
        HASH: pa.int64()
    }
    rows, fingerprint, said = 0, 0, []
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for batch in _read(source, types):
            table = pa.Table.from_batches([batch])
            fingerprint += _sum(table.column(HASH).to_numpy())
            moments = table.drop_columns([HASH]).cast(SCHEMA)
            writer.write_table(moments, row_group_size=max(1, moments.num_rows))
            rows += moments.num_rows
            said.append(_digest(moments))
    return rows, fingerprint, said


def _read(source: BinaryIO, types: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    reader = arrow_csv.open_csv(
        source,
        read_options=arrow_csv.ReadOptions(column_names=list(types), block_size=BLOCK_BYTES, use_threads=False),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
    for batch in reader:
        if batch.num_rows:
            yield batch


def _sum(hashes: "np.ndarray[Any, np.dtype[np.int64]]") -> int:
    """Exact: 64-bit numbers by the million leave 64 bits."""
    return (int((hashes >> 32).sum()) << 32) + int((hashes & 0xFFFFFFFF).sum())


def _digest(table: pa.Table) -> int:
    """The rows' content as a number, without regard to how the memory behind it is laid out."""
    hashed = pd.util.hash_pandas_object(_in_microseconds(table).to_pandas(), index=False)
    return int(np.asarray(hashed).sum(dtype=np.uint64))


def _in_microseconds(table: pa.Table) -> pa.Table:
    types = [pa.field(f.name, pa.int64()) if f.name in MICROSECONDS else f for f in SCHEMA]
    return table.cast(pa.schema(types))


def _check_back(path: Path, rows: int, said: list[int]) -> None:
    with pq.ParquetFile(path) as file:
        found = [_digest(file.read_row_group(number)) for number in range(file.num_row_groups)]
        if file.metadata.num_rows != rows or found != said:
            raise WrongState(f"{path.name} does not read back as it was written.")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
