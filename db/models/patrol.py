from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, small


class PatrolPlan(Base):
    """So many venues a day on these weekdays, for one person or for everybody in a role within a region."""

    __tablename__ = "patrol_plans"
    __table_args__ = (
        CheckConstraint("role in ('province', 'city', 'county')", "role"),
        CheckConstraint("num_nonnulls(role, person_id) = 1", "whose"),
        CheckConstraint("per_day between 1 and 50", "per_day"),
        CheckConstraint("cardinality(weekdays) > 0", "weekdays"),
    )

    id: Mapped[key]
    name: Mapped[str]
    region: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    county_lo: Mapped[int]
    county_hi: Mapped[int]
    role: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    category: Mapped[str | None]
    venue_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    """Empty: every venue of the region, or of the category."""
    per_day: Mapped[small]
    weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    """Monday is 1."""
    made_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    made_by_name: Mapped[str]
    ended_at: Mapped[datetime | None]


class PatrolRound(Base):
    """One person's venues of one day, drawn from a plan or at random."""

    __tablename__ = "patrol_rounds"
    __table_args__ = (UniqueConstraint("person_id", "day", "home", "draw"), Index("ix_patrol_rounds_day", "day"))

    id: Mapped[key]
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_plans.id"))
    draw: Mapped[str]
    """`plan 7`, or `random 1`: the same draw is never made twice."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str]
    role: Mapped[str]
    home: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    """The region that the person answers for."""
    county_lo: Mapped[int]
    county_hi: Mapped[int]
    day: Mapped[date]
    seed: Mapped[str]
    """With it the draw can be made again."""
    drawn_at: Mapped[datetime]


class PatrolStop(Base):
    """One venue of a round."""

    __tablename__ = "patrol_stops"
    __table_args__ = (
        UniqueConstraint("round_id", "venue_id"),
        CheckConstraint("outcome in ('looked', 'unplayable', 'skipped')", "outcome"),
        CheckConstraint("(outcome is null) = (ended_at is null)", "ended"),
    )

    id: Mapped[key]
    round_id: Mapped[int] = mapped_column(ForeignKey("patrol_rounds.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"), index=True)
    county: Mapped[county_ref]
    position: Mapped[small]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    """`unplayable`: not one of its cameras gave a picture."""
    reason: Mapped[str | None]


class PatrolLook(Base):
    """One camera of a round, and whether its pictures came: by the relay's word, not the looker's."""

    __tablename__ = "patrol_looks"
    __table_args__ = (
        UniqueConstraint("round_id", "device_id"),
        Index("ix_patrol_looks_venue_id", "venue_id", "looked_at"),
        Index("ix_patrol_looks_looked_at", "looked_at"),
        CheckConstraint("outcome in ('seen', 'unplayable')", "outcome"),
    )

    id: Mapped[big_key]
    round_id: Mapped[int] = mapped_column(ForeignKey("patrol_rounds.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    looked_at: Mapped[datetime]
    outcome: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    form: Mapped[str]


class PatrolCapture(Base):
    """A frame that an official kept: what they saw, in the form in which they saw it."""

    __tablename__ = "patrol_captures"
    __table_args__ = (
        Index("ix_patrol_captures_venue_id", "venue_id", "captured_at"),
        Index("ix_patrol_captures_captured_at", "captured_at"),
        Index("ix_patrol_captures_sha256", "sha256"),
        Index("ix_patrol_captures_marked_sha256", "marked_sha256", postgresql_where=text("marked_sha256 is not null")),
        Index("ix_patrol_captures_hazard_id", "hazard_id", postgresql_where=text("hazard_id is not null")),
        Index(
            "ix_patrol_captures_headless",
            "device_id",
            "id",
            postgresql_where=text("heads is null and form = 'plain'"),
        ),
        CheckConstraint("form in ('plain', 'masked')", "form"),
    )

    id: Mapped[big_key]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_rounds.id"))
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    taken_at: Mapped[datetime]
    """When the camera gave the frame, seconds before the key was pressed."""
    captured_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str]
    role: Mapped[str]
    home: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    form: Mapped[str]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
    marks: Mapped[dict[str, Any]] = mapped_column(server_default="[]")
    """A list of `db.rules.patrol_marks.Mark`; burnt into a second picture, the original stays."""
    marked_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    marked_at: Mapped[datetime | None]
    heads: Mapped[list[list[float]] | None] = mapped_column(JSONB)
    """Boxes in shares of the original's width and height; null: nobody has looked, others see it masked as a whole."""
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))
    is_demo: Mapped[bool] = mapped_column(server_default="false")
