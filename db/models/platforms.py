from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, small, venue_ref


class InboxEntry(Base):
    """A body as a platform pushed it: stored at once, decoded afterwards."""

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'taken', 'refused')", name="state"),
        Index("ix_inbox_waiting", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_inbox_repeat_key", "repeat_key", postgresql_where=text("repeat_key is not null")),
        Index("ix_inbox_door_received_at", "door", "received_at"),
    )

    id: Mapped[big_key]
    door: Mapped[str]
    """As `db.rules.doors` names it: it says how the body is read."""
    peer: Mapped[str]
    received_at: Mapped[datetime]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[small] = mapped_column(server_default="0")
    """Begun so often; a body that kills its worker each time goes behind the others."""
    taken_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it is refused, or what became of a body that holds no signal."""
    repeat_key: Mapped[str | None]
    """The platform's own number of the message, with the device and the content."""


class Installation(Base):
    """A device that its vendor has put on the books (GB/T 45839-2025 annex D, Install_info); bound to a venue by us."""

    __tablename__ = "installations"
    __table_args__ = (
        UniqueConstraint("company", "serial"),
        CheckConstraint("num_nulls(device_id, venue_id, county, bound_at) in (0, 4)", name="bound"),
    )

    id: Mapped[key]
    company: Mapped[str]
    serial: Mapped[str]
    facts: Mapped[dict[str, Any]]
    """The other fields as they were given."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(server_default="1")
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"), index=True)
    county: Mapped[int | None] = mapped_column(ForeignKey("regions.adcode"))
    bound_at: Mapped[datetime | None]


class DeviceLink(Base):
    """What a platform last said of a device's link to it: not the device's own word, so it is no evidence of life."""

    __tablename__ = "device_links"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    door: Mapped[str]
    is_online: Mapped[bool]
    since: Mapped[datetime]


class PlatformGap(Base):
    """A stretch in which pushes may have been lost: the platform is asked for it again."""

    __tablename__ = "platform_gaps"
    __table_args__ = (Index("ix_platform_gaps_open", "door", postgresql_where=text("closed_at is null")),)

    id: Mapped[key]
    door: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime]
    cause: Mapped[str]
    noticed_at: Mapped[datetime]
    tries: Mapped[small] = mapped_column(server_default="0")
    """In vain, one after the other."""
    ask_after: Mapped[datetime]
    asked_upto: Mapped[str] = mapped_column(server_default="")
    """The last device that was asked about; an interrupted round goes on after it."""
    closed_at: Mapped[datetime | None]
    messages: Mapped[int] = mapped_column(server_default="0")
    """Fetched for it; most of them are repeats."""
    outcome: Mapped[str | None]
