from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Computed, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, county_ref, key


class Window(Base):
    """A drill or maintenance at one venue: what its covered devices say meanwhile is watermarked.

    Windows of several venues that were announced at once stand together.
    """

    __tablename__ = "windows"
    __table_args__ = (
        CheckConstraint("kind in ('drill', 'maintenance')", name="kind"),
        CheckConstraint("ends_at > starts_at and (ended_at is null or ended_at <= ends_at)", name="order"),
        CheckConstraint("cardinality(device_kinds) > 0", name="covers"),
        Index("ix_windows_venue_id", "venue_id", "over_at"),
        Index("ix_windows_over_at", "over_at"),
        Index("ix_windows_together", "together"),
    )

    id: Mapped[key]
    together: Mapped[int | None] = mapped_column(ForeignKey("windows.id"))
    """The first of those announced with it; that one names itself."""
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    county: Mapped[county_ref]
    area_id: Mapped[int | None] = mapped_column(ForeignKey("areas.id"))
    """None: the whole venue."""
    maintainer_id: Mapped[int | None] = mapped_column(ForeignKey("maintainers.id"))
    """Whose maintenance it is."""
    kind: Mapped[str]
    device_kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """All others stay live."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """As announced: it ends then by itself."""
    reason: Mapped[str]
    announced_at: Mapped[datetime]
    announced_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    announced_by_name: Mapped[str]
    ended_at: Mapped[datetime | None]
    """When somebody ended it early, or called it off before it began."""
    ended_by_name: Mapped[str | None]
    over_at: Mapped[datetime] = mapped_column(Computed("coalesce(ended_at, ends_at)", persisted=True))
