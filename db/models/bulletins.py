"""Frozen figures with the venues behind them, and the bulletins written from them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small

_ISSUED = "num_nonnulls(year, serial, issued_on, issued_at, issued_by_name, sha256)"


class Snapshot(Base):
    """Every figure as of a day, frozen. The database refuses any change of it and of its rows."""

    __tablename__ = "snapshots"
    __table_args__ = (Index("ix_snapshots_as_of", "as_of"),)

    id: Mapped[big_key]
    number: Mapped[int] = mapped_column(unique=True)
    as_of: Mapped[date]
    region: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_by_name: Mapped[str]
    definitions: Mapped[dict[str, Any]]
    """Version of each measure's and problem's definition."""
    figures: Mapped[int]
    venues: Mapped[int]
    sha256: Mapped[str]
    """Over the canonical form of all figures and venues (`db.rules.snapshot_form`)."""
    made_in: Mapped[int] = mapped_column(BigInteger, server_default=text("pg_current_xact_id()::text::bigint"))
    """The transaction that froze it: rows are added in that one alone."""


class SnapshotFigure(Base):
    """One measure or problem of one region and category."""

    __tablename__ = "snapshot_figures"

    snapshot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("snapshots.id"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    adcode: Mapped[int] = mapped_column(ForeignKey("regions.adcode"), primary_key=True, autoincrement=False)
    category: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    name: Mapped[str]
    numerator: Mapped[int]
    denominator: Mapped[int]
    excluded: Mapped[int]


class SnapshotVenues(Base):
    """The venues of one county with their standing in every measure, compressed."""

    __tablename__ = "snapshot_venues"

    snapshot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("snapshots.id"), primary_key=True)
    county: Mapped[int] = mapped_column(ForeignKey("regions.adcode"), primary_key=True, autoincrement=False)
    venues: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """gzip of the canonical lines."""


class Bulletin(Base):
    """A bulletin from draft to issue; once issued the database refuses any change."""

    __tablename__ = "bulletins"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        CheckConstraint("state in ('draft', 'checked', 'issued')", name="state"),
        CheckConstraint(f"(state = 'issued') = ({_ISSUED} = 6)", name="issued"),
        CheckConstraint(f"state = 'issued' or {_ISSUED} = 0", name="not_issued"),
        CheckConstraint("(state = 'draft') = (checked_at is null)", name="checked"),
        Index("ix_bulletins_made_at", text("made_at desc"), text("id desc")),
        Index("uq_bulletins_replaces_id", "replaces_id", unique=True, postgresql_where=text("state = 'issued'")),
    )

    id: Mapped[big_key]
    state: Mapped[str]
    region: Mapped[county_ref]
    as_of: Mapped[date]
    snapshot_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("snapshots.id"))
    title: Mapped[str]
    addressed_to: Mapped[str]
    issuer: Mapped[str]
    sections: Mapped[list[Any]] = mapped_column(JSONB)
    """The wording, figures by reference: `db.rules.bulletin.as_data`."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Goes up with every change, so that two editors do not overwrite each other."""
    replaces_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("bulletins.id"))
    reason: Mapped[str] = mapped_column(server_default="")
    """Of a correction: what was wrong."""
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    made_by_name: Mapped[str]
    checked_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    checked_by_name: Mapped[str | None]
    year: Mapped[small | None]
    serial: Mapped[int | None]
    issued_on: Mapped[date | None]
    issued_at: Mapped[datetime | None]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    issued_by_name: Mapped[str | None]
    sha256: Mapped[str | None]
    """Of the whole region's text."""


class BulletinCopy(Base):
    """What an issued bulletin says for one region, word by word as it was issued."""

    __tablename__ = "bulletin_copies"

    bulletin_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("bulletins.id"), primary_key=True)
    region: Mapped[int] = mapped_column(ForeignKey("regions.adcode"), primary_key=True, autoincrement=False)
    text: Mapped[str]
    sha256: Mapped[str]
