"""Signals lie in a partition a day; what came without one moves in when it is made."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.rules.access_scope import EVERYTHING
from tests.plugins.services import TestRecord

DAY = "2021-05-04"
PLACES = text("select tableoid::regclass::text as place, observed_at::text as at from signals order by observed_at")


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    """A connection that need not have devices to write their signals."""
    engine = create_engine(empty_record.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def hear(connection: Connection, *times: str) -> None:
    for at in times:
        connection.execute(
            text(
                "insert into signals (device_id, signal, observed_at, venue_id, county, received_at, value)"
                " values (1, 'smoke', :at, 1, 360702, now(), 0.02)"
            ),
            {"at": at},
        )


def partitions(connection: Connection, parent: str = "signals") -> set[str]:
    rows = connection.execute(
        text("select inhrelid::regclass::text from pg_inherits where inhparent = cast(:parent as regclass)"),
        {"parent": parent},
    )
    return set(rows.scalars())


def test_a_day_begins_at_midnight_in_shanghai(owner: Connection) -> None:
    owner.execute(text("select ensure_day_partitions('signals', :day, :day)"), {"day": DAY})
    hear(owner, f"{DAY} 00:00+08", f"{DAY} 23:59:59.999999+08", "2021-05-03 23:59:59.999999+08", "2021-05-05 00:00+08")
    places = [row.place for row in owner.execute(PLACES)]
    assert places == ["signals_default", "signals_20210504", "signals_20210504", "signals_default"]


def test_rows_that_waited_move_in(owner: Connection) -> None:
    hear(owner, f"{DAY} 08:00+08", f"{DAY} 09:00+08", "2021-05-09 09:00+08")
    made = owner.scalar(text("select ensure_day_partitions('signals', :day, :day)"), {"day": DAY})
    places = [row.place for row in owner.execute(PLACES)]
    assert made == 1
    assert places == ["signals_20210504", "signals_20210504", "signals_default"]


def test_making_again_makes_nothing(owner: Connection) -> None:
    make = text("select ensure_day_partitions('signals', cast(:day as date), cast(:day as date) + 2)")
    assert owner.scalar(make, {"day": DAY}) == 3
    assert owner.scalar(make, {"day": DAY}) == 0


def test_raw_bytes_are_dropped_up_to_the_day_itself(owner: Connection) -> None:
    owner.execute(text("select ensure_day_partitions('raw_batches', cast(:day as date) - 2, :day)"), {"day": DAY})
    before = partitions(owner, "raw_batches")
    dropped = owner.scalar(text("select drop_day_partitions('raw_batches', :day)"), {"day": DAY})
    assert dropped == 2
    assert before - partitions(owner, "raw_batches") == {"raw_batches_20210502", "raw_batches_20210503"}


def test_signals_leave_through_the_archive_alone(empty_record: TestRecord, owner: Connection) -> None:
    """Whoever takes over the application's role must not be able to erase evidence."""
    owner.execute(text("select ensure_day_partitions('signals', cast(:day as date) - 2, :day)"), {"day": DAY})
    hear(owner, "2021-05-03 12:00+08")
    record, before = empty_record.record, partitions(owner)
    with pytest.raises(DBAPIError, match="through the archive alone"), record.scoped(EVERYTHING) as session:
        session.execute(text("select drop_day_partitions('signals', :day)"), {"day": DAY})
    with (
        pytest.raises(DBAPIError, match=r"does not hold what is on record|not rolled up"),
        record.scoped(EVERYTHING) as session,
    ):
        session.execute(text("select drop_signal_day('2021-05-03', true)"))
    for act in ("drop table signals_20210503", "alter table signals detach partition signals_20210503"):
        with pytest.raises(DBAPIError, match="must be owner"), record.scoped(EVERYTHING) as session:
            session.execute(text(act))
    assert partitions(owner) == before
    assert [row.place for row in owner.execute(PLACES)] == ["signals_20210503"]


def test_what_is_fresh_cannot_be_dropped(empty_record: TestRecord) -> None:
    for act in ("drop_day_partitions('raw_batches', current_date + 1)", "drop_dead_letters(current_date + 1)"):
        with pytest.raises(DBAPIError, match="today is not for dropping"), empty_record.record.scoped(EVERYTHING) as s:
            s.execute(text(f"select {act}"))


def test_an_upgraded_record_takes_today(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        place = session.scalar(text("select to_regclass('signals_' || to_char(current_date, 'YYYYMMDD'))::text"))
    assert place is not None


def test_partitions_are_no_way_round_the_scopes(empty_record: TestRecord) -> None:
    """The table's policy does not bind those who ask a partition by name, so nobody may."""
    name = "signals_default"
    with pytest.raises(DBAPIError, match="permission denied"), empty_record.record.scoped(EVERYTHING) as session:
        session.execute(text(f"select count(*) from {name}"))
