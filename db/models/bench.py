from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, key


class BenchTrial(Base):
    """A device, or bytes of one, examined against a protocol. Nothing of it becomes a signal or an alarm."""

    __tablename__ = "bench_trials"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'open', 'done', 'failed')", name="state"),
        CheckConstraint("(ends_at is null) = (given is not null)", name="life"),
        Index("ix_bench_trials_person_id", "person_id", "made_at"),
        Index("ix_bench_trials_open", "ends_at", postgresql_where=text("state in ('waiting', 'open')")),
        Index(
            "uq_bench_trials_open_source",
            "source",
            unique=True,
            postgresql_where=text("state = 'open' and source is not null"),
        ),
    )

    id: Mapped[key]
    key: Mapped[str] = mapped_column(unique=True)
    """By which the doors know it: device number in a topic, part of an address. Not to be guessed."""
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    protocol: Mapped[str]
    """As `db.rules.conformance` names it."""
    label: Mapped[str]
    """Maker and model, as whoever tries it calls it."""
    state: Mapped[str]
    made_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    """A live trial takes what comes until then; None where bytes were given."""
    given: Mapped[bytes | None] = mapped_column(LargeBinary)
    source: Mapped[int | None] = mapped_column(BigInteger)
    """Source address in GB/T 26875.3 frames."""
    dialect: Mapped[str | None]
    """Recognised, and spoken from then on."""
    login_hash: Mapped[str | None]
    """Of the throw-away login at the broker, as its password file holds it."""
    frames: Mapped[int] = mapped_column(server_default="0")
    examined_frames: Mapped[int | None]
    """So many had come when it was last examined."""
    examined_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]


class BenchFrame(Base):
    """Bytes that came to a live trial, or that we answered."""

    __tablename__ = "bench_frames"

    trial_id: Mapped[int] = mapped_column(ForeignKey("bench_trials.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    received_at: Mapped[datetime]
    peer: Mapped[str]
    """Topic, address, or the door's name."""
    is_ours: Mapped[bool] = mapped_column(server_default="false")
    payload: Mapped[bytes] = mapped_column(LargeBinary)
