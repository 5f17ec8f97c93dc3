"""What the ingest tests share: the schema's owner, and a client with the devices' login."""

from collections.abc import Iterator

import pytest
from paho.mqtt.client import Client
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from ingest.simulate import broker
from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of


@pytest.fixture
def owner(empty_record: TestRecord) -> Iterator[Connection]:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def device_client(empty_record: TestRecord) -> Iterator[Client]:
    client = broker.connect(empty_record.addresses.mqtt_device)
    yield client
    client.disconnect()
    client.loop_stop()


@pytest.fixture(scope="module")
def record_of_module(installation: Installation) -> Iterator[TestRecord]:
    yield from copy_of(installation, EMPTY)


@pytest.fixture
def telemetry_record(record_of_module: TestRecord) -> TestRecord:
    """One record a file, without signals and roll-ups at the start of each test: quicker than a record a test."""
    engine = create_engine(record_of_module.owner_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("truncate signals, readings_5min, readings_daily, stale_readings, archived_days"))
        connection.execute(text("update rolled_up set upto = 0"))
    engine.dispose()
    return record_of_module
