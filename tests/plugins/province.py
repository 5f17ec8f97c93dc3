"""The demonstration province, loaded once for the whole run."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.plugins.services import EMPTY, Installation, TestRecord, copy_of

DEMO = "template_demo"
TODAY = date.today()  # noqa: DTZ011 - the services run in one zone


@pytest.fixture(scope="session")
def demo_template(installation: Installation) -> str:
    """Name of a database with the province in it, that nobody is connected to."""
    from db import demo

    installation.postgres.create_database(DEMO, EMPTY)
    owner = installation.addresses.database_owner
    assert owner is not None
    demo.load(owner.set(database=DEMO), seed=2024, today=TODAY, var_dir=Path(installation.settings.var_dir))
    return DEMO


@pytest.fixture(scope="session")
def demo_record(installation: Installation, demo_template: str) -> Iterator[TestRecord]:
    """The province, to read from."""
    yield from copy_of(installation, demo_template)


@pytest.fixture
def demo_copy(installation: Installation, demo_template: str) -> Iterator[TestRecord]:
    """The province, to write to."""
    yield from copy_of(installation, demo_template)
