"""Days of signals past their retention: into a file, out of the record, and back where somebody asks for them.

A day leaves the record only when a file holds exactly its rows: the database itself compares, with nobody adding.
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import psycopg2
import pyarrow as pa
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from db.errors import AnwangError, InvalidInput, NotFound, WrongState
from db.rules.access_scope import EVERYTHING
from db.rules.standing_work import RESTORED_KEPT
from db.session import Record
from ingest import archive_file
from ingest.archive_file import SCHEMA, Written

log = logging.getLogger("anwang.archive")

HERE = ZoneInfo("Asia/Shanghai")
UNTOUCHED = timedelta(days=2)
"""Today and yesterday."""
_COLUMNS = ", ".join(SCHEMA.names)
_COPY = """
copy (select device_id, signal, (extract(epoch from observed_at) * 1000000)::bigint, venue_id, county,
        (extract(epoch from received_at) * 1000000)::bigint, value, alarm, text, battery_pct, rssi_dbm, is_late,
        signal_hash(s)
    from signals s where observed_at >= '{since}' and observed_at < '{until}') to stdout (format csv)
"""
_HAS_ROWS = text("select exists (select from signals where observed_at >= :since and observed_at < :until)")
_DAYS = text("select signal_days_before(:day)")
_KEPT = text("select * from archived_days where day = :day")
_ALL = text("select * from archived_days order by day")
_KEEP = text(
    """
    insert into archived_days (day, rows, fingerprint, file, bytes, sha256, archived_at)
    values (:day, :rows, :fingerprint, :file, :bytes, :sha256, :now)
    on conflict (day) do update set rows = excluded.rows, fingerprint = excluded.fingerprint, file = excluded.file,
        bytes = excluded.bytes, sha256 = excluded.sha256, archived_at = excluded.archived_at
    """
)
_FAILED = text(
    "insert into archived_days (day, failure, failed_at) values (:day, :why, :now)"
    " on conflict (day) do update set failure = excluded.failure, failed_at = excluded.failed_at"
)
_RESTORED = text(
    "update archived_days set restored_at = :now, dropped_at = null, failure = null, failed_at = null where day = :day"
)
_PARTITION = text("select ensure_day_partitions('signals', :day, :day)")
_DROP = text("select drop_signal_day(:day, :file_wanted)")
_LOCK = text("select pg_try_advisory_xact_lock(hashtext('archive'))")
_STAGE = text("create temporary table if not exists restored (like signals including defaults) on commit delete rows")
_TAKE = text(f"insert into signals ({_COLUMNS}, recorded_in) select {_COLUMNS}, 0 from restored on conflict do nothing")


@dataclass(frozen=True, slots=True)
class Kept:
    """What the register says of a day."""

    day: date
    rows: int | None
    fingerprint: int | None
    file: str | None
    bytes: int | None
    sha256: str | None
    archived_at: datetime | None
    dropped_at: datetime | None
    restored_at: datetime | None
    failure: str | None
    failed_at: datetime | None


def retire(record: Record, folder: Path, oldest_kept: date, now: datetime, *, to_file: bool) -> dict[date, int]:
    """Archive and drop the days before `oldest_kept`; answers the rows that left, by day.

    What fails is said in one sentence, in the log and the register; its day stays, and the others go on.
    Raises `WrongState` where somebody else is at it.
    """
    with _alone(record):
        return _retire(record, folder, oldest_kept, now, to_file)


def _retire(record: Record, folder: Path, oldest_kept: date, now: datetime, to_file: bool) -> dict[date, int]:
    oldest_kept = min(oldest_kept, (now - UNTOUCHED).astimezone(HERE).date() + timedelta(days=1))
    with record.scoped(EVERYTHING) as session:
        days = list(session.scalars(_DAYS, {"day": oldest_kept}))
    left = {}
    for day in days:
        try:
            rows = _retire_day(record, folder, day, now, to_file)
        except (OSError, AnwangError, DBAPIError, psycopg2.Error, pa.ArrowException) as error:
            _note_failure(record, day, _words_of(error), now)
        else:
            if rows is not None:
                left[day] = rows
    return left


def _retire_day(record: Record, folder: Path, day: date, now: datetime, to_file: bool) -> int | None:
    """Rows that left; None for a day that was brought back not long ago."""
    kept = of_day(record, day)
    if kept is not None and kept.restored_at is not None and now - kept.restored_at < RESTORED_KEPT:
        return None
    with record.scoped(EVERYTHING) as session:
        session.execute(_PARTITION, {"day": day})
        has_rows = session.scalar(_HAS_ROWS, _span(day))
    if has_rows and to_file:
        if kept is not None and kept.dropped_at is not None and kept.file is not None:
            _put_back(record, folder, kept)  # rows came after its file was written: one file holds all
        archive_day(record, folder, day, now)
    with record.scoped(EVERYTHING) as session:
        return int(session.scalar(_DROP, {"day": day, "file_wanted": to_file}) or 0)


def archive_day(record: Record, folder: Path, day: date, now: datetime) -> Written:
    """Write the day's file, in place of an earlier one; its rows stay on record."""
    path = folder / file_name(day)
    with (
        archive_file.put_in_place(path) as fresh,
        record.scoped(EVERYTHING) as session,
        _copied(session, day) as source,
    ):
        written = archive_file.write(source, fresh)
    with record.scoped(EVERYTHING) as session:
        session.execute(
            _KEEP,
            {
                "day": day,
                "rows": written.rows,
                "fingerprint": written.fingerprint,
                "file": path.name,
                "bytes": written.bytes,
                "sha256": written.sha256,
                "now": now,
            },
        )
    return written


def restore(record: Record, folder: Path, day: date, now: datetime) -> int:
    """Bring a day's rows back from its file; answers how many were not on record. Safe to repeat.

    A file that the register does not know, of a record that was lost, is taken as it is.
    """
    with _alone(record):
        kept = of_day(record, day)
        if kept is None or kept.file is None:
            kept = _adopted(record, folder / file_name(day), day, now)
        rows = _put_back(record, folder, kept)
        with record.scoped(EVERYTHING) as session:
            session.execute(_RESTORED, {"day": day, "now": now})
    return rows


def _adopted(record: Record, path: Path, day: date, now: datetime) -> Kept:
    if not path.exists():
        raise NotFound(f"There is no file of {day} in the archive.")
    facts = {"day": day, "rows": archive_file.rows_of(path), "fingerprint": None, "file": path.name, "now": now}
    with record.scoped(EVERYTHING) as session:
        session.execute(_KEEP, facts | {"bytes": path.stat().st_size, "sha256": archive_file.sha256_of(path)})
        return Kept(*session.execute(_KEPT, {"day": day}).one())


@contextmanager
def _alone(record: Record) -> Iterator[None]:
    """Two never work in the archive at once: a long turn may be asked for again before it ends."""
    with record.scoped(EVERYTHING) as session:
        if not session.scalar(_LOCK):
            raise WrongState("Somebody else is at work in the archive; try again later.")
        yield


def _put_back(record: Record, folder: Path, kept: Kept) -> int:
    path = folder / str(kept.file)
    if not path.exists():
        raise NotFound(f"The file {path} is not there.")
    if archive_file.sha256_of(path) != kept.sha256:
        raise WrongState(f"The file {path} is not what was archived: its SHA-256 differs.")
    rows = 0
    with record.scoped(EVERYTHING) as session:
        session.execute(_PARTITION, {"day": kept.day})
        session.execute(_STAGE)
        cursor = session.connection().connection.cursor()
        for lines in archive_file.blocks(path):
            session.execute(text("truncate restored"))
            cursor.copy_expert(f"copy restored ({_COLUMNS}) from stdin", lines)
            rows += session.execute(_TAKE).rowcount  # type: ignore[attr-defined]
    return rows


def of_day(record: Record, day: date) -> Kept | None:
    with record.scoped(EVERYTHING) as session:
        row = session.execute(_KEPT, {"day": day}).one_or_none()
    return None if row is None else Kept(*row)


def every_day(record: Record) -> list[Kept]:
    """The whole register, oldest first."""
    with record.scoped(EVERYTHING) as session:
        return [Kept(*row) for row in session.execute(_ALL)]


def file_name(day: date) -> str:
    return f"signals-{day:%Y-%m-%d}.parquet"


def day_of(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise InvalidInput(f"{words!r} is no day; write YYYY-MM-DD.") from error


def _span(day: date) -> dict[str, datetime]:
    since = datetime(day.year, day.month, day.day, tzinfo=HERE)
    return {"since": since, "until": since + timedelta(days=1)}


@contextmanager
def _copied(session: Session, day: date) -> Iterator[BinaryIO]:
    """The day's rows as the database pours them; what goes wrong there is raised at the end."""
    span = {name: at.isoformat() for name, at in _span(day).items()}
    cursor: Any = session.connection().connection.cursor()
    reading, writing = os.pipe()
    failures: list[BaseException] = []

    def pour() -> None:
        try:
            with os.fdopen(writing, "wb") as sink:
                cursor.copy_expert(_COPY.format(**span), sink)
        except BaseException as error:
            failures.append(error)

    pouring = threading.Thread(target=pour, name="archive")
    pouring.start()
    try:
        with os.fdopen(reading, "rb") as source:
            yield source
    finally:
        pouring.join()
    if failures:
        raise failures[0]


def _note_failure(record: Record, day: date, why: str, now: datetime) -> None:
    log.error("%s stays on record: %s", day, why)
    with record.scoped(EVERYTHING) as session:
        session.execute(_FAILED, {"day": day, "why": why, "now": now})


def _words_of(error: Exception) -> str:
    """One sentence."""
    if isinstance(error, OSError):
        return f"{error.filename or 'the archive'}: {error.strerror or error}."
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0] if said else type(error).__name__
