from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small

IS_OPEN = text("state <> 'closed'")
IS_CLOSED = text("state = 'closed'")
FILTERED_BY = ["county", "venue_id", "state", "grade", "kind", "source"]
"""In the indexes that the desk walks: a hazard that does not fit is passed over without a look at its row."""


class Hazard(Base):
    """A defect to be put right, with an owner and a deadline; one open hazard per venue, spot and kind."""

    __tablename__ = "hazards"
    __table_args__ = (
        Index("uq_hazards_open_spot", "venue_id", "spot_key", unique=True, postgresql_where=IS_OPEN),
        Index(
            *("ix_hazards_found_at", text("found_at desc"), text("id desc")),
            postgresql_include=["act_by", *FILTERED_BY],
        ),
        Index("ix_hazards_act_by", "act_by", "id", postgresql_include=FILTERED_BY),
        Index("ix_hazards_open_county", "county", "act_by", "id", postgresql_where=IS_OPEN),
        Index(
            *("ix_hazards_closed_at", text("closed_at desc"), text("id desc")),
            postgresql_include=["act_by", *FILTERED_BY],
            postgresql_where=IS_CLOSED,
        ),
        Index(
            *("ix_hazards_county_found_at", "county", text("found_at desc"), text("id desc")),
            postgresql_include=["act_by", *FILTERED_BY[1:]],
        ),
        Index("ix_hazards_county_act_by", "county", "act_by", "id", postgresql_include=FILTERED_BY[1:]),
        Index(
            *("ix_hazards_county_closed_at", "county", text("closed_at desc"), text("id desc")),
            postgresql_include=["act_by", *FILTERED_BY[1:]],
            postgresql_where=IS_CLOSED,
        ),
        Index("ix_hazards_venue_id_found_at", "venue_id", text("found_at desc")),
        Index("ix_hazards_alarm_id", "alarm_id", postgresql_where=text("alarm_id is not null")),
        Index("ix_hazards_owner_id", "owner_id", postgresql_where=IS_OPEN),
        CheckConstraint(
            "state <> 'closed' or counter_evidence_id is not null or acceptance is not null", "closed_with_evidence"
        ),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", "closed_at"),
        CheckConstraint("grade <> 'major' or state <> 'closed' or look_back_on is not null", "major_is_looked_back_at"),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    place: Mapped[str] = mapped_column(server_default="")
    """The spot in words, where the record has no area for it."""
    spot_key: Mapped[str]
    """`hazard_kinds.spot_key`: what makes it the same hazard at the same spot."""
    kind: Mapped[str]
    grade: Mapped[str]
    source: Mapped[str]
    state: Mapped[str]
    what: Mapped[str]
    found_at: Mapped[datetime]
    """Of the last finding, where it came back."""
    found_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    found_by_name: Mapped[str]
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarms.id"))
    round: Mapped[small] = mapped_column(server_default="1")
    """1, and one more each time that it came back."""
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who is to put it right, where that person works with the portal."""
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))
    responsible: Mapped[str | None]
    """Who is to put it right, as the list names them."""
    measure: Mapped[str | None]
    requirement: Mapped[str | None]
    assigned_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """The deadline for rectifying."""
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    accepted_at: Mapped[datetime | None]
    accepted_by_name: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    counter_evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_files.id", use_alter=True))
    """The picture after the fix that it was closed on."""
    acceptance: Mapped[str | None]
    """A named official's written acceptance, where there is no picture."""
    look_back_on: Mapped[date | None]
    looked_back_at: Mapped[datetime | None]
    act_by: Mapped[datetime | None]
    """By when whoever is next must act; overdue is what lies before now. None: nobody owes anything."""
    reminded_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class HazardStep(Base):
    """One step of a hazard's life: who, when, from where, with what words, and the state after it."""

    __tablename__ = "hazard_steps"
    __table_args__ = (Index("ix_hazard_steps_hazard_id", "hazard_id", "at"),)

    id: Mapped[big_key]
    hazard_id: Mapped[int] = mapped_column(ForeignKey("hazards.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
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
