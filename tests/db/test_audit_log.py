"""The audit log only grows, and tells where somebody got round that."""

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from db.commands import audit
from db.rules.access_scope import EVERYTHING, NOTHING, region_scope
from tests.plugins.services import TestRecord


@pytest.fixture
def log(empty_record: TestRecord) -> TestRecord:
    """A record with three entries: two of a city's, one of nobody's."""
    with empty_record.record.scoped(EVERYTHING) as session:
        for act, county in (("opened", 360_702), ("looked", 360_703), ("closed", None)):
            audit.write(session, actor_id=None, actor_name="tests", act=act, subject="rows/1", county=county)
    return empty_record


def owner(record: TestRecord) -> Engine:
    return create_engine(record.owner_url, poolclass=NullPool)


def broken_at(record: TestRecord) -> int | None:
    with record.record.scoped(EVERYTHING) as session:
        found: int | None = session.scalar(text("select audit_log_broken_at()"))
        return found


def test_rows_are_numbered_and_chained(log: TestRecord) -> None:
    with log.record.scoped(EVERYTHING) as session:
        rows = session.execute(text("select id, previous_hash, hash from audit_log order by id")).all()
    assert [row.id for row in rows] == [1, 2, 3]
    assert [bytes(row.previous_hash) for row in rows] == [b"", *(bytes(row.hash) for row in rows[:-1])]
    assert broken_at(log) is None


def test_a_row_rolled_back_leaves_no_gap(log: TestRecord) -> None:
    with log.record.scoped(EVERYTHING) as session, session.begin_nested() as undone:
        audit.write(session, actor_id=None, actor_name="tests", act="undone", subject="rows/1")
        undone.rollback()
    with log.record.scoped(EVERYTHING) as session:
        audit.write(session, actor_id=None, actor_name="tests", act="done", subject="rows/1")
    assert broken_at(log) is None


CHANGES = ("update audit_log set act = 'nothing'", "delete from audit_log", "truncate audit_log")


@pytest.mark.parametrize("change", CHANGES)
def test_the_application_may_only_append(log: TestRecord, change: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), log.record.scoped(EVERYTHING) as session:
        session.execute(text(change))


@pytest.mark.parametrize("change", CHANGES)
def test_the_owner_may_only_append(log: TestRecord, change: str) -> None:
    with pytest.raises(DBAPIError, match="the audit log only grows"), owner(log).begin() as connection:
        connection.execute(text(change))


@pytest.mark.parametrize(
    ("change", "first_broken"),
    [
        ("update audit_log set actor_name = 'nobody' where id = 2", 2),
        ("update audit_log set at = at - interval '1 hour' where id = 1", 1),
        ("update audit_log set detail = '{\"rows\": 1}' where id = 3", 3),
        ("delete from audit_log where id = 2", 3),
        ("delete from audit_log where id = 1", 2),
        # Somebody who knows how rows are hashed still breaks the row that follows.
        (
            "update audit_log set act = 'other' where id = 1;"
            " update audit_log a set hash = audit_row_hash(a) where id = 1",
            2,
        ),
    ],
)
def test_a_change_behind_the_triggers_is_found(log: TestRecord, change: str, first_broken: int) -> None:
    with owner(log).begin() as connection:
        connection.execute(text("alter table audit_log disable trigger user"))
        connection.execute(text(change))
        connection.execute(text("alter table audit_log enable trigger user"))
    assert broken_at(log) == first_broken


@pytest.mark.parametrize(
    ("scope", "seen"), [(EVERYTHING, 3), (region_scope(360_000), 3), (region_scope(360_702), 1), (NOTHING, 0)]
)
def test_who_reads_it(log: TestRecord, scope, seen: int) -> None:
    with log.record.scoped(scope) as session:
        assert session.scalar(text("select count(*) from audit_log")) == seen
