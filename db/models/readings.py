from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, Date, DateTime, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class FiveMinutes(Base):
    """What a device's signal was over five minutes; partitioned by month (`readings_5min_YYYYMM`)."""

    __tablename__ = "readings_5min"
    __table_args__ = ({"postgresql_partition_by": "RANGE (since)"},)

    device_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signal: Mapped[str] = mapped_column(Text, primary_key=True)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    venue_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Where it hung then: a device that moves leaves its past to the venue that it served."""
    county: Mapped[int]
    lowest: Mapped[float]
    highest: Mapped[float]
    total: Mapped[float]
    n: Mapped[int]


class DailyReading(Base):
    """The same over a day of Shanghai's; battery and radio beside the signals (`readings_daily_YYYYMM`)."""

    __tablename__ = "readings_daily"
    __table_args__ = ({"postgresql_partition_by": "RANGE (day)"},)

    device_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signal: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    venue_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    county: Mapped[int]
    lowest: Mapped[float]
    highest: Mapped[float]
    total: Mapped[float]
    n: Mapped[int]


class RolledUp(Base):
    """How far the roll-ups are, in one row: every signal of an earlier transaction is counted, once."""

    __tablename__ = "rolled_up"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    upto: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime | None]


class StaleReading(Base):
    """A device's day on which a signal was changed or removed: to be counted anew."""

    __tablename__ = "stale_readings"

    device_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class ArchivedDay(Base):
    """A day of signals past its retention: where its file is, and whether its rows are still on record."""

    __tablename__ = "archived_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    rows: Mapped[int | None] = mapped_column(BigInteger)
    fingerprint: Mapped[Decimal | None] = mapped_column(Numeric)
    """Sum of the rows' `signal_hash`, whatever their order."""
    file: Mapped[str | None]
    """Its name in the archive's folder; None for a day that was dropped without a file."""
    bytes: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None]
    archived_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None]
    restored_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Why the last attempt at it came to nothing, in one sentence."""
    failed_at: Mapped[datetime | None]
