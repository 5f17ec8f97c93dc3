from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small, venue_ref


class DutyCheck(Base):
    """The watch of a venue asked to answer now: its answer is the evidence of duty (GB/T 26875.3 flags 91 and 24)."""

    __tablename__ = "duty_checks"
    __table_args__ = (
        CheckConstraint("minutes between 1 and 255", name="minutes"),
        CheckConstraint("way in ('panel', 'people')", name="way"),
        CheckConstraint("way <> 'panel' or device_id is not null", name="panel"),
        CheckConstraint("answered_through in ('panel', 'portal', 'phone')", name="answered_through"),
        Index("ix_duty_checks_venue_id_asked_at", "venue_id", "asked_at"),
        Index("ix_duty_checks_asked_at", "asked_at"),
        Index(
            "ix_duty_checks_open",
            "device_id",
            "asked_at",
            postgresql_where=text("state in ('asked', 'sent', 'confirmed')"),
        ),
    )

    id: Mapped[big_key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    """The user transmission device that rings at the watch's desk, where the check goes through one."""
    way: Mapped[str] = mapped_column(server_default="panel")
    """panel, or people: a notice to whoever is on watch, over the portal and the phone."""
    is_planned: Mapped[bool] = mapped_column(server_default="false")
    """Asked by the clock at a random moment."""
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_by_name: Mapped[str]
    minutes: Mapped[small]
    """Within which the watch must answer."""
    state: Mapped[str] = mapped_column(server_default="asked")
    sent_at: Mapped[datetime | None]
    fell_back_at: Mapped[datetime | None]
    """When it was put to the people on watch, since the device could not be asked."""
    confirmed_at: Mapped[datetime | None]
    """The device has taken the question; the watch has not answered yet."""
    answered_at: Mapped[datetime | None]
    operator_number: Mapped[small | None]
    answered_through: Mapped[str | None]
    """panel, portal or phone."""
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answered_by_name: Mapped[str | None]
