"""The climber as a process: killed, doubled, woken."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from db.commands import ladders
from db.rules.access_scope import EVERYTHING
from ingest.escalation.climber import Climber
from tests.ingest.escalation.people import ring, watched
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

PATIENCE_SECONDS = 30.0


@pytest.fixture
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


def until(owner: Connection, sql: str, wanted: object) -> float:
    """Seconds until the query answers what is wanted."""
    began = time.monotonic()
    while (found := owner.scalar(text(sql))) != wanted:
        assert time.monotonic() - began < PATIENCE_SECONDS, found
        time.sleep(0.02)
    return time.monotonic() - began


def started(record: TestRecord) -> subprocess.Popen[bytes]:
    environment = {
        "ANWANG_DATABASE_APP_URL": record.app_url.render_as_string(hide_password=False),
        "ANWANG_VAR_DIR": str(record.settings.var_dir),
        "PATH": "/usr/bin:/bin",
    }
    return subprocess.Popen([sys.executable, "-m", "ingest.escalation"], env=environment)


NOTICES = "select count(*) from notices where subject_kind = 'alarm'"


def test_an_alarm_wakes_it_and_letters_are_drawn(record: TestRecord, owner: Connection) -> None:
    at = watched(owner)
    climber = Climber(record.record, record.app_url)
    thread = threading.Thread(target=climber.run)
    thread.start()
    try:
        assert climber.listens.wait(PATIENCE_SECONDS)
        ring(record, at, datetime.now(UTC))
        seconds = until(owner, NOTICES, 3)
        print(f"told after {seconds:.2f} s")
        owner.execute(text("update alarm_ladders set base_at = base_at - interval '1 hour', next_due_at = now()"))
        until(owner, NOTICES, 5)
        until(owner, "select count(*) from letters where sha256 is not null", 2)
    finally:
        climber.stop()
        thread.join(20)


def test_killed_at_any_moment_it_tells_everybody_once(record: TestRecord, owner: Connection) -> None:
    """Alarms keep coming while one process after another is killed."""
    places = [watched(owner) for _n in range(8)]
    for _round in range(2):
        child = started(record)
        try:
            for at in places[_round * 4 : _round * 4 + 4]:
                ring(record, at, datetime.now(UTC) - timedelta(hours=1))
                time.sleep(0.05)
            if _round:
                until(owner, f"select ({NOTICES}) > {(_round - 1) * 20}", True)
        finally:
            child.kill()
            child.wait()
    child = started(record)
    try:
        until(owner, "select count(*) from alarm_ladders where state = 'climbing'", 0)
        until(owner, "select count(*) from letters where pdf is null", 0)
    finally:
        child.terminate()
        assert child.wait(20) == 0
    assert owner.scalar(text(NOTICES)) == 8 * 5
    steps = "select max(n) from (select count(*) as n from alarm_steps group by alarm_id, actor_name, step) s"
    assert owner.scalar(text(steps)) == 1
    assert owner.scalar(text("select count(*) from alarm_steps where step = 'escalated'")) == 8 * 2
    serials = owner.scalars(text("select serial from letters order by serial")).all()
    assert serials == list(range(1, 17))


def test_two_at_once_climb_each_rung_once(record: TestRecord, owner: Connection) -> None:
    now = datetime.now(UTC)
    for _n in range(40):
        ring(record, watched(owner), now - timedelta(hours=1))

    def work() -> None:
        while True:
            with record.record.scoped(EVERYTHING) as session:
                if not ladders.climb_due(session, now, limit=3).alarms:
                    return

    threads = [threading.Thread(target=work) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert owner.scalar(text(NOTICES)) == 40 * 5
    assert owner.scalar(text("select count(*) from alarm_steps where step in ('told', 'escalated')")) == 40 * 5
    assert owner.scalar(text("select count(*) from letters")) == 80
    assert owner.scalar(text("select audit_log_broken_at()")) is None


def test_whoever_acts_at_that_moment_is_not_waited_for(record: TestRecord, owner: Connection) -> None:
    """An acknowledgement that is not safe yet holds its alarm; climbing leaves that one and goes on with the others."""
    now = datetime.now(UTC)
    held, free = (ring(record, watched(owner), now - timedelta(hours=1)) for _n in range(2))
    with record.record.scoped(EVERYTHING) as acting:
        acting.execute(text("select from alarms where id = :id for update"), {"id": held})
        with record.record.scoped(EVERYTHING) as session:
            assert ladders.climb_due(session, now).alarms == 1
        acknowledge = "update alarms set state = 'acknowledged', acknowledged_at = :now where id = :id"
        acting.execute(text(acknowledge), {"id": held, "now": now})
    with record.record.scoped(EVERYTHING) as session:
        assert ladders.climb_due(session, now).alarms == 0
    assert owner.scalars(text("select distinct subject_id from notices where subject_kind = 'alarm'")).all() == [free]


def test_a_thousand_alarms_in_ten_seconds(record: TestRecord, owner: Connection) -> None:
    """Beginning a ladder is cheap beside raising the alarm, and climbing keeps up."""
    at = watched(owner)
    owner.execute(
        text(
            "insert into areas (venue_id, county, kind, floor, name) select :v, :c, 'corridor', 1, n::text"
            " from generate_series(1, 1000) n"
        ),
        {"v": at.venue.id, "c": at.venue.county},
    )
    raise_all = text(
        """
        insert into alarms (venue_id, county, area_id, kind, level, state, raised_at, recorded_at, last_signal_at)
        select venue_id, county, id, 'fire', 1, 'raised', now(), now(), now() from areas where name <> '走廊'
        """
    )
    began = time.monotonic()
    owner.execute(raise_all)
    raised = time.monotonic() - began
    is_more, turns = True, 0
    while is_more:
        with record.record.scoped(EVERYTHING) as session:
            is_more, turns = ladders.climb_due(session, datetime.now(UTC)).is_more, turns + 1
    climbed = time.monotonic() - began - raised
    print(f"1,000 ladders begun in {raised:.2f} s, first rungs climbed in {climbed:.2f} s")
    assert owner.scalar(text(NOTICES)) == 3000
    assert raised + climbed < 30
