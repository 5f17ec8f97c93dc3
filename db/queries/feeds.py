"""Feeds, read: which source of data last gave a sign of life, and when."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed with its counts since it first ran."""

    name: str
    alive_at: datetime
    accepted: int
    refused: int


def all_feeds(session: Session) -> list[FeedRow]:
    rows = session.execute(text("select name, alive_at, accepted, refused from feeds order by name"))
    return [FeedRow(*row) for row in rows]
