from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, venue_ref


class FirePlatform(Base):
    """A platform of the fire service that confirmed fires of a region go to. Its key stands in a file, not here."""

    __tablename__ = "fire_platforms"
    __table_args__ = (
        CheckConstraint("transport in ('http', 'gb26875')", name="transport"),
        CheckConstraint(
            "transport <> 'gb26875' or (centre_address is not null and source_address is not null)", name="addresses"
        ),
    )

    id: Mapped[key]
    name: Mapped[str] = mapped_column(unique=True)
    region: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    transport: Mapped[str]
    address: Mapped[str]
    """URL, or host:port."""
    centre_address: Mapped[int | None] = mapped_column(BigInteger)
    """The platform's own address in GB/T 26875.3 frames."""
    source_address: Mapped[int | None] = mapped_column(BigInteger)
    """The address that it has given us."""
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    """When it last acknowledged something."""
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]


class OutboxEntry(Base):
    """One message to one platform, kept until the platform has acknowledged it."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("kind in ('fire', 'withdrawn')", name="kind"),
        CheckConstraint("state in ('waiting', 'refused', 'acknowledged')", name="state"),
        CheckConstraint("(state = 'acknowledged') = (acknowledged_at is not null)", name="acknowledged"),
        Index("ix_outbox_alarm_id", "alarm_id"),
        Index("ix_outbox_made_at", "made_at"),
        Index("ix_outbox_due", "platform_id", "id", postgresql_where=text("state <> 'acknowledged'")),
    )

    id: Mapped[big_key]
    key: Mapped[str] = mapped_column(unique=True)
    """Sent along, so that the platform knows a repeat."""
    platform_id: Mapped[int | None] = mapped_column(ForeignKey("fire_platforms.id"))
    """None: no platform is known for the venue's region, and it waits for one."""
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"))
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    kind: Mapped[str]
    body: Mapped[dict[str, Any]]
    """As it was when the fire was confirmed: a message sent twice says the same."""
    made_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[int] = mapped_column(server_default="0")
    tried_at: Mapped[datetime | None]
    next_try_at: Mapped[datetime]
    last_error: Mapped[str | None]
    acknowledged_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    """What the platform said as it took it."""
