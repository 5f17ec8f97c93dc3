from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, small


class Letter(Base):
    """A supervision letter (督办单). Written once, drawn once, never changed: the database refuses."""

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("year", "serial"),
        CheckConstraint("(pdf is null) = (sha256 is null)", name="hash"),
        Index("ix_letters_venue_id", "venue_id", "made_at"),
        Index("ix_letters_county", "county", "made_at"),
        Index("ix_letters_undrawn", "id", postgresql_where=text("pdf is null")),
    )

    id: Mapped[big_key]
    year: Mapped[small]
    serial: Mapped[int]
    alarm_id: Mapped[int] = mapped_column(ForeignKey("alarms.id"))
    """The worst of the alarms that it is about."""
    alarm_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    who: Mapped[str]
    """In whose name: city or province."""
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
    """What it says, frozen from the record when it was written."""
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[str | None]
    drawn_at: Mapped[datetime | None]
