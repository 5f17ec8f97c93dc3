from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small, venue_ref


class PanelQuestion(Base):
    """What somebody asked of a user transmission device, or told it, and what came back."""

    __tablename__ = "panel_questions"
    __table_args__ = (
        Index("ix_panel_questions_open", "asked_at", postgresql_where=text("state in ('asked', 'sent')")),
        Index("ix_panel_questions_device_id", "device_id", "asked_at"),
    )

    id: Mapped[big_key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    asked_by_name: Mapped[str]
    act: Mapped[str]
    """As `db.rules.panel_questions` names it."""
    system_type: Mapped[small | None]
    system_address: Mapped[small | None]
    component_address: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[datetime | None]
    records: Mapped[small | None]
    """How many, from `since` on."""
    state: Mapped[str] = mapped_column(server_default="asked")
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    """The frame that came back, field by field."""
