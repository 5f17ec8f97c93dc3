from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref


class Appeal(Base):
    """A bureau's doubt about a figure of its region, or about what the record says of one of its venues."""

    __tablename__ = "appeals"
    __table_args__ = (
        Index("ix_appeals_filed_at", text("filed_at desc"), text("id desc")),
        Index("ix_appeals_act_by", "act_by", "id", postgresql_where=text("act_by is not null")),
        Index("ix_appeals_county", "county", text("filed_at desc")),
        Index("ix_appeals_venue_id", "venue_id", postgresql_where=text("venue_id is not null")),
        CheckConstraint("subject in ('figure', 'venue')", "subject"),
        CheckConstraint("(subject = 'venue') = (venue_id is not null and status is not null)", "venue"),
        CheckConstraint("(subject = 'figure') = (measure is not null and as_of is not null)", "figure"),
        CheckConstraint("until is null or until > since", "order"),
        CheckConstraint("(state in ('upheld', 'refused')) = (decided_at is not null)", "decided"),
    )

    id: Mapped[big_key]
    subject: Mapped[str]
    county: Mapped[county_ref]
    """The venue's county, or the code of the region whose figure it is."""
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    status: Mapped[str | None]
    """access or duty: what the record is said to have wrong about the venue."""
    is_so: Mapped[bool | None]
    """What it should say of those days."""
    since: Mapped[date | None]
    until: Mapped[date | None]
    measure: Mapped[str | None]
    category: Mapped[str | None]
    as_of: Mapped[date | None]
    shown: Mapped[str | None]
    """The figure as it stood when it was doubted: 456/1203."""
    ground: Mapped[str]
    state: Mapped[str]
    filed_at: Mapped[datetime]
    filed_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    filed_by_name: Mapped[str]
    filer_role: Mapped[str]
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    assigned_to_name: Mapped[str | None]
    questioned_at: Mapped[datetime | None]
    decide_by: Mapped[datetime]
    act_by: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_by_name: Mapped[str | None]
    reason: Mapped[str | None]
    reminded_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class AppealStep(Base):
    """One step of an appeal: who, when, from where, with what words, and the state after it."""

    __tablename__ = "appeal_steps"
    __table_args__ = (Index("ix_appeal_steps_appeal_id", "appeal_id", "at"),)

    id: Mapped[big_key]
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    at: Mapped[datetime]
    step: Mapped[str]
    state: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str]
    actor_role: Mapped[str | None]
    address: Mapped[str | None]
    note: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class HistoryCorrection(Base):
    """Days of a venue's history put right because of an appeal: what a later snapshot of those days shows otherwise."""

    __tablename__ = "history_corrections"
    __table_args__ = (
        Index("ix_history_corrections_appeal_id", "appeal_id"),
        Index("ix_history_corrections_venue_id", "venue_id", "since"),
        CheckConstraint("status in ('access', 'duty')", "status"),
        CheckConstraint("until is null or until > since", "order"),
    )

    id: Mapped[big_key]
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    status: Mapped[str]
    is_so: Mapped[bool]
    since: Mapped[date]
    until: Mapped[date | None]
    before: Mapped[dict[str, Any]]
    """The venue's stretches as they stood."""
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    corrected_by_name: Mapped[str]


class ReaderLogin(Base):
    """A login of the database itself that reads the views of `exit`, and the only place that says how far it sees."""

    __tablename__ = "reader_logins"
    __table_args__ = (CheckConstraint("county_lo <= county_hi", "range"),)

    login: Mapped[str] = mapped_column(primary_key=True)
    """The PostgreSQL role, as `session_user` names it."""
    label: Mapped[str]
    county_lo: Mapped[int]
    county_hi: Mapped[int]
    made_at: Mapped[datetime]
    made_by_name: Mapped[str]
    revoked_at: Mapped[datetime | None]
