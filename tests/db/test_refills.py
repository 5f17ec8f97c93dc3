"""Revisions that count anew what was there before them: the same as if it had been written after them."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from db import migrations
from tests.factories import scattered_venue
from tests.plugins.services import EMPTY, Installation, copy_of

BEFORE = "0030"
COUNTIES = (360_702, 360_703, 360_102)
STANDINGS = ("proven", "verified", "alarms_on_time", "alarms_unhandled", "hazards_closed", "hazards_open")
FIRST = date(2024, 1, 15)
SOMETHING = "array[{}]::int[] <> array_fill(0, array[{}])"
"""What was added and taken away again may leave a row of noughts, or none."""
COUNTED = {
    table: f"select * from {table} where {where} order by {key}"
    for table, key, where in (
        (
            *("standing_steps", "span, day, county, category"),
            SOMETHING.format(", ".join((*STANDINGS, "alarms_overdue", "alarms_left_out")), 8),
        ),
        ("coverage_steps", "grain, day, county, category", SOMETHING.format("venues, accessed, on_duty", 3)),
        ("map_cells", "level, category, x, y, county", "true"),
    )
}


@pytest.fixture(scope="module")
def before(installation: Installation) -> Iterator[URL]:
    """A database of the revision before, with venues, histories and standings in it."""
    name = "test_before_refills"
    owner = installation.addresses.database_owner
    assert owner is not None
    installation.postgres.create_database(name)
    engine = create_engine(owner.set(database=name), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("create extension if not exists postgis"))
        config = Config()
        config.set_main_option("script_location", str(migrations.HERE))
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
    with engine.begin() as connection:
        write(connection, random.Random(11))
    yield owner.set(database=name)
    engine.dispose()
    installation.postgres.drop_database(name)


def write(connection: Connection, chance: random.Random) -> None:
    """The same rows for the same chance, whatever the revision."""
    for number in range(40):
        at = scattered_venue(connection, chance, COUNTIES[number % 3])
        for standing in STANDINGS:
            day = FIRST + timedelta(days=chance.randrange(500))
            connection.execute(
                text(
                    "insert into standings (standing, subject_id, venue_id, county, category, since, until)"
                    " select :standing, :subject, id, county, category, :since, :until from venues where id = :id"
                ),
                {
                    "standing": standing,
                    "subject": number,
                    "id": at.id,
                    "since": day,
                    "until": chance.choice((None, day + timedelta(days=1), day + timedelta(days=70))),
                },
            )


def counted(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Rows by table; a mean of places to the millimetre."""
    return {
        table: [
            tuple(round(each, 3) if isinstance(each, float) else each for each in row)
            for row in connection.execute(text(query))
        ]
        for table, query in COUNTED.items()
    }


def test_a_filled_record_is_counted_as_one_that_was_filled_afterwards(before: URL, installation: Installation) -> None:
    migrations.upgrade(before, str(installation.addresses.database_app.password))
    engine = create_engine(before, poolclass=NullPool)
    with engine.connect() as connection:
        refilled = counted(connection)
    engine.dispose()
    for made in copy_of(installation, EMPTY):
        engine = create_engine(made.owner_url, poolclass=NullPool)
        with engine.begin() as connection:
            write(connection, random.Random(11))
            afterwards = counted(connection)
        engine.dispose()
        for table in COUNTED:
            assert refilled[table], table
            assert refilled[table] == afterwards[table], table
