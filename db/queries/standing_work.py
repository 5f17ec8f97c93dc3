"""Work that goes on by itself, read: how far behind it is, whatever the reader's scope."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from db.rules.standing_work import RESTORED_KEPT, Facts, Lag, lags, oldest_kept
from db.settings import Settings

_FACTS = text("select * from standing_work(:oldest_kept, :restored_since)")


def standing_work(session: Session, settings: Settings, now: datetime) -> tuple[Lag, ...]:
    """One lag for each kind of work."""
    days = settings.signal_retention_days
    is_kept = settings.signals_after_retention == "keep"
    first = None if is_kept else oldest_kept(now, days)
    row = session.execute(_FACTS, {"oldest_kept": first, "restored_since": now - RESTORED_KEPT}).one()
    return lags(Facts(*row), days, now)
