"""`python -m ingest.simulate.month`: play a month into a record that holds the demonstration, and print its figures."""

import argparse
import json
import os
import random
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from db.rules.access_scope import EVERYTHING
from db.session import Record
from ingest.simulate import player
from ingest.simulate.month import rates
from ingest.simulate.month.figures import figures, was_fire
from ingest.simulate.month.plan import month
from ingest.simulate.month.play import People, Play

EVERYONE = 10_000_000
OWNER_URL, APP_URL = "ANWANG_MONTH_OWNER_URL", "ANWANG_MONTH_APP_URL"
"""In the environment, since a command line can be read by everybody on the machine."""


def measure(owner_url: URL, app_url: URL, *, seed: int, days: int, fires: int, ends: datetime) -> dict[str, Any]:
    """The figures of a month that ends then; what the record held of signals and alarms is thrown away."""
    began = ends - timedelta(days=days)
    _clear(owner_url, began, ends)
    record = Record(app_url, pool_size=2, application_name="anwang month")
    try:
        devices = player.cast(record, EVERYONE)
        planned = month(devices, seed, began, days, fires)
        _tell(f"{len(planned.lines):,} messages of {len(planned.episodes):,} episodes, {len(devices):,} devices")
        people = People(random.Random(seed), partial(was_fire, planned))  # noqa: S311 - a play
        played = Play(record, planned, people).run(lambda day: _tell(f"{day:%m-%d}"))
        with record.scoped(EVERYTHING) as session:
            found = figures(session, planned, played)
    finally:
        record.close()
    return {
        "seed": seed,
        "days": days,
        "devices": len(devices),
        **found,
        "played_in_s": round(played.seconds, 1),
        "batches": played.batches,
        "parameters": rates.stated(),
    }


def _clear(owner_url: URL, began: datetime, ends: datetime) -> None:
    engine = create_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("truncate signals, raw_batches, alarm_devices, alarm_steps, alarms cascade"))
        connection.execute(
            text(
                "select ensure_day_partitions(parent, cast(:first as date), cast(:last as date))"
                " from unnest(array['signals', 'raw_batches']) parent"
            ),
            {"first": (began - timedelta(days=2)).date(), "last": (ends + timedelta(days=1)).date()},
        )
    engine.dispose()


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=int, default=rates.DAYS)
    parser.add_argument("--fires", type=int, default=rates.FIRES)
    given = parser.parse_args()
    ends = datetime.now(UTC).replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=2)
    owner, app = make_url(os.environ[OWNER_URL]), make_url(os.environ[APP_URL])
    print(json.dumps(measure(owner, app, seed=given.seed, days=given.days, fires=given.fires, ends=ends)))


if __name__ == "__main__":
    main()
