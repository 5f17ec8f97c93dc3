"""A record for the tests of duty, emptied of it before each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of


@pytest.fixture(scope="module")
def record(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def owner(record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("truncate duty_checks, rosters, duty_history, contracts, notices, windows cascade"))
        yield connection
    engine.dispose()
