"""Celery's upkeep: each act on a record of its own, then one through a real worker."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from db import settings as record_settings
from db import task_names
from db.commands import audit
from db.rules.access_scope import EVERYTHING
from db.settings import Settings
from ingest.tasks import upkeep
from ingest.worker import app, configuration, schedule
from tests.plugins.services import TestRecord
from tests.portal.running_up import environment, wait_for

DAY = date(2021, 5, 4)
PARTITIONS = text(
    "select count(*) from pg_inherits where inhparent = 'signals'::regclass"
    " and inhrelid::regclass::text between 'signals_20210101' and 'signals_20211231'"
)


def test_partitions_reach_a_week_ahead(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        assert upkeep.ensure_partitions(session, DAY) == 2 * 10
        assert upkeep.ensure_partitions(session, DAY) == 0
        assert upkeep.ensure_partitions(session, DAY + timedelta(days=1)) == 2


def test_raw_bytes_are_kept_for_as_long_as_asked(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        upkeep.ensure_partitions(session, DAY)
        upkeep.drop_old_raw(session, DAY, retention_days=1)
        assert upkeep.drop_old_raw(session, DAY, retention_days=0) == 1
        assert session.scalar(PARTITIONS) == 10  # signals have a retention of their own


def test_a_whole_audit_log_stays_as_it_is(empty_record: TestRecord) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        audit.write(session, actor_id=None, actor_name="tests", act="looked", subject="rows/1")
        assert upkeep.check_audit_log(session) is None
        assert session.scalar(text("select count(*) from audit_log")) == 1


def test_a_broken_audit_log_is_written_down(empty_record: TestRecord, caplog: pytest.LogCaptureFixture) -> None:
    with empty_record.record.scoped(EVERYTHING) as session:
        for act in ("opened", "closed"):
            audit.write(session, actor_id=None, actor_name="tests", act=act, subject="rows/1")
    with create_engine(empty_record.owner_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("alter table audit_log disable trigger user"))
        connection.execute(text("update audit_log set act = 'nothing' where id = 1"))
        connection.execute(text("alter table audit_log enable trigger user"))
    with empty_record.record.scoped(EVERYTHING) as session:
        assert upkeep.check_audit_log(session) == 1
        last = session.execute(text("select act, subject from audit_log order by id desc limit 1")).one()
    assert tuple(last) == ("audit log found broken", "audit_log/1")
    assert "the audit log is broken at entry 1" in caplog.text


def test_every_turn_has_a_task_and_gets_stale() -> None:
    names = {value for name, value in vars(task_names).items() if name.isupper()}
    turns = schedule()
    assert {turn["task"] for turn in turns.values()} == names
    assert all(turn["options"]["expires"] > 0 for turn in turns.values())
    assert names <= set(app.tasks)


@pytest.fixture
def worker(empty_record: TestRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A worker on the tests' Redis and a record of its own, and this process as its client."""
    settings = empty_record.settings
    env = environment(settings) | {
        "ANWANG_DATABASE_APP_URL": empty_record.app_url.render_as_string(hide_password=False)
    }
    for name, value in env.items():
        if name.startswith("ANWANG_"):
            monkeypatch.setenv(name, value)
    record_settings.load.cache_clear()
    log = tmp_path / "worker.log"
    command = [sys.executable, "-m", "celery", "-A", "ingest.worker", "worker", "--loglevel", "INFO"]
    with log.open("wb") as words:
        running = subprocess.Popen(command, env=env, stdout=words, stderr=subprocess.STDOUT, cwd=tmp_path)
    wait_for(lambda: " ready." in log.read_text())
    yield settings
    running.terminate()
    assert running.wait(30) == 0
    record_settings.load.cache_clear()


def test_a_worker_does_what_its_clock_asks(worker: Settings, empty_record: TestRecord) -> None:
    with empty_record.record.door() as session:
        session.execute(text("insert into people (name) values ('演示')"))
        session.execute(
            text("insert into grants (person_id, role, county_lo, county_hi) values (1, 'province', 360000, 369999)")
        )
        session.execute(
            text(
                "insert into login_sessions (token_hash, person_id, grant_id, csrf_token, opened_at, seen_at,"
                " expires_at, address, user_agent) values (:token, 1, 1, '', :then, :then, :then, '', '')"
            ),
            {"token": b"ended", "then": datetime.now(UTC) - timedelta(days=1)},
        )
    client = app.connection_for_write(configuration()["broker_url"])
    try:
        app.send_task(task_names.END_SESSIONS, connection=client)
    finally:
        client.release()

    def is_swept() -> bool:
        with empty_record.record.door() as session:
            return session.scalar(text("select count(*) from login_sessions")) == 0

    wait_for(is_swept)
