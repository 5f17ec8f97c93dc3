"""Alembic's entry: `db.migrations.upgrade` hands over the connection."""

from typing import Any

from alembic import context

from db.models import Base

PARTITIONS = ("signals_", "raw_batches_", "readings_5min_", "readings_daily_")


def ours(item: Any, name: str | None, kind: str, reflected: bool, _compared: Any) -> bool:
    """Leave PostGIS's own tables and the daily partitions out of comparisons."""
    if kind == "table" and reflected:
        return name in Base.metadata.tables
    return not (kind == "index" and reflected and item.table.name.startswith(PARTITIONS))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
