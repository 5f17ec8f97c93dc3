from datetime import datetime

from sqlalchemy import ARRAY, REAL, CheckConstraint, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, big_key, county_ref, key, small, venue_ref


class Loudspeaker(Base):
    """A loudspeaker column at a venue's entrance, and how it is reached; its key lies in a file, never here."""

    __tablename__ = "loudspeakers"
    __table_args__ = (CheckConstraint("adapter in ('http', 'sip')", "adapter"),)

    id: Mapped[key]
    venue_id: Mapped[venue_ref]
    county: Mapped[county_ref]
    name: Mapped[str]
    adapter: Mapped[str]
    address: Mapped[str]
    gateway: Mapped[str | None]
    """Table of the loudspeakers' file that says how its maker wants to be asked; None: our own form."""
    added_at: Mapped[datetime]
    added_by_name: Mapped[str]
    retired_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default="false")


class Shout(Base):
    """Something called out over a loudspeaker: words to be spoken, or a recorded voice."""

    __tablename__ = "shouts"
    __table_args__ = (
        Index("ix_shouts_venue_id", "venue_id", "asked_at"),
        Index("ix_shouts_asked_at", "asked_at"),
        Index("ix_shouts_due_at", "due_at", postgresql_where=text("state = 'waiting'")),
        CheckConstraint("state in ('waiting', 'taken', 'failed')", "state"),
        CheckConstraint("num_nonnulls(words, recording) = 1", "what"),
    )

    id: Mapped[big_key]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    loudspeaker_id: Mapped[int] = mapped_column(ForeignKey("loudspeakers.id"))
    round_id: Mapped[int | None] = mapped_column(ForeignKey("patrol_rounds.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    person_name: Mapped[str]
    role: Mapped[str]
    home: Mapped[int] = mapped_column(ForeignKey("regions.adcode"))
    asked_at: Mapped[datetime]
    confirmed: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """What the official was warned of and shouted nonetheless: night, teaching."""
    words: Mapped[str | None]
    recording: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the voice in the evidence folder."""
    recording_type: Mapped[str | None]
    seconds: Mapped[float | None] = mapped_column(REAL)
    key: Mapped[str] = mapped_column(unique=True)
    """The same at every try: who knows it plays once."""
    state: Mapped[str] = mapped_column(server_default="waiting")
    tries: Mapped[small] = mapped_column(server_default="0")
    due_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    """The loudspeaker's own words, or why it could not be reached."""
    is_demo: Mapped[bool] = mapped_column(server_default="false")
