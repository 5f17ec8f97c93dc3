"""Roll-ups: each signal counted once, however late, whoever counts, whatever is killed."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from db.commands import readings
from db.errors import WrongState
from db.rules.access_scope import EVERYTHING, region_scope
from db.settings import Settings
from ingest.tasks import telemetry
from tests import factories
from tests.plugins.services import TestRecord

NOW = datetime(2024, 5, 4, 12, 2, tzinfo=UTC)
FIVE = text("select since, lowest, highest, total, n from readings_5min where signal = :signal order by since")
DAILY = text("select day, lowest, highest, total, n from readings_daily where signal = :signal order by day")


@dataclass
class Heard:
    """A device that says what a test wants, and what is counted of it."""

    record: TestRecord
    owner: Connection
    venue: factories.MadeVenue
    device: int

    def say(
        self, *values: tuple[datetime, float | None], signal: str = "temperature", battery: int | None = None
    ) -> None:
        for at, value in values:
            self.insert(self.owner, at, value, signal, battery)
        self.owner.commit()
        self._await_older_transactions()

    def _await_older_transactions(self) -> None:
        """What is still under way anywhere in the cluster, autovacuum say, holds counting up until the next turn."""
        settled = text(
            "select coalesce(max(recorded_in) < txid_snapshot_xmin(txid_current_snapshot()), true) from signals"
        )
        deadline = time.monotonic() + 30
        while not self.owner.scalar(settled) and time.monotonic() < deadline:
            self.owner.rollback()
            time.sleep(0.02)
        self.owner.rollback()

    def insert(
        self, on: Connection, at: datetime, value: float | None, signal: str = "temperature", battery: Any = None
    ):
        on.execute(
            text(
                "insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value,"
                " battery_pct) values (:device, :signal, :at, :venue, :county, :at, :value, :battery)"
            ),
            {
                "device": self.device,
                "venue": self.venue.id,
                "county": self.venue.county,
                "at": at,
                "value": value,
                "signal": signal,
                "battery": battery,
            },
        )

    def roll(self, at_once: int = readings.AT_ONCE) -> readings.RolledUp | None:
        with self.record.record.scoped(EVERYTHING) as session:
            return readings.roll_up(session, NOW, at_once)

    def five(self, signal: str = "temperature") -> list[tuple[Any, ...]]:
        self.owner.rollback()
        return [tuple(row) for row in self.owner.execute(FIVE, {"signal": signal})]

    def daily(self, signal: str = "temperature") -> list[tuple[Any, ...]]:
        self.owner.rollback()
        return [tuple(row) for row in self.owner.execute(DAILY, {"signal": signal})]


@pytest.fixture
def heard(telemetry_record: TestRecord) -> Iterator[Heard]:
    engine = create_engine(telemetry_record.owner_url, poolclass=NullPool)
    with engine.connect() as owner:
        venue = factories.venue(owner)
        device, _code = factories.device(owner, venue)
        owner.commit()
        yield Heard(telemetry_record, owner, venue, device)


def minute(n: float) -> datetime:
    return datetime(2024, 5, 4, 10, 0, tzinfo=UTC) + timedelta(minutes=n)


def test_readings_are_counted_by_five_minutes_and_by_the_day(heard: Heard) -> None:
    heard.say((minute(0), 20.0), (minute(4.99), 22.0), (minute(5), 30.0), (minute(6), None))
    done = heard.roll()
    assert done == readings.RolledUp(signals=4, five_minutes=2, days=1)
    assert heard.five() == [(minute(0), 20.0, 22.0, 42.0, 2), (minute(5), 30.0, 30.0, 30.0, 1)]
    assert heard.daily() == [(date(2024, 5, 4), 20.0, 30.0, 72.0, 3)]


def test_counting_again_counts_nothing(heard: Heard) -> None:
    heard.say((minute(0), 20.0))
    heard.roll()
    again = heard.roll()
    assert again is not None
    assert again.signals == 0
    assert heard.daily() == [(date(2024, 5, 4), 20.0, 20.0, 20.0, 1)]


def test_late_readings_join_their_bucket(heard: Heard) -> None:
    heard.say((minute(0), 20.0), (minute(60), 21.0))
    heard.roll()
    heard.say((minute(1), 10.0), (minute(-60 * 24 * 40), 5.0))
    heard.roll()
    assert heard.five()[1] == (minute(0), 10.0, 20.0, 30.0, 2)
    assert [row[0] for row in heard.daily()] == [date(2024, 3, 25), date(2024, 5, 4)]


def test_the_day_is_shanghais(heard: Heard) -> None:
    heard.say((datetime(2024, 5, 4, 15, 59, tzinfo=UTC), 1.0), (datetime(2024, 5, 4, 16, 0, tzinfo=UTC), 2.0))
    heard.roll()
    assert [row[0] for row in heard.daily()] == [date(2024, 5, 4), date(2024, 5, 5)]


def test_battery_is_kept_by_the_day(heard: Heard) -> None:
    heard.say((minute(0), None), (minute(1), None), signal="heartbeat", battery=80)
    heard.roll()
    assert heard.daily("battery") == [(date(2024, 5, 4), 80.0, 80.0, 160.0, 2)]
    assert heard.five("battery") == heard.five("heartbeat") == []


def test_a_transaction_that_commits_late_is_not_missed(heard: Heard) -> None:
    """Its rows are of earlier receipt and an earlier transaction than what was counted meanwhile."""
    slow = create_engine(heard.record.owner_url, poolclass=NullPool)
    with slow.connect() as connection:
        heard.insert(connection, minute(0), 1.0)
        heard.insert(heard.owner, minute(1), 2.0)
        heard.owner.commit()
        heard.roll()
        connection.commit()
    heard.roll()
    assert heard.daily() == [(date(2024, 5, 4), 1.0, 2.0, 3.0, 2)]


def test_a_worker_that_is_killed_has_counted_nothing(heard: Heard) -> None:
    heard.say((minute(0), 20.0))

    def killed() -> None:
        with heard.record.record.scoped(EVERYTHING) as session:
            readings.roll_up(session, NOW)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    heard.roll()
    assert heard.daily() == [(date(2024, 5, 4), 20.0, 20.0, 20.0, 1)]


def test_who_finds_the_work_taken_leaves_it(heard: Heard) -> None:
    heard.say((minute(0), 20.0))
    with heard.record.record.scoped(EVERYTHING) as session:
        assert readings.roll_up(session, NOW) is not None
        assert heard.roll() is None
    assert heard.daily() == [(date(2024, 5, 4), 20.0, 20.0, 20.0, 1)]


def test_workers_side_by_side_while_readings_come(heard: Heard) -> None:
    """Two workers count, three devices' worth of sessions write: the sums come out as if one had done it all."""
    written = threading.Event()

    def work() -> None:
        while not written.is_set():
            telemetry.roll_up(heard.record.record, lambda: NOW, seconds=1)

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for n in range(120):
        heard.say((minute(n / 7), float(n)))
    written.set()
    for worker in workers:
        worker.join()
    telemetry.roll_up(heard.record.record, lambda: NOW)
    assert heard.daily() == [(date(2024, 5, 4), 0.0, 119.0, sum(range(120)), 120)]
    assert sum(row[4] for row in heard.five()) == 120


def test_a_backlog_is_counted_turn_by_turn(heard: Heard) -> None:
    heard.say((minute(0), 1.0))
    heard.roll()
    for n in range(1, 8):
        heard.say((minute(n), 1.0))
    first = heard.roll(at_once=3)
    assert first is not None
    assert first.is_more
    assert 0 < first.signals < 7
    telemetry.roll_up(heard.record.record, lambda: NOW)
    assert heard.daily()[0][4] == 8


def test_what_replaying_changes_is_counted_anew(heard: Heard) -> None:
    heard.say((minute(0), 20.0), (minute(1), 900.0), battery=50)
    heard.roll()
    heard.owner.execute(text("delete from signals where value = 900"))
    heard.owner.execute(text("update signals set value = 19 where value = 20"))
    heard.say((minute(2), 25.0), battery=51)
    done = heard.roll()
    assert done is not None
    assert done.anew == 1
    assert heard.five() == [(minute(0), 19.0, 25.0, 44.0, 2)]
    assert heard.daily() == [(date(2024, 5, 4), 19.0, 25.0, 44.0, 2)]
    assert heard.daily("battery") == [(date(2024, 5, 4), 50.0, 51.0, 101.0, 2)]


def test_a_database_loaded_from_a_dump_is_noticed_and_rebuilt(heard: Heard) -> None:
    heard.say((minute(0), 20.0))
    heard.roll()
    heard.owner.execute(text("update rolled_up set upto = upto + 1000000000"))
    heard.owner.commit()
    with pytest.raises(WrongState, match="loaded from a dump"):
        heard.roll()
    heard.say((minute(1), 22.0))
    owner = create_engine(heard.record.owner_url, poolclass=NullPool)
    with owner.connect() as connection, connection.begin():
        readings.rebuild(Session(connection))
    heard.roll()
    assert heard.daily() == [(date(2024, 5, 4), 20.0, 22.0, 42.0, 2)]


def test_roll_ups_are_read_within_scope_alone(heard: Heard) -> None:
    heard.say((minute(0), 20.0))
    heard.roll()
    for region, rows in ((heard.venue.county, 1), (361_100, 0)):
        with heard.record.record.scoped(region_scope(region)) as session:
            for table in ("readings_5min", "readings_daily"):
                assert session.scalar(text(f"select count(*) from {table}")) == rows


def test_months_are_made_ahead_and_dropped_after_their_retention(heard: Heard) -> None:
    settings = Settings(readings_5min_retention_days=35, readings_daily_retention_days=400)
    with heard.record.record.scoped(EVERYTHING) as session:
        made, _dropped = telemetry.keep_months(session, settings, date(2021, 5, 4))
        assert made == 2 * 5
        assert telemetry.keep_months(session, settings, date(2021, 5, 4))[0] == 0
        assert telemetry.keep_months(session, settings, date(2021, 9, 10))[1] == 5
