from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small, venue_ref


class Alarm(Base):
    """A condition that a person must look at; the signals of one venue, area and kind fold into one open alarm."""

    __tablename__ = "alarms"
    __table_args__ = (
        Index(
            "uq_alarms_open",
            "venue_id",
            text("coalesce(area_id, 0)"),
            "kind",
            unique=True,
            postgresql_where=text("closed_at is null"),
        ),
        CheckConstraint("kind <> 'fire' or closed_at is null or verdict is not null", name="fire_has_a_verdict"),
        CheckConstraint(
            "nature in ('suspected_test', 'suspected_fault', 'reported', 'corroborated')",
            name="nature",
        ),
        Index("ix_alarms_raised_at", "raised_at"),
        Index("ix_alarms_recorded_at", "recorded_at", postgresql_using="brin"),
        Index(
            "ix_alarms_device_id_closed_at",
            "device_id",
            "closed_at",
            postgresql_where=text("verdict in ('false', 'test_or_drill')"),
        ),
        Index("ix_alarms_open", "level", text("raised_at desc"), "id", postgresql_where=text("closed_at is null")),
        Index(
            *("ix_alarms_open_county", "county", "level", text("raised_at desc")),
            postgresql_where=text("closed_at is null"),
        ),
        Index("ix_alarms_owner_id", "owner_id", postgresql_where=text("closed_at is null and owner_id is not null")),
        Index(
            *("ix_alarms_promised_for", "promised_for"),
            postgresql_where=text("closed_at is null and promised_for is not null"),
        ),
        Index("ix_alarms_county_raised_at", "county", text("raised_at desc")),
        Index("ix_alarms_kind_raised_at", "kind", text("raised_at desc")),
        Index("ix_alarms_venue_id_raised_at", "venue_id", "raised_at"),
        Index("ix_alarms_window_id", "window_id", postgresql_where=text("window_id is not null")),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    """The device that spoke first."""
    kind: Mapped[str]
    level: Mapped[small]
    """1 critical … 4 notice."""
    nature: Mapped[str] = mapped_column(server_default="reported")
    """What it is taken for (db.rules.alarm_natures)."""
    because: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """What raised it, told it apart, or is worth knowing: codes of `Because`, in order."""
    state: Mapped[str]
    signal: Mapped[str | None]
    value: Mapped[float | None]
    """Last reading."""
    raised_at: Mapped[datetime]
    """The device's time of the first signal."""
    recorded_at: Mapped[datetime]
    last_signal_at: Mapped[datetime]
    signal_count: Mapped[int] = mapped_column(server_default="1")
    device_count: Mapped[int] = mapped_column(server_default="1")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who has it in hand now: whoever acknowledged it, or took it over since."""
    owner_name: Mapped[str | None]
    """Repeated here: an owner outside the reader's scope has a name all the same."""
    promised_for: Mapped[datetime | None]
    """By when its owner promised to be done."""
    verified_at: Mapped[datetime | None]
    verdict: Mapped[str | None]
    cause: Mapped[str | None]
    """Why it was false."""
    handled_at: Mapped[datetime | None]
    silenced_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("windows.id"))
    """The drill or maintenance window that it was raised in: kept out of the statistics."""
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    """The venue is a demonstration venue."""


class AlarmDevice(Base):
    """A device's part in an alarm: since when, how often, and in which spans of five minutes it rang."""

    __tablename__ = "alarm_devices"
    __table_args__ = (Index("ix_alarm_devices_device_id", "device_id", "last_at"),)

    alarm_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("alarms.id"), primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    signal_count: Mapped[int]
    spans: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """As `db.rules.alarm_correlation` numbers them; empty for a device under test."""


class AlarmStep(Base):
    """One step of an alarm's life: who, when, with what words."""

    __tablename__ = "alarm_steps"
    __table_args__ = (Index("ix_alarm_steps_alarm_id", "alarm_id", "at"),)

    id: Mapped[big_key]
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    at: Mapped[datetime]
    step: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str]
    note: Mapped[str | None]
    address: Mapped[str | None]
    """From where the person acted."""
    role: Mapped[str | None]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Verdict, cause, promise, evidence, the person it was handed to."""


class AlarmSilence(Base):
    """One remote silence of a sounding alarm: on which lawful condition of GB/T 45839, by whom, with what evidence."""

    __tablename__ = "alarm_silences"
    __table_args__ = (
        CheckConstraint("condition in ('value_back', 'video_clear', 'person_confirms')", name="condition"),
        Index(
            "ix_alarm_silences_waiting", "at", postgresql_where=text("carried_by is not null and carried_at is null")
        ),
    )

    id: Mapped[big_key]
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    at: Mapped[datetime]
    actor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    actor_name: Mapped[str]
    actor_role: Mapped[str]
    address: Mapped[str]
    condition: Mapped[str]
    evidence: Mapped[dict[str, Any]]
    carried_by: Mapped[str | None]
    """The door that took the command to the device; None where none can."""
    carried_at: Mapped[datetime | None]
