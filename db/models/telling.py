"""Who is reached how, what was sent to whom with what proof, and the stamps of every alarm's way."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import REAL, BigInteger, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, small


class ContactPoint(Base):
    """One address at which a person can be told something."""

    __tablename__ = "contact_points"
    __table_args__ = (
        Index("uq_contact_points_address", "person_id", "channel", text("md5(address)"), unique=True),
        CheckConstraint("origin in ('books', 'own')", name="origin"),
    )

    id: Mapped[key]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    channel: Mapped[str]
    address: Mapped[str]
    """Telephone number, mail address, robot's key, push endpoint or URL."""
    origin: Mapped[str]
    """books: the telephone number that the books hold of the person; own: given by the person, good once verified."""
    label: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What only sending needs: a robot's secret, a browser's keys."""
    made_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_failure: Mapped[str | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    """In a row."""
    folds_until: Mapped[datetime | None]
    """Messages of lesser levels wait until then and go as one."""
    code_asked_at: Mapped[datetime | None]
    code_tries: Mapped[small] = mapped_column(server_default="0")


class QuietTime(Base):
    """When a person wants no message but those that cannot wait; by Shanghai's clock."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, autoincrement=False)
    starts: Mapped[time]
    ends: Mapped[time]


class NotificationRule(Base):
    """Which channels carry which notices; the first that fits counts, by `position`."""

    __tablename__ = "notification_rules"

    id: Mapped[key]
    position: Mapped[int] = mapped_column(unique=True)
    reason: Mapped[str | None]
    kind: Mapped[str | None]
    worst_level: Mapped[small | None]
    role: Mapped[str | None]
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    pierces_quiet: Mapped[bool] = mapped_column(server_default="false")


class Delivery(Base):
    """One notice over one channel to one address: due, tried, sent, arrived."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "uq_deliveries_notice",
            "notice_id",
            "channel",
            text("coalesce(contact_point_id, 0)"),
            unique=True,
            postgresql_where=text("notice_id is not null"),
        ),
        Index("ix_deliveries_waiting", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_deliveries_message_key", "message_key"),
        Index("ix_deliveries_provider_id", "provider_id", postgresql_where=text("provider_id is not null")),
        Index(
            "ix_deliveries_contact_point_id",
            "contact_point_id",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_deliveries_made_at", "made_at"),
        Index("ix_deliveries_person_id", "person_id", "made_at"),
        CheckConstraint(
            "state in ('waiting', 'sent', 'delivered', 'failed', 'withheld', 'no_channel')",
            name="state",
        ),
        CheckConstraint("(state = 'waiting') = (due_at is not null)", name="due"),
    )

    id: Mapped[big_key]
    notice_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("notices.id"))
    purpose: Mapped[str] = mapped_column(server_default="notice")
    """notice, test or code."""
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[int | None] = mapped_column(ForeignKey("regions.adcode"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_points.id", ondelete="SET NULL"))
    channel: Mapped[str]
    level: Mapped[small]
    state: Mapped[str]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """While it waits: when it may be tried. Who takes it moves this to its lease's end: nothing dies with a worker."""
    tries: Mapped[small] = mapped_column(server_default="0")
    message_key: Mapped[str | None]
    """Of the message that carries it, the same at every try; deliveries that went together share it."""
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]


class Receipt(Base):
    """What a gateway told afterwards, as it came; kept although its message may not be known yet."""

    __tablename__ = "receipts"
    __table_args__ = (
        Index("uq_receipts_said", "channel", "message_key", "provider_id", "state", unique=True),
        Index("ix_receipts_unmatched", "received_at", postgresql_where=text("matched_at is null")),
    )

    id: Mapped[big_key]
    channel: Mapped[str]
    message_key: Mapped[str]
    provider_id: Mapped[str]
    state: Mapped[str]
    is_delivered: Mapped[bool]
    is_failed: Mapped[bool]
    acknowledges: Mapped[bool]
    received_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]


class NotifyChannel(Base):
    """A channel's state: whether this installation has it, its allowance, and how it fares."""

    __tablename__ = "notify_channels"

    channel: Mapped[str] = mapped_column(primary_key=True)
    is_configured: Mapped[bool]
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    far_end: Mapped[str] = mapped_column(server_default="")
    """The host that it goes to; never a secret."""
    has_receipts: Mapped[bool] = mapped_column(server_default="false")
    per_second: Mapped[float] = mapped_column(REAL)
    burst: Mapped[int]
    tokens: Mapped[float] = mapped_column(REAL)
    refilled_at: Mapped[datetime]
    told_at: Mapped[datetime]
    """When the telling worker last said so."""
    last_ok_at: Mapped[datetime | None]
    last_failure_at: Mapped[datetime | None]
    last_failure: Mapped[str | None]


class AlarmStamps(Base):
    """When an alarm passed each point of its way; written once each, the first time counts."""

    __tablename__ = "alarm_stamps"
    __table_args__ = (Index("ix_alarm_stamps_recorded_at", "recorded_at"),)

    alarm_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("alarms.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    begun_at: Mapped[datetime]
    """The device's time of the first signal; of a silence, when the sign of life that was due had not come."""
    received_at: Mapped[datetime | None]
    """When a door had it."""
    recorded_at: Mapped[datetime]
    streamed_at: Mapped[datetime | None]
    """When the portal sent it to every open page."""
    shown_at: Mapped[datetime | None]
    """When the first page had drawn it; None where nobody was looking."""
    pushed_at: Mapped[datetime | None]
    """When messages about it had left over two kinds of channel."""
    phone_sent_at: Mapped[datetime | None]
    phone_at: Mapped[datetime | None]
    """The message that reached a telephone quickest: when it left and when it was there."""
