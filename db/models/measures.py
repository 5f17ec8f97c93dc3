from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, of_a_venue, venue_ref


class ExcusedVenue(Base):
    """A venue left out of a measure, from `since` to before `until`: asked for by one, approved by another."""

    __tablename__ = "excused_venues"
    __table_args__ = (
        CheckConstraint("until > since", "order"),
        CheckConstraint("state in ('asked', 'approved', 'refused', 'withdrawn')", "state"),
        CheckConstraint("(state in ('approved', 'refused')) = (decided_by is not null)", "decided"),
        CheckConstraint("decided_by <> asked_by", "another"),
        Index("ix_excused_venues_approved", "until", "since", postgresql_where=text("state = 'approved'")),
    )

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    measure: Mapped[str | None]
    """None: all of them."""
    since: Mapped[date]
    until: Mapped[date]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="asked")
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    asked_by_name: Mapped[str]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_by_name: Mapped[str | None]
    decision: Mapped[str | None]
    """In the decider's words."""


class RankingMinimum(Base):
    """Below so many units a region is listed and not ranked; five where a measure has no row."""

    __tablename__ = "ranking_minimums"
    __table_args__ = (CheckConstraint("minimum between 1 and 1000", "minimum"),)

    measure: Mapped[str] = mapped_column(primary_key=True)
    minimum: Mapped[int]


class Standing(Base):
    """As what a venue, an alarm or a hazard (`subject_id`) counted, from the end of `since` to before that of `until`.

    Written by the settling alone, which changes the last settled day and nothing before it.
    """

    __tablename__ = "standings"
    __table_args__ = (
        CheckConstraint("until is null or until > since", "order"),
        Index("uq_standings_open", "standing", "subject_id", unique=True, postgresql_where=text("until is null")),
        Index("ix_standings_until", "until", "standing", "subject_id", postgresql_where=text("until is not null")),
        Index("ix_standings_venue_id", "venue_id", "standing", "since"),
        Index("ix_standings_county", "county", "standing", "since"),
        of_a_venue("standings"),
    )

    id: Mapped[big_key]
    standing: Mapped[str]
    """`db.rules.standings.Standing`."""
    subject_id: Mapped[int] = mapped_column(BigInteger)
    venue_id: Mapped[int]
    county: Mapped[int]
    category: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]


class StandingStep(Base):
    """How the counts of standings change in a `span` of 1, 2, 4 ... days, by county and category.

    Kept by triggers on standings; never written by hand.
    """

    __tablename__ = "standing_steps"

    span: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Its length in days."""
    day: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    county: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(primary_key=True)
    proven: Mapped[int] = mapped_column(server_default="0")
    verified: Mapped[int] = mapped_column(server_default="0")
    alarms_on_time: Mapped[int] = mapped_column(server_default="0")
    alarms_overdue: Mapped[int] = mapped_column(server_default="0")
    alarms_unhandled: Mapped[int] = mapped_column(server_default="0")
    alarms_left_out: Mapped[int] = mapped_column(server_default="0")
    hazards_closed: Mapped[int] = mapped_column(server_default="0")
    hazards_open: Mapped[int] = mapped_column(server_default="0")


class Settling(Base):
    """From which day a source of standings can be asked, and how far it is settled."""

    __tablename__ = "settlings"

    source: Mapped[str] = mapped_column(primary_key=True)
    first_day: Mapped[date]
    settled_day: Mapped[date]
    settled_at: Mapped[datetime]
