from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, Integer, LargeBinary, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, recorded_at, small


class Signal(Base):
    """What a device said, once: partitioned by the day it was observed (`signals_YYYYMMDD`)."""

    __tablename__ = "signals"
    __table_args__ = (
        Index("ix_signals_venue_id_observed_at", "venue_id", "observed_at"),
        Index(
            "ix_signals_recorded_in",
            "recorded_in",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 32, "autosummarize": "on"},
        ),
        {"postgresql_partition_by": "RANGE (observed_at)"},
    )

    device_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    signal: Mapped[str] = mapped_column(Text, primary_key=True)
    observed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    venue_id: Mapped[int]
    county: Mapped[int]
    received_at: Mapped[datetime]
    value: Mapped[float | None]
    alarm: Mapped[bool | None]
    text: Mapped[str | None]
    battery_pct: Mapped[small | None]
    rssi_dbm: Mapped[small | None]
    is_late: Mapped[bool] = mapped_column(server_default="false")
    """It came so long after its time that it did not ring."""
    recorded_in: Mapped[int] = mapped_column(BigInteger, server_default=sql("txid_current()"))
    """Number of the transaction that recorded it; 0 for what was restored from a file."""


class RawBatch(Base):
    """The bytes of the messages that one transaction accepted: partitioned by the day they came (`raw_batches_…`)."""

    __tablename__ = "raw_batches"
    __table_args__ = ({"postgresql_partition_by": "RANGE (last_received_at)"},)

    last_received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    first_received_at: Mapped[datetime]
    channel: Mapped[str]
    messages: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    """As `ingest.raw` packs them."""


class DeadLetter(Base):
    """A message that could not be taken, kept whole with the reason."""

    __tablename__ = "dead_letters"

    id: Mapped[big_key]
    received_at: Mapped[recorded_at]
    channel: Mapped[str]
    """The door it came through: mqtt, gb26875, nbiot …"""
    peer: Mapped[str]
    """Topic or address of the sender."""
    reason: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)


class DeadLetterStore(Base):
    """What all dead letters weigh, in one row; the database keeps it."""

    __tablename__ = "dead_letter_store"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    letters: Mapped[int] = mapped_column(BigInteger)
    bytes: Mapped[int] = mapped_column(BigInteger)


class Turn(Base):
    """Work that goes on by itself, by its task's name, and when it was last done."""

    __tablename__ = "turns"

    name: Mapped[str] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime]


class Feed(Base):
    """A running source of data and when it last gave a sign of life; a dead feed never looks calm."""

    __tablename__ = "feeds"

    name: Mapped[str] = mapped_column(primary_key=True)
    alive_at: Mapped[datetime]
    accepted: Mapped[int] = mapped_column(BigInteger, server_default="0")
    refused: Mapped[int] = mapped_column(BigInteger, server_default="0")
    lost: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Refused messages for whose bytes there was no room any more."""
