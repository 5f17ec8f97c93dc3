"""The migrations make the tables that the models describe."""

from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from db import migrations
from db.models import Base
from tests.plugins.services import TestRecord

PARTITIONS = ("signals_", "raw_batches_", "readings_5min_", "readings_daily_")


def ours(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """As the migrations compare: PostGIS's own tables and the daily partitions left out."""
    if kind == "table" and reflected:
        return name in Base.metadata.tables
    return not (kind == "index" and reflected and item.table.name.startswith(PARTITIONS))


def test_models_and_migrations_agree(empty_record: TestRecord) -> None:
    engine = create_engine(empty_record.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": ours, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_revisions_are_one_line() -> None:
    script = ScriptDirectory(str(Path(migrations.HERE)))
    assert len(script.get_heads()) == 1
    assert [revision.revision for revision in script.walk_revisions()][-1] == "0001"


def test_upgrading_again_changes_nothing(empty_record: TestRecord) -> None:
    password = str(empty_record.app_url.password)
    assert migrations.upgrade(empty_record.owner_url, password) == migrations.newest()
