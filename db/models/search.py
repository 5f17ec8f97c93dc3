from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base


class HanSound(Base):
    """How a character is commonly said, without its tone."""

    __tablename__ = "han_sounds"

    han: Mapped[str] = mapped_column(primary_key=True)
    sound: Mapped[str]


def _words(column: str) -> Index:
    return Index(f"ix_search_entries_{column}", column, postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


class SearchEntry(Base):
    """What a venue or a person is found by; kept by triggers, never written by hand."""

    __tablename__ = "search_entries"
    __table_args__ = (
        CheckConstraint("kind in ('venue', 'person')", "kind"),
        _words("label"),
        _words("detail"),
        _words("sounds"),
        Index("ix_search_entries_initials", "initials", postgresql_ops={"initials": "text_pattern_ops"}),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id", ondelete="CASCADE"), index=True)
    county: Mapped[int]
    label: Mapped[str]
    """The name."""
    detail: Mapped[str]
    """A venue's address, a person's telephone."""
    sounds: Mapped[str]
    """The name in pinyin without tones, in one word."""
    initials: Mapped[str]
