"""What the ingest tests share: the schema's owner, and a client with the devices' login."""

from collections.abc import Iterator

import pytest
from paho.mqtt.client import Client
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from ingest.simulate import broker
from tests.plugins.services import TestRecord


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
