"""A day of signals into a file and back; it leaves the record only when the file holds it."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import typer
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner, Result

from db import settings as record_settings
from db.errors import NotFound, WrongState
from db.rules.access_scope import EVERYTHING
from db.rules.standing_work import RESTORED_KEPT
from db.settings import Settings
from ingest import archive, archive_commands
from ingest.tasks import telemetry
from tests import factories
from tests.plugins.services import TestRecord

DAY = date(2024, 3, 5)
NOW = datetime(2024, 7, 1, 4, 0, tzinfo=UTC)
SHOWN = text(
    "select device_id, signal, observed_at, venue_id, county, received_at, value, alarm, text, battery_pct, rssi_dbm,"
    " is_late from signals where observed_at < '2024-06-01' order by observed_at, signal"
)
PLACE = text("select to_regclass('signals_20240305') is not null")
AWKWARD: tuple[tuple[float | None, bool | None, str | None, int | None], ...] = (
    (21.25, None, None, 88),
    (0.1 + 0.2, False, "", -1),
    (None, True, '烟雾 "浓", \\N\n第二行\t完\r', None),
    (float("inf"), None, "\\N", 0),
    (-1e-300, None, "NULL", None),
    (1.7976931348623157e308, True, "'", None),
)


@dataclass
class Kept:
    record: TestRecord
    owner: Connection
    venue: factories.MadeVenue
    device: int
    folder: Path

    def fill(self, *, minutes: int = 0) -> None:
        self.owner.execute(text("select ensure_day_partitions('signals', :day, :day)"), {"day": DAY})
        for n, (value, alarm, words, battery) in enumerate(AWKWARD):
            self.add(datetime(2024, 3, 5, 0, minutes, n, 123456, tzinfo=UTC), value, alarm, words, battery)
        self.owner.commit()
        telemetry.roll_up(self.record.record, lambda: NOW)

    def add(self, at: datetime, value: Any, alarm: Any = None, words: Any = None, battery: Any = None) -> None:
        self.owner.execute(
            text(
                "insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value, alarm,"
                " text, battery_pct, rssi_dbm, is_late) values (:device, 'temperature', :at, :venue, :county, :later,"
                " :value, :alarm, :words, :battery, -71, true)"
            ),
            {
                "device": self.device,
                "venue": self.venue.id,
                "county": self.venue.county,
                "at": at,
                "later": at + timedelta(hours=1),
                "value": value,
                "alarm": alarm,
                "words": words,
                "battery": battery,
            },
        )

    def shown(self) -> list[tuple[Any, ...]]:
        rows = [tuple(row) for row in self.owner.execute(SHOWN)]
        self.owner.rollback()
        return rows

    def is_there(self) -> bool:
        found = bool(self.owner.scalar(PLACE))
        self.owner.rollback()
        return found

    def retire(self, folder: Path | None = None, *, to_file: bool = True, now: datetime = NOW) -> dict[date, int]:
        return archive.retire(self.record.record, folder or self.folder, date(2024, 4, 1), now, to_file=to_file)

    def of_day(self) -> archive.Kept:
        kept = archive.of_day(self.record.record, DAY)
        assert kept is not None
        return kept


@pytest.fixture
def kept(telemetry_record: TestRecord, tmp_path: Path) -> Iterator[Kept]:
    engine = create_engine(telemetry_record.owner_url, poolclass=NullPool)
    with engine.connect() as owner:
        venue = factories.venue(owner)
        device, _code = factories.device(owner, venue)
        owner.commit()
        yield Kept(telemetry_record, owner, venue, device, tmp_path / "archive")


def test_there_and_back_byte_for_byte(kept: Kept) -> None:
    kept.fill()
    before = kept.shown()
    assert kept.retire() == {DAY: len(AWKWARD)}
    assert not kept.is_there()
    assert kept.shown() == []
    assert [path.name for path in kept.folder.iterdir()] == ["signals-2024-03-05.parquet"]
    assert archive.restore(kept.record.record, kept.folder, DAY, NOW) == len(AWKWARD)
    assert kept.shown() == before
    assert archive.restore(kept.record.record, kept.folder, DAY, NOW) == 0
    assert kept.shown() == before


def test_a_record_that_was_lost_takes_its_days_back(kept: Kept) -> None:
    kept.fill()
    before = kept.shown()
    kept.retire()
    kept.owner.execute(text("delete from archived_days"))
    kept.owner.commit()
    assert archive.restore(kept.record.record, kept.folder, DAY, NOW) == len(AWKWARD)
    assert kept.shown() == before
    assert kept.retire(now=NOW + RESTORED_KEPT) == {DAY: len(AWKWARD)}


def test_the_file_is_plain_parquet(kept: Kept) -> None:
    kept.fill()
    kept.retire()
    table = pq.read_table(kept.folder / "signals-2024-03-05.parquet")
    assert table.column("observed_at")[0].as_py() == datetime(2024, 3, 5, 0, 0, 0, 123456, tzinfo=UTC)
    assert table.column("text").to_pylist() == [words for _value, _alarm, words, _battery in AWKWARD]
    assert kept.of_day().rows == table.num_rows == len(AWKWARD)


def test_what_was_restored_is_not_counted_twice_and_stays_a_while(kept: Kept) -> None:
    kept.fill()
    count = text("select sum(n) from readings_daily where signal = 'temperature'")
    counted = kept.owner.scalar(count)
    kept.owner.rollback()
    kept.retire()
    archive.restore(kept.record.record, kept.folder, DAY, NOW)
    telemetry.roll_up(kept.record.record, lambda: NOW)
    assert kept.owner.scalar(count) == counted == 5
    kept.owner.rollback()
    assert kept.retire() == {}
    assert kept.retire(now=NOW + RESTORED_KEPT) == {DAY: len(AWKWARD)}


def test_rows_that_come_after_the_file_join_it(kept: Kept) -> None:
    kept.fill()
    kept.retire()
    kept.add(datetime(2024, 3, 5, 9, tzinfo=UTC), 1.0)
    kept.owner.commit()
    telemetry.roll_up(kept.record.record, lambda: NOW)
    assert kept.retire() == {DAY: len(AWKWARD) + 1}
    assert archive.restore(kept.record.record, kept.folder, DAY, NOW) == len(AWKWARD) + 1


@pytest.mark.parametrize("hindrance", ["a file where the folder should be", "a full disk"])
def test_a_day_whose_file_cannot_be_written_stays(
    kept: Kept, hindrance: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept.fill()
    before = kept.shown()
    folder = tmp_path / "hindered"
    if hindrance == "a full disk":
        folder.mkdir()
        (folder / "signals-2024-03-05.parquet.new").symlink_to("/dev/full")
    else:
        folder.write_text("")
    with caplog.at_level(logging.ERROR, logger="anwang.archive"):
        assert kept.retire(folder) == {}
    assert kept.shown() == before
    assert "2024-03-05 stays on record: " in caplog.text
    assert kept.of_day().failure
    assert kept.of_day().sha256 is None
    assert kept.retire() == {DAY: len(AWKWARD)}
    assert kept.of_day().failure is None


def test_a_row_that_comes_between_file_and_drop_keeps_the_day(kept: Kept) -> None:
    kept.fill()
    archive.archive_day(kept.record.record, kept.folder, DAY, NOW)
    kept.add(datetime(2024, 3, 5, 9, tzinfo=UTC), 1.0)
    kept.owner.commit()
    telemetry.roll_up(kept.record.record, lambda: NOW)
    drop = text("select drop_signal_day(:day, true)")
    held = pytest.raises(DBAPIError, match="does not hold what is on record")
    with held, kept.record.record.scoped(EVERYTHING) as session:
        session.execute(drop, {"day": DAY})
    assert kept.is_there()


def test_two_never_work_in_the_archive_at_once(kept: Kept) -> None:
    kept.fill()
    lock = text("select pg_advisory_xact_lock(hashtext('archive'))")
    with kept.record.record.scoped(EVERYTHING) as session:
        session.execute(lock)
        with pytest.raises(WrongState, match="Somebody else"):
            kept.retire()
    assert kept.retire() == {DAY: len(AWKWARD)}


def test_what_is_not_rolled_up_yet_stays(kept: Kept) -> None:
    kept.fill()
    kept.add(datetime(2024, 3, 5, 9, tzinfo=UTC), 1.0)
    kept.owner.commit()
    assert kept.retire() == {}
    assert "not rolled up yet" in str(kept.of_day().failure)


def test_a_file_that_was_touched_is_not_believed(kept: Kept) -> None:
    kept.fill()
    kept.retire()
    path = kept.folder / "signals-2024-03-05.parquet"
    held = bytearray(path.read_bytes())
    held[100] ^= 1
    path.write_bytes(held)
    with pytest.raises(WrongState, match="SHA-256"):
        archive.restore(kept.record.record, kept.folder, DAY, NOW)
    path.unlink()
    with pytest.raises(NotFound, match="not there"):
        archive.restore(kept.record.record, kept.folder, DAY, NOW)


def test_days_are_dropped_without_a_file_where_none_is_wanted(kept: Kept) -> None:
    kept.fill()
    assert kept.retire(to_file=False) == {DAY: len(AWKWARD)}
    assert not kept.is_there()
    with pytest.raises(NotFound, match="no file"):
        archive.restore(kept.record.record, kept.folder, DAY, NOW)


@pytest.mark.parametrize(("asked", "left"), [("keep", 0), ("drop", 1), ("archive", 1)])
def test_the_setting_decides(kept: Kept, tmp_path: Path, asked: Any, left: int) -> None:
    kept.fill()
    settings = Settings(signals_after_retention=asked, archive_dir=str(tmp_path / "kept"))
    assert len(telemetry.retire(kept.record.record, settings, NOW)) == left


def test_today_and_yesterday_are_never_touched(kept: Kept) -> None:
    now = datetime.now(UTC)
    archive.retire(kept.record.record, kept.folder, date(2100, 1, 1), now, to_file=False)
    days = text("select count(*) from pg_inherits where inhparent = 'signals'::regclass")
    kept.owner.rollback()
    assert kept.owner.scalar(days) >= 1 + 2 + 7
    with pytest.raises(DBAPIError, match="today and yesterday"), kept.record.record.scoped(EVERYTHING) as session:
        session.execute(text("select drop_signal_day(current_date - 1, false)"))


def test_the_application_drops_no_partition_itself(kept: Kept) -> None:
    kept.fill()
    with pytest.raises(DBAPIError, match="must be owner"), kept.record.record.scoped(EVERYTHING) as session:
        session.execute(text("drop table signals_20240305"))


@pytest.fixture
def anwang(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Result]]:
    """The command line, on the test's record and archive."""
    urls = {"ANWANG_DATABASE_URL": kept.record.owner_url, "ANWANG_DATABASE_APP_URL": kept.record.app_url}
    for name, url in urls.items():
        monkeypatch.setenv(name, url.render_as_string(hide_password=False))
    monkeypatch.setenv("ANWANG_VAR_DIR", str(kept.record.settings.var_dir))
    monkeypatch.setenv("ANWANG_ARCHIVE_DIR", str(kept.folder))
    monkeypatch.setenv("COLUMNS", "160")
    record_settings.load.cache_clear()
    app = typer.Typer()
    app.add_typer(archive_commands.archive_app, name="archive")
    app.add_typer(archive_commands.readings_app, name="readings")
    yield lambda *words: CliRunner().invoke(app, words)
    record_settings.load.cache_clear()


def test_the_command_line_lists_runs_and_restores(kept: Kept, anwang: Callable[..., Result]) -> None:
    kept.fill()
    kept.folder.write_text("in the way")
    assert "0 days left" in anwang("archive", "run").output
    said = anwang("archive", "list")
    assert said.exit_code == 1
    assert "2024-03-05 stays on record: " in said.output
    kept.folder.unlink()
    assert "1 days left the record, 6 signals" in anwang("archive", "run").output
    said = anwang("archive", "list")
    assert said.exit_code == 0
    assert "in its file" in said.output
    assert "6 signals of 2024-03-05 are on record again" in anwang("archive", "restore", "2024-03-05").output
    assert "brought back" in anwang("archive", "list").output


@pytest.mark.parametrize(
    ("day", "refusal"), [("yesterday", "is no day"), ("2024-13-01", "is no day"), ("2023-01-01", "There is no file")]
)
def test_what_cannot_be_restored(anwang: Callable[..., Result], day: str, refusal: str) -> None:
    assert refusal in str(anwang("archive", "restore", day).exception)


def test_the_command_line_counts(kept: Kept, anwang: Callable[..., Result]) -> None:
    kept.fill()
    kept.add(datetime(2024, 3, 5, 9, tzinfo=UTC), 1.0)
    kept.owner.commit()
    assert "1 signals counted" in anwang("readings", "roll-up").output
    assert "1 days of devices counted anew" in anwang("readings", "rebuild").output
