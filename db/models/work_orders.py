from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref


class WorkOrder(Base):
    """A task given to a maintainer or a venue about an alarm, a hazard or a device."""

    __tablename__ = "work_orders"
    __table_args__ = (
        Index("ix_work_orders_given_at", text("given_at desc"), text("id desc")),
        Index("ix_work_orders_act_by", "act_by", "id", postgresql_where=text("act_by is not null")),
        Index("ix_work_orders_venue_id", "venue_id", text("given_at desc")),
        Index("ix_work_orders_county", "county", text("given_at desc")),
        Index("ix_work_orders_alarm_id", "alarm_id", postgresql_where=text("alarm_id is not null")),
        Index("ix_work_orders_hazard_id", "hazard_id", postgresql_where=text("hazard_id is not null")),
        CheckConstraint("(given_to = 'maintainer') = (maintainer_id is not null)", "maintainer"),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    alarm_id: Mapped[int | None] = mapped_column(ForeignKey("alarms.id"))
    hazard_id: Mapped[int | None] = mapped_column(ForeignKey("hazards.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    what: Mapped[str]
    requirement: Mapped[str] = mapped_column(server_default="")
    urgency: Mapped[str]
    state: Mapped[str]
    given_to: Mapped[str]
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))
    given_at: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("people.id"))
    given_by_name: Mapped[str]
    giver_role: Mapped[str]
    doer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    doer_name: Mapped[str | None]
    accept_by: Mapped[datetime]
    arrive_by: Mapped[datetime]
    finish_by: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    arrived_lng: Mapped[float | None]
    arrived_lat: Mapped[float | None]
    arrived_metres: Mapped[int | None]
    """How far from the venue the telephone said that it was; None where it said nothing."""
    finished_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    evidence_since: Mapped[datetime]
    """Evidence counts from here: when the order was given, given again or returned."""
    act_by: Mapped[datetime | None]
    """By when whoever is next must act; overdue is what lies before now."""
    reminded_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class WorkOrderStep(Base):
    """One step of an order's life: who, when, from where, with what words, and the state after it."""

    __tablename__ = "work_order_steps"
    __table_args__ = (Index("ix_work_order_steps_order_id", "order_id", "at"),)

    id: Mapped[big_key]
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
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
