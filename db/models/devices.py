from datetime import date, datetime

from sqlalchemy import REAL, CheckConstraint, DateTime, ForeignKey, Index, func, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, county_ref, key, small, venue_ref


class Device(Base):
    """A detector, meter, camera … at a venue; `code` is the device id in its MQTT topic."""

    __tablename__ = "devices"
    __table_args__ = (
        Index("ix_devices_gateway_id", "gateway_id", postgresql_where=text("gateway_id is not null")),
        Index("ix_devices_changed_at", "changed_at", postgresql_where=text("changed_at is not null")),
        Index(
            "ix_devices_code_backwards",
            func.reverse(literal_column("code")).label("backwards"),
            postgresql_ops={"backwards": "text_pattern_ops"},
        ),
    )

    id: Mapped[key]
    code: Mapped[str] = mapped_column(unique=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    kind: Mapped[str]
    model: Mapped[str]
    installed_on: Mapped[date]
    retired_on: Mapped[date | None]
    gateway_id: Mapped[int | None] = mapped_column(ForeignKey("devices.id"))
    """The device through which it speaks: a component's user transmission device."""
    is_demo: Mapped[bool] = mapped_column(server_default="false")
    changed_at: Mapped[datetime | None]
    """When it last moved, changed its kind or left; the database notes it, for who keeps devices in memory."""


class DeviceAddress(Base):
    """By what a device is known at a door that does not know its code."""

    __tablename__ = "device_addresses"

    door: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True, index=True)
    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), index=True)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    dialect: Mapped[str | None]
    """Its vendor's reading of the protocol, where it is not the standard's."""


class DeviceCredential(Base):
    """A device's own login at the broker: its number, and the hash of a password that stands nowhere."""

    __tablename__ = "device_credentials"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    hash: Mapped[str]
    """As mosquitto's password file holds it."""
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceLatest(Base):
    """The last word of each device: one row a device, only ever moved forward."""

    __tablename__ = "device_latest"

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    heard_at: Mapped[datetime]
    """When the record last heard any message."""
    observed_at: Mapped[datetime]
    """The device's own time of that message."""
    signal: Mapped[str]
    value: Mapped[float | None]
    battery_pct: Mapped[small | None]
    rssi_dbm: Mapped[small | None]
    proven_at: Mapped[datetime | None]
    """When it last brought evidence of the right kind (db.rules.online)."""
    counter: Mapped[float | None]
    """What a meter's counter showed last: one that moves proves it."""
    skew_day: Mapped[date | None]
    skew_seconds: Mapped[float | None] = mapped_column(REAL)
    """How far its clock is behind ours at least, on `skew_day`; negative where it is ahead."""
    skew_before: Mapped[float | None] = mapped_column(REAL)
    """The same on the day before that it spoke."""


class DeviceStep(Base):
    """What a device's "online" was worth from `since` to before `until`; the row without `until` holds now."""

    __tablename__ = "device_states"
    __table_args__ = (
        CheckConstraint("until is null or until > since", name="order"),
        CheckConstraint(
            "state in ('proven', 'heard', 'flapping', 'faulty', 'silent', 'registered')",
            name="state",
        ),
        Index("ix_device_states_current", "device_id", unique=True, postgresql_where=text("until is null")),
        Index("ix_device_states_listed", "state", "since", "device_id", postgresql_where=text("until is null")),
        Index("ix_device_states_venue_id", "venue_id", postgresql_where=text("until is null")),
        Index(
            "ix_device_states_unrung",
            "since",
            postgresql_where=text("until is null and state = 'silent' and alarmed_at is null"),
        ),
        Index("ix_device_states_fell_silent", "since", postgresql_where=text("state = 'silent'")),
    )

    device_id: Mapped[int] = mapped_column(ForeignKey("devices.id"), primary_key=True, autoincrement=False)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    until: Mapped[datetime | None]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    state: Mapped[str]
    by_gateway: Mapped[bool] = mapped_column(server_default="false")
    """Silent because its gateway is."""
    alarmed_at: Mapped[datetime | None]
    """When this silence rang, or was found to be older than the watch."""
