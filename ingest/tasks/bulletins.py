"""A draft of the half-monthly bulletin, ready when the analysts come in."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from celery import Celery
from sqlalchemy.orm import Session

from db import addresses, task_names
from db.commands import bulletins as bulletin_commands
from db.commands.acting import Acting
from db.queries import bulletins, regions
from db.rules.access_scope import EVERYTHING
from db.session import Record
from db.settings import load

HERE = ZoneInfo("Asia/Shanghai")
CLOCK = Acting(None, "half-month clock", None)


def register(app: Celery) -> None:
    app.task(draft, name=task_names.DRAFT_BULLETIN)


def draft() -> None:
    settings = load()
    record = Record(addresses.find(settings).database_app, pool_size=1, application_name="anwang bulletins")
    try:
        with record.scoped(EVERYTHING) as session:
            draft_due(session, settings.bulletin_days, datetime.now(UTC))
    finally:
        record.close()


def draft_due(session: Session, days: str, now: datetime) -> list[int]:
    """On the days of the month named, a draft for each province as of the evening before; answers the drafts.

    A second turn on the same day finds the first one's draft and makes none.
    """
    today = now.astimezone(HERE).date()
    if str(today.day) not in {day.strip() for day in days.split(",")}:
        return []
    as_of = today - timedelta(days=1)
    provinces = [row.adcode for row in regions.tree(session).level("province")]
    return [_draft(session, as_of, region, now) for region in provinces if _is_wanted(session, as_of, region)]


def _is_wanted(session: Session, as_of: date, region: int) -> bool:
    return bulletins.newest_as_of(session, as_of, region) is None


def _draft(session: Session, as_of: date, region: int, now: datetime) -> int:
    return bulletin_commands.draft(session, as_of, CLOCK, now, region).id
