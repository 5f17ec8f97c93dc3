"""Whether the portal answers and the gateway listens."""

import urllib.error
import urllib.request
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from db.addresses import Addresses
from db.queries import feeds
from db.queries.feeds import FeedRow
from db.queries.standing_work import standing_work
from db.rules.access_scope import NOTHING
from db.rules.standing_work import Lag
from db.services.ports import from_here
from db.session import Record
from db.settings import Settings


def portal_url(settings: Settings) -> str:
    """Where this machine's own browser finds the portal."""
    host = from_here(settings.bind_host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.portal_port}/"


def portal_answers(settings: Settings) -> bool:
    """True while the portal answers and reaches its database."""
    try:
        with urllib.request.urlopen(f"{portal_url(settings)}healthz", timeout=3) as answer:  # noqa: S310 - our own
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError, ValueError):
        return False


def known_feeds(found: Addresses) -> list[FeedRow]:
    """The feeds and their last signs of life; none where the database does not answer."""
    record = Record(found.database_app, pool_size=1, application_name="anwang status")
    try:
        with record.scoped(NOTHING) as session:
            return feeds.all_feeds(session)
    except SQLAlchemyError:
        return []
    finally:
        record.close()


def known_lags(found: Addresses, settings: Settings) -> tuple[Lag, ...]:
    """How far behind the workers are; nothing where the database does not answer, or is of another version."""
    record = Record(found.database_app, pool_size=1, application_name="anwang status")
    try:
        with record.scoped(NOTHING) as session:
            return standing_work(session, settings, datetime.now(UTC))
    except SQLAlchemyError:
        return ()
    finally:
        record.close()


def is_stale(feed: FeedRow, settings: Settings) -> bool:
    return (datetime.now(UTC) - feed.alive_at).total_seconds() > settings.stale_after_seconds
