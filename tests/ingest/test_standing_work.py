"""How far behind the workers are, told from what is on record."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.queries.standing_work import standing_work
from db.rules.access_scope import EVERYTHING, NOTHING
from db.rules.standing_work import RESTORED_KEPT, Facts, Lag, Work, lags, oldest_kept
from db.settings import Settings, load
from ingest.tasks import online, telemetry
from tests.plugins.services import TestRecord

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)
FRESH = text("with judged as (update turns set ended_at = now()) update rolled_up set at = now()")
QUIET = Facts(NOW, NOW, None, None, None)


def ago(**how: float) -> datetime:
    return NOW - timedelta(**how)


@pytest.mark.parametrize(
    ("facts", "stalled"),
    [
        (QUIET, {}),
        (Facts(None, None, None, None, None), {}),
        (Facts(ago(minutes=20), ago(minutes=5), ago(minutes=2), None, None), {}),
        (Facts(ago(minutes=21), NOW, None, None, None), {Work.ROLL_UPS: timedelta(minutes=21)}),
        (Facts(NOW, ago(minutes=6), None, None, None), {Work.JUDGING: timedelta(minutes=6)}),
        (Facts(NOW, NOW, ago(minutes=3), None, None), {Work.INBOX: timedelta(minutes=3)}),
        (Facts(NOW + timedelta(hours=1), NOW, None, None, None), {}),
        # Past its retention of 90 days since midnight: the turn of this night had until six in the morning after.
        (Facts(NOW, NOW, None, date(2025, 12, 1), None), {}),
        (Facts(NOW, NOW, None, date(2025, 11, 30), None), {Work.ARCHIVE: timedelta(hours=42.5)}),
    ],
)
def test_what_has_stalled(facts: Facts, stalled: dict[Work, timedelta]) -> None:
    assert {lag.work: lag.behind for lag in lags(facts, 90, NOW) if lag.has_stalled} == stalled


@pytest.fixture
def owner(record_of_module: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record_of_module.owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def look(record_of_module: TestRecord, owner: Connection) -> Callable[..., dict[Work, Lag]]:
    """Asked within no scope at all, as `anwang status` asks; the record was made just now."""
    owner.execute(FRESH)

    def look(**chosen: object) -> dict[Work, Lag]:
        settings = Settings(var_dir=record_of_module.settings.var_dir, **chosen)
        with record_of_module.record.scoped(NOTHING) as session:
            return {lag.work: lag for lag in standing_work(session, settings, datetime.now(UTC))}

    return look


def stalled(told: dict[Work, Lag]) -> list[Work]:
    return [work for work, lag in told.items() if lag.has_stalled]


def test_a_fresh_record_is_behind_nothing(look: Callable[..., dict[Work, Lag]]) -> None:
    assert stalled(look()) == []
    assert len(look()) == len(Work)


def test_roll_ups_that_an_old_transaction_holds_up(
    record_of_module: TestRecord, owner: Connection, look: Callable[..., dict[Work, Lag]]
) -> None:
    """A turn that counts what it may and leaves the rest is no sign that all is well."""
    record = record_of_module.record
    telemetry.roll_up(record, lambda: datetime.now(UTC))
    owner.execute(text("update rolled_up set at = now() - interval '1 hour'"))
    engine = create_engine(record_of_module.owner_url, poolclass=NullPool)
    with engine.begin() as idle:
        idle.execute(text("select txid_current()"))
        telemetry.roll_up(record, lambda: datetime.now(UTC))
        telemetry.roll_up(record, lambda: datetime.now(UTC))
        owner.execute(text("update rolled_up set at = now() - interval '1 hour'"))
        telemetry.roll_up(record, lambda: datetime.now(UTC))
        assert stalled(look()) == [Work.ROLL_UPS]
    telemetry.roll_up(record, lambda: datetime.now(UTC))
    assert stalled(look()) == []


def test_devices_that_nobody_judges(
    record_of_module: TestRecord,
    owner: Connection,
    look: Callable[..., dict[Work, Lag]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner.execute(text("update turns set ended_at = now() - interval '7 min'"))
    assert stalled(look()) == [Work.JUDGING]
    monkeypatch.setenv("ANWANG_VAR_DIR", str(record_of_module.settings.var_dir))
    monkeypatch.setenv("ANWANG_DATABASE_APP_URL", record_of_module.app_url.render_as_string(hide_password=False))
    load.cache_clear()
    online.judge()
    load.cache_clear()
    assert stalled(look()) == []


def test_bodies_that_nobody_decodes(owner: Connection, look: Callable[..., dict[Work, Lag]]) -> None:
    put = (
        "insert into inbox (door, peer, received_at, body, state) values ('ctwing', '', now() - interval '1 h', '', :s)"
    )
    owner.execute(text(put), {"s": "taken"})
    assert stalled(look()) == []
    owner.execute(text(put), {"s": "waiting"})
    assert stalled(look()) == [Work.INBOX]
    owner.execute(text("truncate inbox"))


def test_days_that_should_have_left(owner: Connection, look: Callable[..., dict[Work, Lag]]) -> None:
    first = oldest_kept(datetime.now(UTC), 90)
    day = first - timedelta(days=9)
    owner.execute(text("select ensure_day_partitions('signals', :day, :day)"), {"day": day})
    owner.execute(
        text("insert into archived_days (day, failure, failed_at) values (:day, 'No space left.', now())"), {"day": day}
    )
    told = look()
    assert stalled(told) == [Work.ARCHIVE]
    assert told[Work.ARCHIVE].why == "No space left."
    assert timedelta(days=8) <= told[Work.ARCHIVE].behind <= timedelta(days=9)
    assert stalled(look(signals_after_retention="keep")) == []
    assert stalled(look(signal_retention_days=200)) == []
    owner.execute(text("update archived_days set restored_at = now()"))
    assert stalled(look()) == []
    owner.execute(text("update archived_days set restored_at = now() - :kept"), {"kept": RESTORED_KEPT})
    assert stalled(look()) == [Work.ARCHIVE]
    owner.execute(text(f"drop table signals_{day:%Y%m%d}"))


def test_it_is_told_to_everybody_and_holds_nothing_of_anybody(record_of_module: TestRecord) -> None:
    with record_of_module.record.scoped(EVERYTHING) as session:
        everything = standing_work(session, record_of_module.settings, NOW)
    with record_of_module.record.scoped(NOTHING) as session:
        assert standing_work(session, record_of_module.settings, NOW) == everything
