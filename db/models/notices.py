from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small


class Notice(Base):
    """One person is to be told one thing once; which channels carry it and whether it arrived stands in deliveries."""

    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_subject", "subject_kind", "subject_id"),
        Index("ix_notices_person_id", "person_id", "made_at"),
        Index("ix_notices_waiting", "id", postgresql_where=text("taken_at is null")),
    )

    id: Mapped[big_key]
    key: Mapped[str] = mapped_column(unique=True)
    """What makes it this notice and no other: told twice is told once."""
    subject_kind: Mapped[str]
    """alarm, hazard, work_order, duty_check, window, letter …"""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    """None where it is about a region: a bulletin."""
    county: Mapped[county_ref]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str]
    """Why this person is told: raised, level_raised, escalated, promise_due, handed_over, work_order …"""
    level: Mapped[small]
    """As of an alarm: 1 critical … 4 notice."""
    rung: Mapped[small | None]
    """Of the ladder, where a ladder told."""
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    made_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    """When it was turned into deliveries."""
    read_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    """When the person said that they have it."""
    acknowledged_over: Mapped[str | None]
    """portal, or the channel whose receipt said so: a key pressed during a call."""
